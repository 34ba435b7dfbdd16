"""The web side of calls: REST, the voice webhook, and the WebSockets that carry media."""

import hmac
import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response, WebSocket

from edge_interpreter.calls.desk import CheckToken, Desk
from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.calls.legs.asterisk_websocket import AsteriskWebSocketLeg
from edge_interpreter.calls.legs.media_stream import MediaStreamLeg
from edge_interpreter.calls.rest import CallsRest
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.calls.wire.media_streams import Start
from edge_interpreter.calls.wire.twiml import connect_stream, reject_call, signature_matches

TOKEN_LIFETIME_S = 60
MAX_FORM_BYTES = 65_536
XML = "application/xml"
POLICY_VIOLATION = 1008

Authorise = Callable[..., object]
"""A FastAPI dependency that raises when a request may not see or change calls."""


def router(board: Switchboard, authorise: Authorise, check_token: CheckToken) -> APIRouter:
    """Every route of calls.

    `authorise` guards REST, `check_token` the agents' pages, secrets and allow-lists guard media.
    """
    routes = APIRouter()

    async def agents_page(websocket: WebSocket) -> None:
        await Desk(websocket, board, check_token).run()

    routes.add_api_websocket_route("/ws/desk", agents_page)
    routes.include_router(CallsRest(board).routes(), dependencies=[Depends(authorise)])
    if board.config.media_streams.enabled:
        routes.include_router(MediaDoor(board).routes())
    return routes


class StreamTokens:
    """One-time tokens that tie a media stream to the webhook request that asked for it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._issued: dict[str, float] = {}

    def issue(self) -> str:
        """A new token, good once and for a minute."""
        now = self._now()
        self._issued = {t: at for t, at in self._issued.items() if now - at < TOKEN_LIFETIME_S}
        token = secrets.token_urlsafe(24)
        self._issued[token] = now
        return token

    def redeem(self, token: str) -> bool:
        """Whether `token` was issued lately and not used."""
        issued = self._issued.pop(token, None)
        return issued is not None and self._now() - issued < TOKEN_LIFETIME_S


class MediaDoor:
    """The webhook and the two WebSockets.

    With a secret, webhook requests must be signed, media streams must bring a token from the
    webhook's answer, and Asterisk must give the secret; without, all must come from an allowed
    address.
    """

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._tokens = StreamTokens()

    # Read at every use: these settings may change while the server runs.

    @property
    def _secret(self) -> str:
        return self._board.config.media_streams.secret.get_secret_value()

    @property
    def _public_url(self) -> str:
        return self._board.config.media_streams.public_url.rstrip("/")

    @property
    def _allowed(self) -> AllowList:
        return AllowList(self._board.config.media_streams.allow)

    def routes(self) -> APIRouter:
        """A router with the three."""
        routes = APIRouter(tags=["media streams"])
        routes.add_api_route("/voice/webhook", self.webhook, methods=["POST"], summary="TwiML")
        routes.add_api_websocket_route("/ws/media-stream", self.media_stream)
        routes.add_api_websocket_route("/ws/asterisk", self.asterisk)
        return routes

    async def webhook(self, request: Request) -> Response:
        """Answer a call of a Twilio-compatible service with the document that connects it."""
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        if not self._is_welcome(request, form):
            return Response(status_code=403)
        if self._board.refusal() is not None:
            return Response(reject_call("busy"), media_type=XML)
        fields = dict(form)
        parameters = {
            "number": fields.get("From", ""),
            "dialled": fields.get("To", ""),
            "token": self._tokens.issue(),
        }
        base = self._public_url or f"{request.url.scheme}://{request.url.netloc}"
        stream = f"{base.replace('http', 'ws', 1)}/ws/media-stream"
        return Response(connect_stream(stream, parameters), media_type=XML)

    async def media_stream(self, websocket: WebSocket) -> None:
        """Carry one Media Streams call."""
        if not self._secret and not self._from_allowed(websocket):
            await websocket.close(POLICY_VIOLATION)
            return
        await websocket.accept()
        await MediaStreamLeg(websocket, self._admit, self._board.offer).run()

    async def asterisk(self, websocket: WebSocket) -> None:
        """Carry one channel of Asterisk's WebSocket driver."""
        parameters = dict(websocket.query_params)
        given = parameters.pop("secret", "")
        if self._secret:
            welcome = hmac.compare_digest(given.encode(), self._secret.encode())
        else:
            welcome = self._from_allowed(websocket)
        if not welcome:
            await websocket.close(POLICY_VIOLATION)
            return
        offered = websocket.scope.get("subprotocols", [])
        await websocket.accept(subprotocol="media" if "media" in offered else None)
        await AsteriskWebSocketLeg(websocket, parameters, self._board.offer).run()

    def _is_welcome(self, request: Request, form: list[tuple[str, str]]) -> bool:
        if not self._secret:
            return self._from_allowed(request)
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{self._public_url}{request.url.path}{query}"
        signature = request.headers.get("X-Twilio-Signature", "")
        return signature_matches(self._secret, url, form, signature)

    def _admit(self, start: Start) -> bool:
        return not self._secret or self._tokens.redeem(start.parameters.get("token", ""))

    def _from_allowed(self, connection: Request | WebSocket) -> bool:
        return connection.client is not None and self._allowed.allows(connection.client.host)


async def _body(request: Request) -> bytes | None:
    """The request's body, None when it is larger than any webhook's."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return None
    return body
