"""The web application: WebSocket, REST and pages around one set of services."""

from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from edge_interpreter import __version__
from edge_interpreter.calls.web import router as calls_router
from edge_interpreter.database.protocol import DatabaseAwayError
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.server import pages, rest, transcripts, watch_rest
from edge_interpreter.server.addresses import names
from edge_interpreter.server.schemas import Problem
from edge_interpreter.server.security import Guard
from edge_interpreter.server.services import Services
from edge_interpreter.server.session import Session
from edge_interpreter.server.tokens import ANY_ROOM

STATUS = {
    "bad_message": 400,
    "unknown_language": 400,
    "language_unavailable": 400,
    "token_required": 401,
    "token_invalid": 401,
    "token_expired": 401,
    "forbidden": 403,
    "no_such_call": 404,
    "no_such_room": 404,
    "no_such_participant": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "no_sip_endpoint": 409,
    "room_exists": 409,
    "too_large": 413,
    "rate_limited": 429,
    "overloaded": 503,
    "server_full": 503,
    "database_away": 503,
}
"""The HTTP status that goes with each error code."""
AGAIN_S = 10
"""When it is worth while to ask for records again."""


def create_app(services: Services) -> FastAPI:
    """The ASGI application; starting and stopping what `services` holds is the caller's."""
    app = FastAPI(
        title="Edge Interpreter",
        version=__version__,
        description="Speech-to-speech interpretation on your own premises.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.services = services
    own = frozenset(name.lower() for name in names(services.config.server.names))
    app.add_middleware(
        Guard,
        names=lambda: own | {urlsplit(services.config.server.public_url).hostname},
        origins=lambda: services.config.access.origins,
    )
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(DatabaseAwayError, _away)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.include_router(rest.router)
    app.include_router(watch_rest.router)
    app.include_router(transcripts.router, responses=rest.PROBLEMS)
    app.add_api_websocket_route("/ws", _serve_socket)
    if services.calls is not None:
        app.include_router(
            calls_router(
                services.calls.board,
                rest.require_operator,
                partial(_admit_agent, services),
            ),
            responses=rest.PROBLEMS,
        )
    app.mount("/static", pages.files, name="static")
    app.include_router(pages.router)
    return app


def _admit_agent(services: Services, token: str, address: str) -> None:
    services.access.admit(token, address)
    grant = services.access.require(token, "operate", ANY_ROOM)
    services.audit.record("desk.open", grant.who, address)


async def _serve_socket(websocket: WebSocket) -> None:
    services: Services = websocket.app.state.services
    if services.stopping:
        # Before the handshake a proxy can still try another box.
        await websocket.send_denial_response(_problem(503, "shutdown", "the server is stopping", 5))
        return
    await Session(websocket, services).run()


async def _refused(request: Request, error: Exception) -> JSONResponse:
    del request
    if not isinstance(error, Refusal):
        raise error
    return _problem(STATUS.get(error.code, 400), error.code, error.text, error.retry_after_s)


async def _away(request: Request, error: Exception) -> JSONResponse:
    del request, error
    text = "the database cannot be reached now"
    return _problem(STATUS["database_away"], "database_away", text, AGAIN_S)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    # Neither the body nor a value of it goes back.
    del request
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"])
    return _problem(400, "bad_message", f"{place}: {first['msg']}")


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    del request
    if not isinstance(error, HTTPException):
        raise error
    codes = {404: ("not_found", "there is no such page"), 405: ("method_not_allowed", "not so")}
    code, text = codes.get(error.status_code, ("bad_message", str(error.detail)))
    return _problem(error.status_code, code, text)


def _problem(status: int, code: str, text: str, retry_after_s: int | None = None) -> JSONResponse:
    problem = Problem(code=code, text=text, retry_after_s=retry_after_s)
    headers = {"retry-after": str(retry_after_s)} if retry_after_s else None
    return JSONResponse(problem.model_dump(), status, headers)
