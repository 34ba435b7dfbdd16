"""Jitter buffer: packets in at any time and order, one unit out per tick, late ones given up.

Time is handed in by the caller, so that the buffer can be tested with any clock. The delay follows
the lateness that packets lately had, within the limits of a profile; a sender whose clock is
faster or slower than ours is followed by dropping or inserting one unit now and then.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JitterProfile:
    """Limits of the delay that the buffer may add, in milliseconds."""

    minimum_ms: int
    maximum_ms: int


LAN = JitterProfile(20, 60)
WAN = JitterProfile(40, 100)
PROFILES = {"lan": LAN, "wan": WAN}


@dataclass(slots=True)
class JitterStats:
    """Counts since the stream began, all in units but the delay."""

    received: int = 0
    played: int = 0
    lost: int = 0
    """Never arrived by their turn (a late one counts here and in `late`)."""
    late: int = 0
    duplicate: int = 0
    dropped: int = 0
    """Given up to shorten a delay that had grown."""
    inserted: int = 0
    """Silence put in to lengthen a delay that was too short."""
    restarts: int = 0
    jitter_ms: float = 0.0
    """Smoothed variation of the transit times (RFC 3550 section 6.4.1)."""
    delay_ms: float = 0.0
    """Time that the last unit waited beyond the fastest recent one."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The unit whose turn has come is not here: conceal it."""


LOST = Lost()
_WINDOW = 100
_BASE_WINDOW_MS = 10_000
_QUIET_LIMIT = 25
_FAR = 500


class JitterBuffer:
    """Orders units of `unit_ms` milliseconds by their index.

    `put` takes units as they arrive, `pop` gives one per `unit_ms` of the listener's clock: the
    unit, `LOST` where concealment is due, or None when nothing is playing. Holds at most
    `_FAR` units.
    """

    def __init__(self, profile: JitterProfile, unit_ms: int = 20) -> None:
        self.stats = JitterStats()
        self._profile = profile
        self._unit_ms = unit_ms
        self._units: dict[int, bytes] = {}
        self._next = 0
        self._anchored = False
        self._started = False
        self._empty_ticks = 0
        self._base: deque[tuple[float, float]] = deque()
        self._lateness: deque[float] = deque(maxlen=_WINDOW)
        self._transit: float | None = None
        self._excess_ticks = 0
        self._target_ms: float = profile.minimum_ms

    def put(self, index: int, payload: bytes, now_ms: float) -> None:
        """Take the unit `index` (counted by the sender, unwrapped) that arrived at `now_ms`."""
        self.stats.received += 1
        if self._anchored and abs(index - self._next) > _FAR:
            self._restart()
        self._measure(now_ms - index * self._unit_ms, now_ms)
        if self._started and index < self._next:
            self.stats.late += 1
        elif index in self._units:
            self.stats.duplicate += 1
        else:
            self._units[index] = payload
            if not self._anchored or (not self._started and index < self._next):
                self._next = index
                self._anchored = True

    def pop(self, now_ms: float) -> bytes | Lost | None:
        """What to play at `now_ms`; call it once every `unit_ms`."""
        if not self._anchored or (not self._started and not self._ready(now_ms)):
            return None
        self._started = True
        delay = self._delay_of_next(now_ms)
        if self._next not in self._units and delay < self._target_ms - self._unit_ms / 4:
            self.stats.inserted += 1
            return LOST
        self._empty_ticks = 0 if self._units else self._empty_ticks + 1
        if self._empty_ticks > _QUIET_LIMIT:
            self._restart()
            return None
        self._shorten(delay)
        return self._take(now_ms)

    def _take(self, now_ms: float) -> bytes | Lost:
        self.stats.delay_ms = self._delay_of_next(now_ms)
        payload = self._units.pop(self._next, None)
        self._next += 1
        if payload is None:
            self.stats.lost += 1
            return LOST
        self.stats.played += 1
        return payload

    def _shorten(self, delay: float) -> None:
        limit = self._target_ms + self._unit_ms
        self._excess_ticks = self._excess_ticks + 1 if delay > limit else 0
        over_maximum = delay > self._profile.maximum_ms + self._unit_ms
        if self._next + 1 in self._units and (self._excess_ticks > _WINDOW or over_maximum):
            self._excess_ticks = 0
            self.stats.dropped += self._units.pop(self._next, None) is not None
            self._next += 1

    def _restart(self) -> None:
        self.stats.restarts += 1
        self._units.clear()
        self._anchored, self._started, self._empty_ticks = False, False, 0
        self._base.clear()
        self._transit = None
        self._lateness.clear()

    def _ready(self, now_ms: float) -> bool:
        return self._delay_of_next(now_ms) >= self._target_ms

    def _measure(self, transit: float, now_ms: float) -> None:
        while self._base and self._base[0][0] < now_ms - _BASE_WINDOW_MS:
            self._base.popleft()
        while self._base and self._base[-1][1] >= transit:
            self._base.pop()
        self._base.append((now_ms, transit))
        if self._transit is not None:
            self.stats.jitter_ms += (abs(transit - self._transit) - self.stats.jitter_ms) / 16
        self._transit = transit
        self._lateness.append(transit - self._base[0][1])
        self._target_ms = self._needed_delay()

    def _delay_of_next(self, now_ms: float) -> float:
        base = self._base[0][1] if self._base else now_ms - self._next * self._unit_ms
        return now_ms - self._next * self._unit_ms - base

    def _needed_delay(self) -> float:
        """The delay that all but the two latest of the recent packets would have met."""
        ordered = sorted(self._lateness)
        needed = ordered[-3] if len(ordered) > 20 else (ordered[-1] if ordered else 0.0)
        return min(max(needed, self._profile.minimum_ms), self._profile.maximum_ms)
