"""How often somebody may do something."""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable

MOST_KEYS = 10_000


class Bucket:
    """A token bucket: `rate` a second on average, `burst` at once."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._at = now

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Whether `amount` more is allowed at `now` (seconds)."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level < amount:
            return False
        self._level -= amount
        return True

    def wait_s(self, now: float, amount: float = 1.0) -> int:
        """Whole seconds from `now` until `amount` more is allowed; takes nothing."""
        level = self._level + (now - self._at) * self._rate
        return max(0, math.ceil((amount - level) / self._rate))


class Buckets:
    """One bucket for each key (an address); the longest unused are forgotten."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, amount: float = 1.0) -> bool:
        """Whether `amount` more is allowed for `key` now."""
        now = self._clock()
        bucket = self._buckets.pop(key, None) or Bucket(self._rate, self._burst, now)
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return bucket.take(now, amount)

    def allow(self, rate: float, burst: float) -> None:
        """Another rate from now on; everybody starts afresh."""
        if (rate, burst) != (self._rate, self._burst):
            self._rate, self._burst = rate, burst
            self._buckets.clear()

    def wait_s(self, key: str) -> int:
        """Whole seconds until one more is allowed for `key`; takes nothing."""
        bucket = self._buckets.get(key)
        return 0 if bucket is None else bucket.wait_s(self._clock())


class Connections:
    """Counts open connections by address."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Count one more; False where there are too many already."""
        if self._open[address] >= self.most:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Count one less."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
