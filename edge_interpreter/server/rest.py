"""The REST interface."""

import dataclasses
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from edge_interpreter import __version__, languages
from edge_interpreter.config.server import RoomName, RoomSettings
from edge_interpreter.rooms.messages import Role
from edge_interpreter.rooms.presets import includes
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.room import Room
from edge_interpreter.rooms.wishes import NONE
from edge_interpreter.server import schemas
from edge_interpreter.server.addresses import is_loopback, lan_addresses
from edge_interpreter.server.audit import Value
from edge_interpreter.server.certificates import fingerprint
from edge_interpreter.server.links import base_url, join_url, qr_svg
from edge_interpreter.server.messages import PROTOCOL_VERSION, ProtocolError
from edge_interpreter.server.services import Services
from edge_interpreter.server.tokens import ANY_ROOM
from edge_interpreter.server.translate import translate

MOST_TRIALS = 4
"""Texts tried out at once: each takes the place of a speaker."""
LINK_TTL_S = 12 * 3_600


def services_of(request: Request) -> Services:
    """What the application shares; asking too often is refused here."""
    services: Services = request.app.state.services
    address = request.client.host if request.client else "local"
    if not services.requests.take(address):
        raise ProtocolError("rate_limited", "too many requests from this address", 1)
    return services


Shared = Annotated[Services, Depends(services_of)]


