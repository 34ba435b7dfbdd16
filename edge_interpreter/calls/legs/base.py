"""What legs over ordered links have in common: a playout buffer, counters, one end."""

from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, Samples
from edge_interpreter.audio.playout import Playout
from edge_interpreter.calls.leg import LegCounters, LegListener, Party
from edge_interpreter.calls.model import Cause


class OrderedLeg:
    """A leg whose link neither loses nor reorders; the wire is added by those built on it.

    `media_timeout_ms` without any sound ends the leg, unless it is held; 0 never does.
    """

    def __init__(self, party: Party, media_timeout_ms: int = 0) -> None:
        self.party = party
        self.counters = LegCounters()
        self.held = False
        self.over = False
        self._playout = Playout()
        self._listener: LegListener | None = None
        self._media_timeout_ms = media_timeout_ms
        self._silent_ms = 0
        self._not_sent = 0

    def start(self, listener: LegListener) -> None:
        """See `MediaLeg.start`."""
        self._listener = listener

    def receive(self) -> Samples | None:
        """See `MediaLeg.receive`."""
        frame = self._playout.take()
        self.counters.concealed = self._playout.concealed
        self.counters.dropped = self._not_sent + self._playout.dropped // FRAME_SAMPLES
        if frame is not None:
            self.counters.received += 1
        self._watch(frame is None)
        return frame

    def heard(self, samples: Samples) -> None:
        """Sound from the wire, at 16 kHz."""
        self._playout.put(samples)

    def tell_up(self) -> None:
        """Media can flow."""
        if self._listener is not None and not self.over:
            self._listener.leg_up()

    def tell_digit(self, digit: str) -> None:
        """A key was pressed."""
        if self._listener is not None and not self.over:
            self._listener.leg_digit(digit)

    def tell_held(self, held: bool) -> None:
        """The peer holds the line, or took it back."""
        self.held = held
        if self._listener is not None and not self.over:
            self._listener.leg_held(held)

    def tell_ended(self, cause: Cause) -> None:
        """The peer is gone; told once."""
        if not self.over:
            self.over = True
            if self._listener is not None:
                self._listener.leg_ended(cause)

    def _watch(self, silent: bool) -> None:
        self._silent_ms = self._silent_ms + FRAME_MS if silent and not self.held else 0
        if self._media_timeout_ms and self._silent_ms >= self._media_timeout_ms:
            self._silent_ms = 0
            self._time_out()

    def _time_out(self) -> None:
        self.tell_ended(Cause.MEDIA_TIMEOUT)
