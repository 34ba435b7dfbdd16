"""Legs over Twilio-style Media Streams: the service connects to us by WebSocket."""

import logging
from collections.abc import Callable

from starlette.websockets import WebSocket

from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.codec import new_codec
from edge_interpreter.calls.legs.websocket import WebSocketLeg
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.wire.malformed import Malformed
from edge_interpreter.calls.wire.media_streams import (
    Dtmf,
    Mark,
    Media,
    Start,
    Stop,
    encode_clear,
    encode_mark,
    encode_media,
    parse_message,
)

log = logging.getLogger(__name__)

MARK_EVERY = 25
"""Frames between marks, half a second."""
MOST_AHEAD = 50
"""Frames that the service may hold before silence is no longer sent to it."""


class MediaStreamLeg(WebSocketLeg):
    """One stream. `admit` decides by the start message's parameters whether it is welcome."""

    def __init__(
        self,
        websocket: WebSocket,
        admit: Callable[[Start], bool],
        offer: Callable[["MediaStreamLeg"], object],
    ) -> None:
        super().__init__(websocket, Party("media_stream"))
        self._admit = admit
        self._offer = offer
        self._stream = ""
        self._codec = new_codec("ulaw")
        self._marked = 0
        self._played = 0

    def take(self, text: str | None, data: bytes | None) -> None:
        """See `WebSocketLeg.take`."""
        if text is None:
            self.counters.ignored_packets += data is not None
            return
        try:
            message = parse_message(text)
        except Malformed as fault:
            log.warning("%s", fault)
            self.counters.ignored_packets += 1
            return
        match message:
            case Start() if not self._stream:
                self._start(message)
            case Media(track="inbound" | "inbound_track") if self._stream:
                self.heard(self._codec.decode(message.payload))
            case Dtmf(digit):
                self.tell_digit(digit)
            case Mark(name) if name.isascii() and name.isdigit():
                self._played = max(self._played, int(name))
            case Stop():
                self.tell_ended(Cause.HUNG_UP)
                self.close_soon()

    def answer(self) -> None:
        """See `MediaLeg.answer`: the service has answered already."""
        self.tell_up()

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """See `MediaLeg.reject`: the stream is closed, the service goes on with its document."""
        del cause, retry_after_s
        self.hang_up()

    def send(self, frame: Samples) -> None:
        """See `MediaLeg.send`."""
        if not self._stream or self.over:
            return
        encoded = self._codec.encode(frame)
        if self.ahead > MOST_AHEAD and not frame.any():
            return
        self.post_sound(encode_media(self._stream, encoded))
        self.counters.sent += 1
        if self.counters.sent % MARK_EVERY == 0:
            self._marked = self.counters.sent
            self.post_sound(encode_mark(self._stream, str(self._marked)))

    @property
    def ahead(self) -> int:
        """Frames that the service has been sent and has not reported as played."""
        return self._marked - self._played

    def clear(self) -> None:
        """See `MediaLeg.clear`."""
        self.discard_sound()
        self.post(encode_clear(self._stream))

    def send_digit(self, digit: str) -> None:
        """See `MediaLeg.send_digit`: the protocol has no message for keys, so nothing is sent."""

    def hang_up(self) -> None:
        """See `MediaLeg.hang_up`: closing the stream ends the call's `<Connect>`."""
        self.close_soon()

    def _start(self, start: Start) -> None:
        if not self._admit(start):
            log.warning("media stream: not admitted")
            self.close_soon()
            return
        self._stream = start.stream_sid
        parameters = {k: v for k, v in start.parameters.items() if k != "token"}
        self.party = Party(
            "media_stream",
            parameters.get("number", ""),
            parameters.get("dialled", ""),
            parameters,
        )
        self._offer(self)
