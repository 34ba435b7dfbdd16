"""Legs over AudioSocket: Asterisk connects to us by TCP, one connection a call."""

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.calls.legs.base import OrderedLeg
from edge_interpreter.calls.legs.codec import LinearCodec
from edge_interpreter.calls.model import Cause
from edge_interpreter.calls.wire.audiosocket import (
    AUDIO_RATES,
    AudioSocketDecoder,
    AudioSocketFrame,
    Kind,
    encode_audiosocket,
)
from edge_interpreter.calls.wire.malformed import Malformed

log = logging.getLogger(__name__)

BACKLOG_BYTES = 10 * (3 + 640)
"""What may wait to be written, 200 ms at 16 kHz; beyond it new sound is dropped."""
HELLO_S = 5.0


class AudioSocketLeg(OrderedLeg, asyncio.Protocol):
    """One connection; the call's identifier is what its route's number is compared with."""

    def __init__(self, offer: Callable[["AudioSocketLeg"], object], allowed: AllowList) -> None:
        super().__init__(Party("audiosocket"))
        self._offer = offer
        self._allowed = allowed
        self._decoder = AudioSocketDecoder()
        self._kind = Kind.AUDIO_8K
        self._codec = LinearCodec(AUDIO_RATES[self._kind])
        self._transport: asyncio.Transport | None = None
        self._hello: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        address = transport.get_extra_info("peername")[0]
        if not self._allowed.allows(address):
            self._transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._hello = loop.call_later(HELLO_S, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        try:
            for frame in self._decoder.feed(data):
                self._take(frame)
        except Malformed as fault:
            log.warning("%s; the connection is closed", fault)
            self.counters.ignored_packets += 1
            self._close()
            self.tell_ended(Cause.FAILED)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        del exc
        self._cancel_hello()
        self.tell_ended(Cause.HUNG_UP)

    def answer(self) -> None:
        """See `MediaLeg.answer`: Asterisk has answered already."""
        self.tell_up()

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """See `MediaLeg.reject`: there is no way to say why."""
        del cause, retry_after_s
        self.hang_up()

    def send(self, frame: Samples) -> None:
        """See `MediaLeg.send`."""
        transport = self._transport
        if transport is None or transport.get_write_buffer_size() > BACKLOG_BYTES:
            return
        transport.write(encode_audiosocket(self._kind, self._codec.encode(frame)))
        self.counters.sent += 1

    def clear(self) -> None:
        """See `MediaLeg.clear`: nothing is ever sent ahead."""

    def send_digit(self, digit: str) -> None:
        """See `MediaLeg.send_digit`."""
        if self._transport is not None:
            self._transport.write(encode_audiosocket(Kind.DTMF, digit.encode("ascii")))

    def hang_up(self) -> None:
        """See `MediaLeg.hang_up`."""
        self.over = True
        if self._transport is not None:
            self._transport.write(encode_audiosocket(Kind.HANGUP))
        self._close()

    def _take(self, frame: AudioSocketFrame) -> None:
        if self._hello is not None:
            self._begin(frame)
        elif frame.kind in AUDIO_RATES:
            self._take_audio(frame)
        elif frame.kind is Kind.DTMF:
            self.tell_digit(frame.payload.decode("ascii").upper())
        elif frame.kind in (Kind.HANGUP, Kind.ERROR):
            self._close()
            self.tell_ended(Cause.HUNG_UP)

    def _begin(self, frame: AudioSocketFrame) -> None:
        if frame.kind is not Kind.UUID:
            self._close()
            return
        self._cancel_hello()
        identifier = str(frame.call_id)
        self.party = Party("audiosocket", identifier, identifier)
        self._offer(self)

    def _take_audio(self, frame: AudioSocketFrame) -> None:
        if frame.kind is not self._kind:
            self._kind = frame.kind
            self._codec = LinearCodec(AUDIO_RATES[frame.kind])
        self.heard(self._codec.decode(frame.payload))

    def _cancel_hello(self) -> None:
        if self._hello is not None:
            self._hello.cancel()
            self._hello = None

    def _close(self) -> None:
        self._cancel_hello()
        if self._transport is not None:
            self._transport.close()


async def serve_audiosocket(
    host: str, port: int, allowed: AllowList, offer: Callable[[AudioSocketLeg], object]
) -> asyncio.Server:
    """Listen for AudioSocket connections; each is offered as a call. OSError when it cannot."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: AudioSocketLeg(offer, allowed), host, port)
