"""How many calls are taken, and when none is."""

import os
from dataclasses import dataclass

import pytest

from edge_interpreter.calls.admission import Admission
from edge_interpreter.calls.model import Cause
from edge_interpreter.config.calls import Calls
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.pipeline import Pipeline
from tests.pipeline.fakes import engines


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def admission(calls: Calls, clock: Clock | None = None) -> Admission:
    return Admission(calls, Pipeline(engines(), Config(calls=calls)), clock or Clock())


async def test_a_number_is_the_limit() -> None:
    door = admission(Calls(max_calls=3))
    assert door.refusal(2) is None
    assert door.refusal(3) is Cause.LIMIT


async def test_auto_grows_with_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    for cores in (1, 2, 16):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        limits.append(admission(Calls()).limit)
    assert limits[0] == 1
    assert limits == sorted(limits)
    assert limits[2] >= 2 * limits[1]


async def test_none_is_taken_while_translations_are_late_and_again_when_they_are_not() -> None:
    clock = Clock()
    door = admission(Calls(max_calls=5, late_after_ms=2_000), clock)
    for delay in (900, 2_900, 3_100, 2_500):
        door.translated(delay)
    assert door.refusal(1) is None, "a few say nothing"
    for delay in (2_700, 2_600):
        door.translated(delay)
    assert door.refusal(1) is Cause.OVERLOADED
    clock.now += 61
    assert door.refusal(1) is None


async def test_lateness_may_be_ignored() -> None:
    door = admission(Calls(max_calls=5, late_after_ms=0))
    for _ in range(20):
        door.translated(9_000)
    assert door.refusal(1) is None
