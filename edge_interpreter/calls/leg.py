"""What one side of a call is to the rest of the product, whatever wire it comes over.

All legs speak 16 kHz mono in frames of 20 ms. One clock drives both directions: every 20 ms the
call takes a frame with `receive` and hands one over with `send`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.model import Cause


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at the other end of a leg, as the signalling says it.

    `transport` is "sip", "audiosocket", "rtp", "asterisk", "media_stream" or "browser".
    """

    transport: str
    number: str = ""
    dialled: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(slots=True)
class LegCounters:
    """What a leg's media went through, in frames of 20 ms unless said otherwise."""

    received: int = 0
    concealed: int = 0
    sent: int = 0
    underruns: int = 0
    """Times that nothing was there to be sent when its turn had come."""
    dropped: int = 0
    """Given up because too much was waiting, in either direction."""
    lowest_reserve_ms: float | None = None
    """The least that was queued to be sent when the next frame came, where that is known."""
    ignored_packets: int = 0
    """Packets from an address or a source that is not the peer's, or that were malformed."""
    lost: int = 0
    """Packets that did not come by their turn, where the transport can tell."""
    late: int = 0
    """Of those, packets that came after it."""
    jitter_ms: float = 0.0
    """Variation of the packets' transit times (RFC 3550, 6.4.1), where the transport can tell."""


class LegListener(Protocol):
    """Is told what happens on a leg; always on the event loop, never twice `ended`."""

    def leg_up(self) -> None:
        """Media can flow."""

    def leg_digit(self, digit: str) -> None:
        """The peer pressed a key."""

    def leg_held(self, held: bool) -> None:
        """The peer put us on hold, or took us back."""

    def leg_ended(self, cause: Cause) -> None:
        """The leg is gone; it tells nothing more."""


class MediaLeg(Protocol):
    """One side's sound, keys and end; none of the methods blocks."""

    party: Party
    counters: LegCounters

    def start(self, listener: LegListener) -> None:
        """Tell `listener` what happens from now on, instead of the one before."""
        ...

    def answer(self) -> None:
        """Accept an offered call; `leg_up` follows. Answering again changes nothing."""
        ...

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        """Refuse an offered call; nothing follows."""
        ...

    def receive(self) -> Samples | None:
        """The next 20 ms from the peer at 16 kHz; None while nothing comes at all."""
        ...

    def send(self, frame: Samples) -> None:
        """The next 20 ms for the peer at 16 kHz."""
        ...

    def clear(self) -> None:
        """Discard what was sent and has not been played, as far as the wire can."""
        ...

    def send_digit(self, digit: str) -> None:
        """Press a key at the peer."""
        ...

    def hang_up(self) -> None:
        """End the leg; nothing follows."""
        ...
