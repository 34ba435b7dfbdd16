"""One WebSocket connection: a thin shell around a participant of a room."""

import asyncio
import logging
import math
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from edge_interpreter import __version__
from edge_interpreter.rooms.messages import Speech
from edge_interpreter.rooms.outbox import Outbox
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.room import Joined, Room
from edge_interpreter.rooms.speaker import FASTEST
from edge_interpreter.rooms.wishes import NONE, WISH_NAMES, Wishes
from edge_interpreter.server import commands
from edge_interpreter.server.access import choose_role
from edge_interpreter.server.limits import Bucket
from edge_interpreter.server.messages import (
    CLOSE_CODES,
    ENDINGS,
    PROTOCOL_VERSION,
    Error,
    Hello,
    Limits,
    ProtocolError,
    ServerMessage,
    Welcome,
    check_audio,
    encode,
    parse,
)
from edge_interpreter.server.room_pass import with_pass, without_pass
from edge_interpreter.server.services import Services
from edge_interpreter.server.transport import binary_frame, protocol_of, text_frame

log = logging.getLogger(__name__)

HELLO_S = 10.0
STALLED_S = 20.0
ERRORS_PER_S, MOST_ERRORS = 20 / 60, 20
THROWN_AWAY_PER_S = 60
MOST_THROWN_AWAY = 1_000
SAME_ERROR_EVERY_S = 1.0
TEXT_BURST_S = 4
INTERNAL_ERROR = 1011
BLOCKS_PER_S, BLOCK_BURST = 200, 1_000
_ALWAYS_FATAL = frozenset({"too_large", "hello_expected", "shutdown"})
_OFTEN = frozenset({"rate_limited", "audio_too_fast", "bad_audio", "not_speaking", "overloaded"})
"""Errors that sound can cause many times a second: told once a second."""


