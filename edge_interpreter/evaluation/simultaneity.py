"""How steady and how early captions are while somebody speaks; defined in `docs/metrics.md`."""

from collections.abc import Sequence
from itertools import pairwise


def normalized_erasure(shown: Sequence[str]) -> float:
    """Words taken back per word of the final text, over all versions of one caption.

    Arivazhagan, Cherry, Macherey and Foster, "Re-translation versus Streaming for Simultaneous
    Translation" (IWSLT 2020). 0.0 is a caption that only grows. A final text without words gives
    0.0 where nothing was taken back and infinity otherwise.
    """
    versions = [text.split() for text in shown]
    erased = sum(len(before) - _common(before, after) for before, after in pairwise(versions))
    final = len(versions[-1]) if versions else 0
    if final:
        return erased / final
    return float("inf") if erased else 0.0


def laal(delays: Sequence[float], duration: float, reference_words: int) -> float:
    """Length-adaptive average lagging, in the unit of `delays` and `duration`.

    Papi, Gaido, Negri and Turchi, "Over-Generation Cannot Be Rewarded" (AutoSimTrans 2022).
    `delays` holds, for each word of the output, how much of the source had been spoken when it
    was shown (or, computation-aware, the time since the source began); `duration` is the length
    of the source. Words up to and including the first one shown at or after the end count.
    """
    if not delays or duration <= 0:
        return 0.0
    per_word = duration / max(len(delays), reference_words)
    total = 0.0
    for count, delay in enumerate(delays, 1):
        total += delay - (count - 1) * per_word
        if delay >= duration:
            return total / count
    return total / len(delays)


def word_delays(shown: Sequence[tuple[float, str]]) -> list[float]:
    """For each word of the last version: the time from which it stayed as it is.

    `shown` holds (time, text) of every version of one caption, in order.
    """
    delays: list[float] = []
    words: list[str] = []
    for at, text in shown:
        newer = text.split()
        kept = _common(words, newer)
        delays = delays[:kept] + [at] * (len(newer) - kept)
        words = newer
    return delays


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
