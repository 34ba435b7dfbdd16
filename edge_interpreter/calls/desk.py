"""An agent at a browser: sees calls, takes one by headset, reads captions, acts on both sides."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from edge_interpreter.calls.call import Call
from edge_interpreter.calls.legs.browser import BrowserLeg
from edge_interpreter.calls.model import CallState, Cause, Role
from edge_interpreter.calls.rest import describe, requested_language
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.calls.together import until_one_ends
from edge_interpreter.calls.wire import desk
from edge_interpreter.calls.wire.malformed import Malformed
from edge_interpreter.pipeline.events import (
    UNWANTED,
    Event,
    Lane,
    Partial,
    Skipped,
    Transcribed,
    Translated,
)
from edge_interpreter.rooms.refusal import Refusal

log = logging.getLogger(__name__)

HELLO_S = 10.0
REFRESH_S = 1.0
OUTBOX_TEXTS = 256
OUTBOX_FRAMES = 10
BAD_MESSAGE, FORBIDDEN = 4400, 4403

_GAPS = {Lane.SOURCE: "gap", Lane.CAPTION: "no_translation", Lane.SPEECH: "no_voice"}

CheckToken = Callable[[str, str], object]
"""Raises Refusal for a token, from an address, that may not operate calls."""


class Desk:
    """One page; `run` lasts as long as it is open. Over a full outbox the oldest is dropped."""

    def __init__(self, websocket: WebSocket, board: Switchboard, check: CheckToken) -> None:
        self._websocket = websocket
        self._board = board
        self._check = check
        self._texts: deque[str] = deque(maxlen=OUTBOX_TEXTS)
        self._sound: deque[bytes] = deque(maxlen=OUTBOX_FRAMES)
        self._wake = asyncio.Event()
        self._leg: BrowserLeg | None = None
        self._watched: Call | None = None

    async def run(self) -> None:
        """Serve the page."""
        await self._websocket.accept()
        try:
            if not await self._welcome():
                return
            await until_one_ends(self._read_all(), self._write_all(), self._refresh())
        except WebSocketDisconnect:
            return
        finally:
            self._watch(None)
            if self._leg is not None:
                self._leg.tell_ended(Cause.HUNG_UP)

    async def _welcome(self) -> bool:
        try:
            async with asyncio.timeout(HELLO_S):
                hello = desk.parse_request(await self._websocket.receive_text())
            if not isinstance(hello, desk.Hello):
                raise Malformed("desk: the first message is not hello")
            client = self._websocket.client
            self._check(hello.token, client.host if client else "local")
        except (Malformed, TimeoutError, KeyError):
            await self._websocket.close(BAD_MESSAGE)
            return False
        except Refusal as refusal:
            await self._websocket.send_text(
                desk.encode("error", code=refusal.code, text=refusal.text)
            )
            await self._websocket.close(FORBIDDEN)
            return False
        self._post("welcome", phrases=self._board.config.phrases)
        return True

    async def _read_all(self) -> None:
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            data, text = message.get("bytes"), message.get("text")
            if data is not None and self._leg is not None:
                self._leg.take_block(data[: 10 * desk.SOUND_BYTES])
            elif text is not None:
                self._obey(text)

    def _obey(self, text: str) -> None:
        try:
            self._carry_out(desk.parse_request(text))
        except Malformed as fault:
            self._post("error", code="bad_message", text=str(fault))
        except Refusal as refusal:
            self._post("error", code=refusal.code, text=refusal.text)

    def _carry_out(self, request: desk.Request) -> None:
        if isinstance(request, desk.Hello):
            raise Malformed("desk: hello was said already")
        if isinstance(request, desk.Watch) and not request.call:
            self._watch(None)
            return
        call = self._board.calls.get(request.call)
        if call is None:
            raise Refusal("no_such_call", "there is no such call")
        match request:
            case desk.Watch():
                self._watch(call)
            case desk.Take():
                self._take(call)
            case desk.End():
                call.end(Cause.OPERATOR)
            case desk.Say(_, words):
                call.conversation.say(Role.AGENT, words)
            case desk.Key(_, digit):
                call.conversation.digit(Role.AGENT, digit)
            case desk.Mute() | desk.Speaks():
                _change_side(call, request)
        self._show_calls()

    def _take(self, call: Call) -> None:
        if self._leg is not None and not self._leg.over:
            raise Refusal("busy", "this page has a call already")
        leg = BrowserLeg("browser", self._post_sound, self._sound.clear)
        if not self._board.take(call, leg):
            raise Refusal("taken", "another agent was faster")
        self._leg = leg
        self._watch(call)

    def _watch(self, call: Call | None) -> None:
        if self._watched is not None and self._on_event in self._watched.watchers:
            self._watched.watchers.remove(self._on_event)
        self._watched = call
        if call is not None:
            call.watchers.append(self._on_event)

    def _on_event(self, role: Role, event: Event) -> None:
        match event:
            case Partial(index=index, language=language):
                self._caption(role, index, "partial", language, event.text)
            case Transcribed(utterance, text, language):
                self._caption(role, utterance.index, "said", language, text)
            case Translated(utterance, target, text, fidelity):
                self._caption(role, utterance.index, "translation", target, text, fidelity)
            case Skipped(utterance, lane, target, reason) if reason != UNWANTED:
                self._caption(role, utterance.index, _GAPS[lane], target or "", "", reason)

    def _caption(
        self, role: Role, index: int, kind: str, language: str, text: str, note: str = ""
    ) -> None:
        if self._watched is not None:
            self._post(
                "caption",
                call=self._watched.id,
                side=role,
                utterance=index,
                kind=kind,
                language=language,
                text=text,
                note=note,
            )

    async def _refresh(self) -> None:
        while True:
            self._show_calls()
            await asyncio.sleep(REFRESH_S)

    def _show_calls(self) -> None:
        if self._watched is not None and self._watched.state is CallState.ENDED:
            self._post("ended", call=self._watched.id, cause=self._watched.model.cause)
            self._watch(None)
        self._post(
            "calls",
            calls=[describe(call) for call in self._board.calls.values()],
            waiting=[call.id for call in self._board.waiting],
            mine=self._watched.id if self._watched and self._holds(self._watched) else None,
        )

    def _holds(self, call: Call) -> bool:
        side = call.conversation.sides.get(Role.AGENT)
        return side is not None and side.leg is self._leg

    def _post(self, what: str, /, **fields: Any) -> None:
        self._texts.append(desk.encode(what, **fields))
        self._wake.set()

    def _post_sound(self, data: bytes) -> None:
        self._sound.append(data)
        self._wake.set()

    async def _write_all(self) -> None:
        while True:
            while self._texts or self._sound:
                if self._texts:
                    await self._websocket.send_text(self._texts.popleft())
                else:
                    await self._websocket.send_bytes(self._sound.popleft())
            self._wake.clear()
            await self._wake.wait()


def _change_side(call: Call, change: desk.Mute | desk.Speaks) -> None:
    role = Role(change.side)
    side = call.conversation.sides.get(role)
    if isinstance(change, desk.Speaks):
        call.set_language(role, requested_language(change.language, call.language_of(role)))
    elif side is not None:
        side.muted = change.on
