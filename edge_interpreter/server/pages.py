"""The pages and what they load, from files of the package."""

import re
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.server.services import Services

STATIC = Path(str(resources.files("edge_interpreter") / "server" / "static"))
_PAGE = re.compile(r"[a-z][a-z0-9-]{0,31}")
router = APIRouter(include_in_schema=False)
files = StaticFiles(directory=STATIC, check_dir=False)


@router.get("/")
async def first_page() -> Response:
    """The page to join a room."""
    return _page("index")


@router.get("/branding/logo")
async def logo(request: Request) -> Response:
    """The organisation's logo."""
    services: Services = request.app.state.services
    path = services.config.branding.logo
    if path is None or not path.is_file():
        raise Refusal("not_found", "there is no such page")
    return FileResponse(path)


@router.get("/ca.crt")
async def authority(request: Request) -> Response:
    """The certificate of the local authority, to be installed on phones."""
    services: Services = request.app.state.services
    if services.authority is None:
        raise Refusal("not_found", "this server has made no certificate authority")
    return Response(
        services.authority,
        media_type="application/x-x509-ca-cert",
        headers={"content-disposition": 'attachment; filename="edge-interpreter-ca.crt"'},
    )


@router.get("/{name}")
async def page(name: str) -> Response:
    """A page by its name."""
    return _page(name)


def _page(name: str) -> Response:
    path = STATIC / f"{name}.html"
    if not _PAGE.fullmatch(name) or not path.is_file():
        raise Refusal("not_found", "there is no such page")
    return FileResponse(path, media_type="text/html; charset=utf-8")