def token_of(request: Request, services: Shared) -> str:
    """The bearer token of a request (RFC 6750), or empty; wrong ones are counted."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    token = given.strip() if scheme.lower() == "bearer" else ""
    services.access.admit(token, request.client.host if request.client else "local")
    return token


Token = Annotated[str, Depends(token_of)]


class Clerk:
    """Puts what this request does into the audit log."""

    def __init__(self, request: Request, services: Shared, token: Token) -> None:
        self._audit = services.audit
        self._who = services.access.who(token) if token else ""
        self._address = request.client.host if request.client else "local"

    def note(self, act: str, **what: Value) -> None:
        """Note an act."""
        self._audit.record(act, self._who, self._address, **what)


Noted = Annotated[Clerk, Depends()]
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Problem} for status in (400, 401, 403, 404, 409, 413, 429, 503)
}
router = APIRouter(responses=PROBLEMS)


def require_operator(request: Request, services: Shared, token: Token, clerk: Noted) -> None:
    """For routes that only an operator of everything may use. Raises Refusal."""
    services.access.require(token, "operate", ANY_ROOM)
    if request.method != "GET":
        route = getattr(request.scope.get("route"), "path", "")
        clerk.note(f"{request.method} {route}", **request.path_params)


RoleQuery = Annotated[Role, Query()]


@router.get("/api/info")
async def info(services: Shared) -> schemas.Info:
    """What this server is."""
    config = services.config
    branding = config.branding
    return schemas.Info(
        name="edge-interpreter",
        version=__version__,
        protocol=PROTOCOL_VERSION,
        access=config.access.mode,
        default_room=config.rooms.open[0].name if config.rooms.open else "",
        on_demand=config.rooms.on_demand and config.access.mode == "open",
        https_port=services.secure_port,
        local_authority=services.authority is not None,
        authority_sha256=fingerprint(services.authority) if services.authority else None,
        transcripts=config.transcripts.enabled,
        branding=schemas.BrandingInfo(
            title=branding.title,
            contact=branding.contact,
            logo="/branding/logo" if branding.logo else None,
            accent=branding.accent,
            background=branding.background,
            text=branding.text,
        ),
    )


@router.get("/health", responses={503: {"model": schemas.Health}})
async def health(request: Request, response: Response) -> schemas.Health:
    """Whether the process answers and every engine gets on with its work."""
    services: Services = request.app.state.services
    if not services.stuck:
        return schemas.Health()
    response.status_code = 503
    return schemas.Health(status="stuck")


@router.get("/ready", responses={503: {"model": schemas.Readiness}})
async def ready(request: Request, response: Response) -> schemas.Readiness:
    """Whether new speakers can be taken."""
    services: Services = request.app.state.services
    readiness = _readiness(services)
    response.status_code = 200 if readiness.ready else 503
    return readiness


def _readiness(services: Services) -> schemas.Readiness:
    reason = _unready(services)
    return schemas.Readiness(instance=services.instance, ready=reason is None, reason=reason)


def _unready(services: Services) -> schemas.Unready | None:
    if services.stopping:
        return "stopping"
    if not services.ready:
        return "starting"
    if services.stuck:
        return "stuck"
    if services.draining:
        return "draining"
    return "overloaded" if services.pipeline.overloaded else None


@router.post("/api/drain", dependencies=[Depends(require_operator)])
async def drain(services: Shared, clerk: Noted, body: schemas.Drain) -> schemas.Readiness:
    """Take nothing new before maintenance, or again; what runs goes on."""
    services.drain(on=body.on)
    clerk.note("box.drain", on=body.on)
    return _readiness(services)


@router.post("/api/config/reload", dependencies=[Depends(require_operator)])
async def reload_configuration(
    services: Shared, clerk: Noted, response: Response
) -> schemas.Reloaded:
    """Read the configuration again; 409 where it is not in order, and nothing changes."""
    if services.reload is None:
        raise ProtocolError("not_found", "this server cannot read its configuration again")
    answer = await services.reload()
    clerk.note("config.reload", ok=answer.ok, changed=", ".join(answer.at_once + answer.later))
    response.status_code = 200 if answer.ok else 409
    return answer


@router.get("/api/languages")
async def list_of_languages(services: Shared) -> schemas.LanguageList:
    """What the installed models do with each language, and their licences."""
    return services.languages


@router.get("/api/rooms")
async def rooms(services: Shared, token: Token) -> list[schemas.RoomSummary]:
    """The open rooms; those that ask for a token only for operators of all rooms."""
    shown = services.rooms.all()
    if services.access.mode != "open":
        services.access.require(token, "operate")
    return [_summary(services, room) for room in shown if _may_see(services, room, token)]


@router.post("/api/rooms", status_code=201)
async def open_room(
    services: Shared,
    token: Token,
    clerk: Noted,
    body: schemas.NewRoom,
    room: Annotated[RoomName | None, Query()] = None,
) -> schemas.RoomSummary:
    """Open a room; `room` is its name again, for a proxy in front of several boxes."""
    if room not in (None, body.name):
        raise ProtocolError("bad_message", "the address names another room than the body does")
    services.access.require(token, "operate", body.name)
    opened = services.open_room(RoomSettings(**body.model_dump()))
    clerk.note("room.open", room=body.name)
    return _summary(services, opened)


@router.get("/api/rooms/{name}")
async def room(services: Shared, token: Token, name: RoomName) -> schemas.RoomSummary:
    """One room."""
    found = services.rooms.get(name)
    if not _may_see(services, found, token):
        raise ProtocolError("token_required", "this room asks for a token")
    return _summary(services, found)


@router.delete("/api/rooms/{name}", status_code=204)
async def close_room(services: Shared, token: Token, clerk: Noted, name: RoomName) -> None:
    """Close a room and send everybody in it away."""
    services.access.require(token, "operate", name)
    services.rooms.close(name)
    clerk.note("room.close", room=name)


@router.get("/api/rooms/{name}/participants")
async def participants(services: Shared, token: Token, name: RoomName) -> list[schemas.Person]:
    """Everybody in a room."""
    services.access.require(token, "operate", name)
    people = services.rooms.get(name).participants.values()
    return [schemas.Person(**dataclasses.asdict(person.entry())) for person in people]


@router.delete("/api/rooms/{name}/participants/{participant}", status_code=204)
async def remove_participant(
    services: Shared, token: Token, clerk: Noted, name: RoomName, participant: str
) -> None:
    """Remove somebody from a room."""
    services.access.require(token, "operate", name)
    services.rooms.get(name).remove(participant)
    clerk.note("participant.remove", room=name, participant=participant)


@router.get("/api/rooms/{name}/link")
async def link(
    request: Request,
    services: Shared,
    token: Token,
    clerk: Noted,
    name: RoomName,
    role: RoleQuery = "listen",
) -> schemas.Link:
    """Addresses of the join page, with a token where one is needed."""
    plain, secure = _links(request, services, name, _token_for(services, token, clerk, name, role))
    return schemas.Link(url=plain, secure_url=secure)


@router.get("/api/rooms/{name}/qr.svg", response_class=Response)
async def qr(
    request: Request,
    services: Shared,
    token: Token,
    clerk: Noted,
    name: RoomName,
    role: RoleQuery = "listen",
    secure: bool = False,
) -> Response:
    """The same address as a QR code."""
    links = _links(request, services, name, _token_for(services, token, clerk, name, role))
    chosen = links[1] if secure and links[1] else links[0]
    return Response(qr_svg(chosen), media_type="image/svg+xml")


@router.post("/api/tokens", status_code=201)
async def create_token(
    request: Request, services: Shared, token: Token, clerk: Noted, body: schemas.NewToken
) -> schemas.TokenInfo:
    """A join token for a room that one operates; it does not outlive the one it is made with."""
    maker = services.access.require(token, "operate", body.room)
    made, expires = services.access.tokens.create(body.room, body.role, body.ttl_s, maker)
    _note_token(services, clerk, made)
    plain, secure = _links(request, services, body.room, made)
    url = secure if secure and body.role != "listen" else plain
    return schemas.TokenInfo(token=made, expires=expires, url=url)


@router.post("/test/translate")
async def test_translate(
    services: Shared, token: Token, body: schemas.TranslateRequest
) -> schemas.TranslateAnswer:
    """Translate a text as it would be in a room."""
    if services.access.mode != "open":
        services.access.require(token, "listen")
    source, target = _tag(body.source), _tag(body.target)
    capabilities = services.rooms.capabilities
    if source != target and (source, target) not in capabilities.pairs:
        raise Refusal(
            "language_unavailable", f"no installed model translates from {source} to {target}"
        )
    if services.trials >= MOST_TRIALS:
        raise Refusal("overloaded", "other texts are being tried out", 2)
    services.trials += 1
    try:
        answer = await translate(services.pipeline, body.text, source, target)
    finally:
        services.trials -= 1
    return schemas.TranslateAnswer(
        text=answer.text, fidelity=answer.fidelity.value, missing=list(answer.missing)
    )


def _tag(text: str) -> str:
    try:
        return languages.normalise(text)
    except languages.UnknownLanguageError as error:
        raise ProtocolError("unknown_language", str(error)) from None


def _may_see(services: Services, room: Room, token: str) -> bool:
    if services.access.mode_of(room.settings.access) == "open":
        return True
    return bool(token) and services.access.require(token, "listen").covers(room.settings.name)


def _summary(services: Services, room: Room) -> schemas.RoomSummary:
    details = dataclasses.asdict(room.info())
    people = list(room.participants.values())
    return schemas.RoomSummary(
        **details,
        access=services.access.mode_of(room.settings.access),
        participants=len(people),
        speakers=sum(1 for person in people if person.wishes.speaks != NONE),
        languages=room.roster().languages,
    )


def _note_token(services: Services, clerk: Clerk, made: str) -> None:
    grant = services.access.tokens.read(made)
    clerk.note(
        "token.create", made=grant.who, room=grant.room, role=grant.role, expires=grant.expires
    )


def _token_for(services: Services, token: str, clerk: Clerk, name: str, role: Role) -> str:
    """A token to put into a link, or empty where the room gives that role to anybody."""
    settings = services.rooms.get(name).settings
    open_role = services.access.open_role(settings.access, settings.preset)
    if open_role is not None and includes(open_role, role):
        return ""
    maker = services.access.require(token, "operate", name)
    made, _ = services.access.tokens.create(name, role, LINK_TTL_S, maker)
    _note_token(services, clerk, made)
    return made


def _links(request: Request, services: Services, room: str, token: str) -> tuple[str, str | None]:
    """The plain and the secure address, under a name by which others reach the box."""
    if public := services.config.server.public_url:
        address = join_url(public, room, token)
        return address, address if public.startswith("https:") else None
    host = request.url.hostname or "localhost"
    if is_loopback(host) and not is_loopback(services.config.server.host):
        host = next(iter(lan_addresses()), host)
    plain = base_url(host, services.port or request.url.port or 80, secure=False)
    if services.secure_port is None:
        return join_url(plain, room, token), None
    secure = base_url(host, services.secure_port, secure=True)
    return join_url(plain, room, token), join_url(secure, room, token)
