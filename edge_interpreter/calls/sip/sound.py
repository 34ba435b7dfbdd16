"""The sound of one SIP call inside the SIP process: what came, and what is queued to be sent.

Calls baresip's audio functions directly: the binding's own wrapper makes objects for each of the
10,000 reads and writes a second that fifty calls need.
"""

import time
from dataclasses import dataclass

from baresip._native import ffi, lib

READ_MS = 100
LEAST_RESERVE_MS = 30
MOST_RESERVE_MS = 80
LEGS_PER_MS = 5
RESERVE_STEP_MS = 10
DIP_MS = 15
"""A reserve that fell this low is made deeper, before it falls short."""
SHORT_MS = 4
"""Here it is filled up at once, otherwise in the next quiet moment."""
CALM_S = 60.0
MOST_AHEAD_MS = 160
SPARE_MS = 15
"""More than this above the reserve, all the time since the last look, is delay for nothing."""
LOOK_EVERY = 25
LOOK_EVERY_AT_FIRST = 3
SETTLE_S = 0.5
QUIET_PEAK = 330
FRAME_MS = 20
_MOST_READ = 2 * 2 * 48 * READ_MS

Formats = tuple[int, int, int, int]
"""Rate (Hz) and channels received, rate and channels sent."""
NO_SOUND: Formats = (0, 0, 0, 0)


@dataclass(slots=True)
class SoundCounters:
    """What happened to a call's sound, in frames as the stack sends them."""

    underruns: int = 0
    """Frames that had to be sent, wholly or in part, without anything to send."""
    dropped: int = 0
    """Frames given up because too many waited already."""
    thinned: int = 0
    """Quiet frames given up to be less late again."""
    lowest_reserve_ms: float = MOST_AHEAD_MS
    """The least that was queued when more came."""


