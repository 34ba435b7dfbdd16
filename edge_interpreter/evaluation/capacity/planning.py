"""From what one machine carries to how many are needed."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge_interpreter.evaluation.capacity.speakers import Noted
from edge_interpreter.evaluation.percentiles import percentiles

MOST = 256
"""Of rooms or calls of one machine that are looked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """How it went with so many at once."""

    count: int
    noted: Noted
    within_goal: bool

    def figures(self) -> dict[str, Any]:
        """For printing."""
        return {
            "at_once": self.count,
            "first_audio_ms": percentiles(self.noted.first_audio_ms),
            "utterances": self.noted.utterances,
            "lost": self.noted.lost,
        }


def largest(simulate: Callable[[int], Noted], goal_ms: float, most: int = MOST) -> list[Step]:
    """The steps of a search for the largest count within the goal, by count.

    A count is within it when the 95th percentile is and nothing was lost. It is doubled until it
    is not, then the gap is halved.
    """
    steps: dict[int, Step] = {}

    def good(count: int) -> bool:
        noted = simulate(count)
        p95 = percentiles(noted.first_audio_ms)["p95"]
        within = p95 is not None and p95 <= goal_ms and not noted.lost
        steps[count] = Step(count, noted, within)
        return within

    best, over = 0, 1
    while over <= most and good(over):
        best, over = over, 2 * over
    over = min(over, most + 1)
    while over - best > 1:
        middle = (best + over) // 2
        if good(middle):
            best = middle
        else:
            over = middle
    return [steps[count] for count in sorted(steps)]


def carried(steps: list[Step]) -> int:
    """The largest count that was within the goal, 0 for none."""
    return max((step.count for step in steps if step.within_goal), default=0)


def boxes_for(count: int, per_box: int) -> int | None:
    """How many boxes carry `count` at once; None where a box carries none."""
    return math.ceil(count / per_box) if per_box else None


def erlang_b(offered: float, lines: int) -> float:
    """The share of calls that find all of `lines` taken, at `offered` erlangs of traffic.

    Erlang's loss formula by its recursion, B(n) = A·B(n-1) / (n + A·B(n-1)); A. K. Erlang,
    "Solution of some problems in the theory of probabilities of significance in automatic
    telephone exchanges" (1917).
    """
    blocked = 1.0
    for line in range(1, lines + 1):
        blocked = offered * blocked / (line + offered * blocked)
    return blocked


def lines_for(offered: float, blocking: float) -> int:
    """The fewest lines with which no more than the share `blocking` of calls is refused."""
    lines = 0
    while erlang_b(offered, lines) > blocking:
        lines += 1
    return lines