class Session:
    """A client from its first message to its last.

    The room is told what the client says; a task of its own sends what waits in the
    participant's outbox, so that a slow client delays nobody.
    """

    def __init__(self, websocket: WebSocket, services: Services) -> None:
        self.services = services
        self.address = websocket.client.host if websocket.client else "local"
        self._websocket = websocket
        self._protocol = protocol_of(websocket)
        self._clock = services.clock
        self._sending_since: float | None = None
        now = self._clock()
        rate = services.config.limits.messages_per_s
        self._texts = Bucket(rate, rate * TEXT_BURST_S, now)
        self._blocks = Bucket(BLOCKS_PER_S, BLOCK_BURST, now)
        self._errors = Bucket(ERRORS_PER_S, MOST_ERRORS, now)
        self._thrown_away = Bucket(THROWN_AWAY_PER_S, MOST_THROWN_AWAY, now)
        self._told: dict[str, float] = {}
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Serve the connection until it ends."""
        await self._websocket.accept()
        counted = self.services.connections.enter(self.address)
        try:
            if not counted:
                raise ProtocolError("rate_limited", "too many connections from this address")
            self._hello = await self._first_message()
            self._enter(self._join(self._hello))
        except Refusal as refusal:
            await self._refuse(refusal)
        except WebSocketDisconnect:
            pass
        else:
            await self._serve()
        finally:
            if counted:
                self.services.connections.leave(self.address)

    def note(self, act: str, **what: str | bool) -> None:
        """Put an act of an operator into the audit log."""
        who = self.services.access.who(self._hello.token)
        self.services.audit.record(act, who, self.address, room=self.room.settings.name, **what)

    # Joining

    async def _first_message(self) -> Hello:
        try:
            async with asyncio.timeout(HELLO_S):
                message = await self._websocket.receive()
        except TimeoutError:
            raise ProtocolError("hello_timeout", "no hello came within 10 seconds") from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        hello = parse(message["text"]) if message.get("text") is not None else None
        if not isinstance(hello, Hello):
            raise ProtocolError("hello_expected", "the first message must be hello")
        if hello.protocol != PROTOCOL_VERSION:
            raise ProtocolError(
                "unsupported_version", f"this server speaks protocol {PROTOCOL_VERSION}"
            )
        if self._websocket.query_params.get("room", hello.room) != hello.room:
            raise ProtocolError("bad_message", "the address names another room than hello does")
        return hello

    def _join(self, hello: Hello) -> tuple[Room, Joined]:
        services = self.services
        if services.stopping:
            raise ProtocolError("shutdown", "the server is stopping", 5)
        if not services.joins.take(self.address):
            raise ProtocolError("rate_limited", "too many joins from this address", 5)
        services.access.admit(hello.token, self.address)
        room = services.room_for(hello.room, hello.token, self.address, hello.resume)
        settings = room.settings
        most = services.access.role(hello.token, hello.room, settings.access, settings.preset)
        role = choose_role(most, hello.role, speaks=hello.speaks != NONE)
        wishes = Wishes(**{name: getattr(hello, name) for name in WISH_NAMES})
        return room, room.join(role, wishes, without_pass(hello.resume), hello.last_sequence)

    def _enter(self, place: tuple[Room, Joined]) -> None:
        self.room, joined = place
        self.participant: Participant = joined.participant
        self._outbox: Outbox = joined.participant.outbox
        welcome = Welcome(
            server=f"edge-interpreter {__version__}",
            participant=self.participant.id,
            role=self.participant.role,
            room=self.room.info(),
            limits=Limits(
                messages_per_s=self.services.config.limits.messages_per_s, audio_speed=FASTEST
            ),
            sequence=self.room.sequence,
            resume=self._resume(joined),
            resumed=joined.resumed,
        )
        self._welcome = text_frame(encode(welcome))

    def _resume(self, joined: Joined) -> str:
        services, settings = self.services, self.room.settings
        tokens = services.access.tokens
        # Rooms of the configuration are on every box, and anybody may open the others of these, but
        # not as many as they like.
        known = services.rooms.is_fixed(settings.name) or settings.name in services.openers
        if known or not tokens.shared:
            return joined.resume
        return with_pass(joined.resume, settings, tokens)

    def move(self, room: str) -> None:
        """Go to another room with the same token and wishes. Raises Refusal and stays."""
        wishes = {name: getattr(self.participant.wishes, name) for name in WISH_NAMES}
        hello = self._hello
        place = self._join(
            Hello(protocol=hello.protocol, room=room, token=hello.token, role=hello.role, **wishes)
        )
        before, leaving = self.room, self.participant
        self._enter(place)
        before.leave(leaving)

    # Sending

    def reply(self, message: ServerMessage) -> None:
        """Queue an answer to this client alone."""
        self._outbox.put(Parcel(None, wire=text_frame(encode(message))))

    def check_stalled(self) -> None:
        """End the connection if it has taken nothing for too long; called once a second."""
        since = self._sending_since
        if since is not None and self._clock() - since > STALLED_S:
            self._sending_since = None
            self._protocol.give_up(CLOSE_CODES["too_slow"])

    async def _send_all(self) -> None:
        outbox: Outbox | None = None
        while outbox is not self._outbox:
            outbox = self._outbox
            await self._send(self._welcome)
            while (parcel := await outbox.take()) is not None:
                await self._send(frames_of(parcel))
        reason = outbox.closed or "lost"
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(ENDINGS.get(reason) or CLOSE_CODES[reason])

    async def _send(self, frames: bytes) -> None:
        self._sending_since = self._clock()
        await self._protocol.send_frames(frames)
        self._sending_since = None

    async def _refuse(self, refusal: Refusal) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.send_text(encode(_error(refusal, fatal=True)))
            await self._websocket.close(CLOSE_CODES[refusal.code])

    # Receiving

    async def _serve(self) -> None:
        self.services.sessions.add(self)
        sending = asyncio.create_task(self._send_all())
        sending.add_done_callback(self._check_sender)
        code = 1006
        try:
            code = await self._receive_all()
        finally:
            self.services.sessions.discard(self)
            if code == ENDINGS["left"]:
                self._leave()
            else:
                self.room.lose(self.participant, self._outbox)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self.ended.set()

    def _check_sender(self, sending: asyncio.Task[None]) -> None:
        """After a fault of ours the connection is of no use to its client."""
        error = None if sending.cancelled() else sending.exception()
        if error is None or isinstance(error, OSError | WebSocketDisconnect):
            return
        log.error("sending to a client failed: %s", type(error).__name__)
        self._protocol.give_up(INTERNAL_ERROR)

    def _leave(self) -> None:
        # Somebody may have come back as this participant on another connection.
        if self.participant.outbox is self._outbox:
            self.room.leave(self.participant)

    async def _receive_all(self) -> int:
        """Handle what comes until the connection ends; the close code."""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                code: int = message.get("code") or 1006
                return code
            if self._outbox.closed is not None:
                continue
            try:
                self._handle(message.get("text"), message.get("bytes"))
            except Refusal as refusal:
                self._object_to(refusal)

    def _handle(self, text: str | None, data: bytes | None) -> None:
        now = self._clock()
        if data is not None:
            self._limit(self._blocks.take(now))
            check_audio(data)
            seconds = len(data) / 2 / self.participant.wishes.rate
            self._limit(self.services.sound.take(self.address, seconds))
            self.room.sound(self.participant, data)
        else:
            self._limit(self._texts.take(now) and self.services.texts.take(self.address))
            commands.handle(self, parse(text or ""))

    @staticmethod
    def _limit(within: bool) -> None:
        if not within:
            raise ProtocolError("rate_limited", "too many messages", 1)

    def _object_to(self, refusal: Refusal) -> None:
        now = self._clock()
        fatal = refusal.code in _ALWAYS_FATAL or not self._thrown_away.take(now)
        told = self._told.get(refusal.code, -math.inf)
        if not fatal and refusal.code in _OFTEN and now - told < SAME_ERROR_EVERY_S:
            return
        self._told[refusal.code] = now
        fatal = fatal or not self._errors.take(now)
        error = Parcel(None, wire=text_frame(encode(_error(refusal, fatal=fatal))))
        if fatal:
            self._outbox.close(refusal.code, [error])
            self._leave()
        else:
            self._outbox.put(error)


def frames_of(parcel: Parcel) -> bytes:
    """The frames of a parcel, made once for all listeners."""
    if parcel.wire is None:
        text = encode(parcel.message) if parcel.message is not None else ""
        sound = binary_frame(parcel.sound) if isinstance(parcel.message, Speech) else b""
        parcel.wire = text_frame(text) + sound
    return parcel.wire


def _error(refusal: Refusal, *, fatal: bool) -> Error:
    return Error(
        code=refusal.code, text=refusal.text, fatal=fatal, retry_after_s=refusal.retry_after_s
    )
