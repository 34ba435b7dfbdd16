"""What is given up when a stream falls behind, in which order, and that it comes back."""

from itertools import pairwise

import pytest

from edge_interpreter.evaluation.virtual_time import run_virtually
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import (
    Event,
    Lane,
    Partial,
    Skipped,
    Spoken,
    Transcribed,
)
from edge_interpreter.pipeline.lag import FASTEST_SPEECH, LagLevel, LagPolicy
from edge_interpreter.pipeline.role import Role
from edge_interpreter.pipeline.stream import Stream
from tests.pipeline.box import Box, speak
from tests.pipeline.fakes import CountingRecogniser, Listener, silence, speech

BUDGET_MS = 6_000
LADDER = [
    LagLevel.ON_TIME,
    LagLevel.NO_PARTIALS,
    LagLevel.FASTER_SPEECH,
    LagLevel.MERGE,
    LagLevel.CAPTIONS_ONLY,
    LagLevel.DROP_OLDEST,
]
FRUIT = ("apple", "plum", "cherry", "lemon", "fig", "pear")
FOLLOWED = Demand(frozenset({"fr"}), frozenset({"fr"}), partials=True)


def levels(policy: LagPolicy, ages_ms: range) -> list[LagLevel]:
    """The levels gone through, without repetition."""
    seen = [policy.observe(age) for age in ages_ms]
    return [seen[0], *(later for before, later in pairwise(seen) if later is not before)]


def test_levels_are_reached_in_the_order_in_which_things_are_given_up() -> None:
    assert levels(LagPolicy(BUDGET_MS), range(0, BUDGET_MS + 1, 10)) == LADDER


def test_levels_come_back_one_by_one() -> None:
    policy = LagPolicy(BUDGET_MS)
    policy.observe(BUDGET_MS)
    assert levels(policy, range(BUDGET_MS, -1, -10)) == LADDER[::-1]


@pytest.mark.parametrize("level", LADDER[1:])
def test_a_level_that_was_just_reached_is_kept_until_it_is_clearly_better(level: LagLevel) -> None:
    policy = LagPolicy(BUDGET_MS)
    reached = next(age for age in range(BUDGET_MS + 1) if policy.observe(age) is level)
    assert policy.observe(reached * 0.71) is level
    assert policy.observe(reached * 0.69) < level


def test_a_sudden_delay_gives_up_all_that_comes_before_it_at_once() -> None:
    policy = LagPolicy(BUDGET_MS)
    assert policy.observe(BUDGET_MS) is LagLevel.DROP_OLDEST
    assert policy.speech_speed == FASTEST_SPEECH


def test_speech_is_hurried_from_its_level_on() -> None:
    policy = LagPolicy(BUDGET_MS)
    policy.observe(0.25 * BUDGET_MS)
    assert (policy.level, policy.speech_speed) == (LagLevel.NO_PARTIALS, 1.0)
    policy.observe(0.35 * BUDGET_MS)
    assert (policy.level, policy.speech_speed) == (LagLevel.FASTER_SPEECH, FASTEST_SPEECH)


def _given_up(event: Event) -> str | None:
    """What an event shows to have been given up, if anything."""
    match event:
        case Spoken(speed=speed) if speed > 1:
            return "slow speech"
        case Transcribed(text=text) if " " in text:
            return "one by one"
        case Skipped(lane=Lane.SPEECH, reason="captions_only"):
            return "voice"
        case Skipped(lane=Lane.SOURCE):
            return "utterance"
    return None


def test_a_stream_that_falls_behind_gives_things_up_in_order_and_gets_them_back() -> None:
    costs = {Role.RECOGNISER: 0.1}

    async def say(
        stream: Stream, listener: Listener, recognition_s: float, rounds: int
    ) -> list[Event]:
        costs[Role.RECOGNISER] = recognition_s
        before = len(listener.events)
        for number in range(rounds):
            await speak(stream, speech(FRUIT[number % len(FRUIT)], 900), silence(400))
        return listener.events[before:]

    async def main() -> None:
        async with Box(costs, recogniser=CountingRecogniser(max_batch=1)) as box:
            stream, listener = box.open(FOLLOWED)
            calm = await say(stream, listener, 0.1, 6)
            behind = await say(stream, listener, 1.5, 30)
            late = await say(stream, listener, 4.5, 20)
            late += await say(stream, listener, 7.0, 20)
            costs[Role.RECOGNISER] = 0.1
            await speak(stream, silence(6_000))
            after = await say(stream, listener, 0.1, 8)
            await stream.close()

        assert any(isinstance(event, Partial) for event in calm)
        assert not any(map(_given_up, calm))

        order = list(dict.fromkeys(filter(None, map(_given_up, behind + late))))
        assert order == ["slow speech", "one by one", "voice", "utterance"]
        first_hurried = next(i for i, event in enumerate(behind) if _given_up(event))
        assert not any(isinstance(event, Partial) for event in (behind + late)[first_hurried:])

        said = [event.text for event in after if isinstance(event, Transcribed)]
        assert said == [FRUIT[number % len(FRUIT)] for number in range(8)]
        assert not any(map(_given_up, after[len(after) // 2 :]))
        assert any(isinstance(event, Partial) for event in after)
        ledger = box.pipeline.ledger
        dropped = [e for e in listener.of(Skipped) if e.lane is Lane.SOURCE]
        assert ledger.dropped.total() == len(dropped)

    run_virtually(main)
