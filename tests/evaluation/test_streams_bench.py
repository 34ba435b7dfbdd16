"""How many speakers at once are within the goal, on a virtual clock."""

from collections.abc import Coroutine, Sequence
from typing import Any

from edge_interpreter.audio.frames import Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.streams_bench import Ours, climb
from edge_interpreter.evaluation.streams_record import GOAL_P95_MS, StreamsRecord
from edge_interpreter.evaluation.virtual_time import VirtualWorkers, run_virtually
from edge_interpreter.pipeline.role import Role
from tests.pipeline.fakes import CountingRecogniser, engines, speech

RECORDINGS = [speech(word, 1_500) for word in ("apple", "plum", "cherry")]
SECONDS = 12


class Scripted:
    """A system that loses something, or is late, from a number of speakers on."""

    def __init__(self, delays_ms: dict[int, float], loses_from: int = 99) -> None:
        self._delays_ms = delays_ms
        self._loses_from = loses_from

    async def run(self, sounds: Sequence[Samples], target: str) -> StreamsRecord:
        assert target == "fr"
        speakers = len(sounds)
        return StreamsRecord(
            [self._delays_ms.get(speakers, 0.0)] * 3, 3, int(speakers >= self._loses_from)
        )


def virtual(steps: Coroutine[Any, Any, StreamsRecord]) -> StreamsRecord:
    return run_virtually(lambda: steps)


def sustained(recognition_s: float) -> tuple[int, list[dict[str, Any]]]:
    costs = {Role.RECOGNISER: recognition_s}
    system = Ours(
        engines(recogniser=CountingRecogniser(max_batch=1)),
        Config(),
        "en",
        lambda: VirtualWorkers(lambda role, _: costs.get(role, 0.0)),
    )
    return climb(system, RECORDINGS, "fr", SECONDS, virtual)


def test_a_late_voice_ends_the_climb() -> None:
    count, steps = climb(Scripted({3: GOAL_P95_MS + 1}), RECORDINGS, "fr", 1, virtual)

    assert count == 2
    assert [step["speakers"] for step in steps] == [1, 2, 3]
    assert steps[-1]["first_audio_ms"]["p95"] == GOAL_P95_MS + 1


def test_a_loss_ends_the_climb_however_quick_the_rest_was() -> None:
    count, steps = climb(Scripted({}, loses_from=2), RECORDINGS, "fr", 1, virtual)

    assert count == 1
    assert steps[-1]["lost"] == 1


def test_the_pipeline_carries_more_speakers_where_recognition_costs_less() -> None:
    slow, steps = sustained(0.5)
    quick, _ = sustained(0.25)

    assert 1 <= slow < quick
    assert all(step["utterances"] for step in steps)
    assert not any(step["lost"] for step in steps[:-1])


def test_the_same_speakers_give_the_same_figures() -> None:
    assert sustained(0.5) == sustained(0.5)
