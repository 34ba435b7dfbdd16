"""What those who run the box may see of it: figures for a collector, state for the page."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.server import figures, schemas
from edge_interpreter.server.rest import Shared, Token, require_operator
from edge_interpreter.server.services import Services
from edge_interpreter.server.status import Status, status_of
from edge_interpreter.server.tokens import ANY_ROOM
from edge_interpreter.telemetry.exposition import exposition

router = APIRouter(responses={status: {"model": schemas.Problem} for status in (401, 403, 429)})


def _may_collect(request: Request, services: Shared, token: Token) -> None:
    """An operator of everything, and addresses that need no key. Raises Refusal."""
    networks = services.config.metrics.open_to
    address = request.client.host if request.client else ""
    # An empty allow-list would allow everybody.
    if not (networks and AllowList(networks).allows(address)):
        services.access.require(token, "operate", ANY_ROOM)


@router.get("/metrics", response_class=Response, dependencies=[Depends(_may_collect)])
async def metrics(services: Shared, accept: Annotated[str, Header()] = "") -> Response:
    """Figures for Prometheus, in its text format or as OpenMetrics."""
    text, media_type = await _exposed(services, accept)
    return Response(text, headers={"content-type": media_type})


async def _exposed(services: Services, accept: str) -> tuple[bytes, str]:
    read = list(figures.of_services(services))
    registry = services.watching.instruments.registry

    def write() -> tuple[bytes, str]:
        return exposition(registry, [*read, *figures.of_machine(services)], accept)

    return await asyncio.to_thread(write)


@router.get("/api/status", dependencies=[Depends(require_operator)])
async def status(services: Shared) -> Status:
    """How the whole box is doing."""
    return status_of(services)