class Reserve:
    """How much every leg keeps queued to be sent: the clock that fills them is one.

    It begins small, the more the more `legs` that clock serves, grows when it nearly proved too
    small, and shrinks after a calm minute, so that a machine that keeps its time adds little delay.
    """

    def __init__(self) -> None:
        self.legs = 0
        self._learned_ms = 0
        self._changed_at = 0.0

    @property
    def ms(self) -> int:
        """The length to be queued."""
        return min(LEAST_RESERVE_MS + self.legs // LEGS_PER_MS + self._learned_ms, MOST_RESERVE_MS)

    def dipped(self, now: float) -> None:
        """Some leg had hardly anything left; many at once are one reason."""
        if now - self._changed_at > 2 * FRAME_MS / 1000 and self.ms < MOST_RESERVE_MS:
            self._learned_ms += RESERVE_STEP_MS
            self._changed_at = now

    def relax(self, now: float) -> None:
        """Time goes by."""
        if self._learned_ms and now - self._changed_at > CALM_S:
            self._learned_ms -= RESERVE_STEP_MS
            self._changed_at = now


class CallSound:
    """Reads and writes the sound of the call with native handle `call`; one thread only.

    How much is queued to be sent is reckoned by the clock and looked up now and then, since
    looking it up costs more than writing.
    """

    def __init__(self, call: int, reserve: Reserve) -> None:
        self.counters = SoundCounters()
        self._call = call
        self._epoch: int | None = None
        self._info = ffi.new("struct bp_audio_info *")
        self._stats = ffi.new("struct bp_audio_stats *")
        self._buffer = ffi.new("uint8_t[]", _MOST_READ)
        self._bytes = ffi.buffer(self._buffer)
        self._most_read = _MOST_READ
        self._bytes_per_ms = 0.0
        self._reserve = reserve
        self._ahead_ms = 0.0
        self._written_at = 0.0
        self._until_look = 0
        self._low_ms = 0.0
        self._spare_ms = 0.0
        self._starved = 0
        self._settled_at = 0.0
        self._was_settled = False

    def formats(self) -> Formats:
        """How the sound comes and is to be sent; zeros where there is none."""
        if not self._bind():
            return NO_SOUND
        info = self._info
        return (info.rx_srate, info.rx_ch, info.tx_srate, info.tx_ch)

    def read(self) -> bytes:
        """What the peer sent since the last time."""
        if self._epoch is None and not self._bind():
            return b""
        size = lib.bp_audio_read(self._call, self._epoch, self._buffer, self._most_read)
        if size < 0:
            self._epoch = None
            return b""
        return bytes(self._bytes[:size]) if size else b""

    def write(self, pcm: bytes, now: float) -> None:
        """Queue a frame for the peer at `now` (monotonic seconds); it may be empty."""
        if not pcm:
            return
        self._ahead_ms -= (now - self._written_at) * 1000
        self._written_at = now
        self._until_look -= 1
        if self._until_look <= 0 or self._ahead_ms < SHORT_MS:
            self._look(now)
        self._low_ms = min(self._low_ms, self._ahead_ms)
        if self._ahead_ms < DIP_MS and self._was_settled:
            self._reserve.dipped(now)
        if self._ahead_ms > MOST_AHEAD_MS:
            self.counters.dropped += 1
        elif self._spare_ms >= SPARE_MS and _is_quiet(pcm):
            self._spare_ms -= FRAME_MS
            self.counters.thinned += 1
        elif self._bytes_per_ms:
            if self._ahead_ms < self._reserve.ms - SPARE_MS and _is_quiet(pcm):
                self._fill_up()
            self._put(pcm)

    def settle(self) -> None:
        """What is buffered is lost, by a new stream or a flush: that is no underrun."""
        self._settled_at = time.monotonic() + SETTLE_S
        self._was_settled = False
        self._until_look = 0

    def flush(self) -> None:
        """Discard what is queued."""
        self.settle()
        if self._epoch is not None:
            lib.bp_audio_flush_tx(self._call, self._epoch)

    def _look(self, now: float) -> None:
        """See what is really queued; where hardly anything is, put the reserve back."""
        settled = now > self._settled_at
        self._until_look = LOOK_EVERY if settled else LOOK_EVERY_AT_FIRST
        self._spare_ms, self._low_ms = self._low_ms - self._reserve.ms, MOST_AHEAD_MS
        if not self._bind() or lib.bp_audio_stats_get(self._call, self._stats) != 0:
            self._bytes_per_ms = 0.0
            return
        self._bytes_per_ms = 2 * self._info.tx_srate * self._info.tx_ch / 1000
        if not self._bytes_per_ms:
            return
        self._ahead_ms = self._stats.tx_fill / self._bytes_per_ms
        if self._was_settled:
            self._count()
        self._starved = self._stats.tx_starved_frames + self._stats.tx_silence_frames
        self._was_settled = settled
        self._reserve.relax(now)
        if self._ahead_ms < SHORT_MS:
            self._fill_up()

    def _fill_up(self) -> None:
        missing = int((self._reserve.ms - self._ahead_ms) * self._bytes_per_ms)
        self._put(bytes(missing // 4 * 4))

    def _count(self) -> None:
        starved = self._stats.tx_starved_frames + self._stats.tx_silence_frames
        self.counters.underruns += max(0, starved - self._starved)
        self.counters.lowest_reserve_ms = min(self.counters.lowest_reserve_ms, self._ahead_ms)

    def _put(self, pcm: bytes) -> None:
        data = ffi.from_buffer("uint8_t[]", pcm)
        if lib.bp_audio_write(self._call, self._epoch or 0, data, len(pcm)) < 0:
            self._epoch, self._until_look = None, 0
            return
        self._ahead_ms += len(pcm) / self._bytes_per_ms

    def _bind(self) -> bool:
        """Join the streams that the call has now; False when it has none."""
        if lib.bp_audio_probe(self._call, self._info) != 0:
            self._epoch = None
            return False
        self._epoch = self._info.epoch
        wanted = self._info.rx_srate * self._info.rx_ch * READ_MS // 500
        self._most_read = min(_MOST_READ, max(1, wanted))
        return True


def _is_quiet(pcm: bytes) -> bool:
    samples = memoryview(pcm).cast("h")
    return max(samples) < QUIET_PEAK and min(samples) > -QUIET_PEAK
