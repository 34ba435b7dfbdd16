"""Legs over Asterisk's `chan_websocket`, which connects to us; Asterisk owns the clock."""

import logging
from collections.abc import Callable, Mapping

from starlette.websockets import WebSocket

from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.codec import Codec, new_codec
from edge_interpreter.calls.legs.websocket import WebSocketLeg
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.wire.asterisk_websocket import (
    Command,
    ControlEvent,
    encode_command,
    media_start,
    parse_control,
)
from edge_interpreter.calls.wire.malformed import Malformed

log = logging.getLogger(__name__)


class AsteriskWebSocketLeg(WebSocketLeg):
    """One channel. `parameters` come from the URL's query (the dial option `v()`)."""

    def __init__(
        self,
        websocket: WebSocket,
        parameters: Mapping[str, str],
        offer: Callable[["AsteriskWebSocketLeg"], object],
    ) -> None:
        party = Party(
            "asterisk",
            parameters.get("number", ""),
            parameters.get("dialled", ""),
            dict(parameters),
        )
        super().__init__(websocket, party)
        self._offer = offer
        self._codec: Codec | None = None
        self._frame_bytes = 0
        self._json = False
        self._stopped = False
        self._answered = False
        self._rest = b""

    def take(self, text: str | None, data: bytes | None) -> None:
        """See `WebSocketLeg.take`."""
        if data is not None and self._codec is not None:
            self.heard(self._codec.decode(data))
        if text is None:
            return
        try:
            self._control_event(parse_control(text))
        except Malformed as fault:
            log.warning("%s", fault)
            self.counters.ignored_packets += 1

    def answer(self) -> None:
        """See `MediaLeg.answer`."""
        if not self._answered:
            self._answered = True
            self._command("ANSWER")
            self.tell_up()

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """See `MediaLeg.reject`: the channel can only be hung up."""
        del cause, retry_after_s
        self.hang_up()

    def send(self, frame: Samples) -> None:
        """See `MediaLeg.send`; whole frames of the size that Asterisk asked for."""
        if self._codec is None or self._stopped or self.over:
            return
        self._rest += self._codec.encode(frame)
        while len(self._rest) >= self._frame_bytes:
            self.post_sound(self._rest[: self._frame_bytes])
            self._rest = self._rest[self._frame_bytes :]
        self.counters.sent += 1

    def clear(self) -> None:
        """See `MediaLeg.clear`."""
        self.discard_sound()
        self._command("FLUSH_MEDIA")

    def send_digit(self, digit: str) -> None:
        """See `MediaLeg.send_digit`: the channel has no command for keys, so nothing is sent."""

    def hang_up(self) -> None:
        """See `MediaLeg.hang_up`."""
        self._command("HANGUP")
        self.close_soon()

    def _control_event(self, event: ControlEvent) -> None:
        self._json = event.json
        match event.name:
            case "MEDIA_START" if self._codec is None:
                self._media_start(event)
            case "DTMF_END":
                digit = event.fields.get("digit", "").upper()
                if len(digit) == 1 and digit in "0123456789*#ABCD":
                    self.tell_digit(digit)
            case "MEDIA_XOFF":
                self._stopped = True
            case "MEDIA_XON":
                self._stopped = False

    def _media_start(self, event: ControlEvent) -> None:
        start = media_start(event)
        try:
            self._codec = new_codec(start.format)
        except (LookupError, ImportError):
            log.warning("chan_websocket: a format that is not understood; the call is hung up")
            self.hang_up()
            return
        self._frame_bytes = start.frame_bytes
        if event.variables:
            merged = {**event.variables, **self.party.headers}
            self.party = Party("asterisk", self.party.number, self.party.dialled, merged)
        self._offer(self)

    def _command(self, command: Command) -> None:
        self.post(encode_command(command, as_json=self._json))
