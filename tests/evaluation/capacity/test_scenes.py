"""The real pipeline on a virtual clock, with engines of set cost."""

from dataclasses import replace

import numpy as np
import pytest

from edge_interpreter.evaluation.capacity.costs import Cost, Stage
from edge_interpreter.evaluation.capacity.scenes import calls, rooms
from tests.evaluation.capacity.machines import machine, scene


def silence(_: float) -> float:
    return 0.7


def test_one_speaker_waits_for_what_the_engines_take_beyond_the_pause() -> None:
    noted = rooms(scene(machine()), 1, "en", ["fr"], silence, partials=False)

    # Of the pause (288 ms) 64 ms go by before recognition begins; then 0.2 + 0.1 + 0.1 s of work,
    # all but the voice of it done on the guess.
    assert noted.utterances >= 15
    assert noted.lost == 0
    assert np.median(noted.first_audio_ms) == pytest.approx(470, abs=40)


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    dear = machine()
    spread = replace(dear.stages["recogniser/en"].cost, spread=(0.5, 1.0, 1.5))
    stages = {**dear.stages, "recogniser/en": replace(dear.stages["recogniser/en"], cost=spread)}
    varied = replace(dear, stages=stages)

    def run(seed: int) -> list[float]:
        return rooms(
            scene(varied, seed=seed), 3, "en", ["fr"], silence, partials=False
        ).first_audio_ms

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_more_speakers_wait_longer_and_too_many_lose_words() -> None:
    def p95(count: int) -> float:
        noted = rooms(scene(machine(0.6)), count, "en", ["fr"], silence, partials=False)
        return float(np.percentile(noted.first_audio_ms, 95))

    assert p95(1) < p95(3) < p95(5)
    crowd = rooms(scene(machine(1.5)), 8, "en", ["fr"], silence, partials=False)
    assert crowd.lost > 0


def test_every_language_is_heard_and_the_ones_after_the_first_come_later() -> None:
    one = rooms(scene(machine()), 1, "en", ["fr"], silence, partials=False)
    three = rooms(scene(machine()), 1, "en", ["fr", "de", "es"], silence, partials=False)

    assert len(three.first_audio_ms) == 3 * len(one.first_audio_ms)
    assert max(three.first_audio_ms) > max(one.first_audio_ms) + 150


def test_a_language_that_was_not_measured_costs_what_the_dearest_does() -> None:
    slow = Stage(Cost(0.0, 0.9, 0.0, 0.0), 1.0, 8, 1.0, 0.0)
    measured = machine(stages={"translator/en-it": slow})

    known = rooms(scene(measured), 1, "en", ["fr"], silence, partials=False)
    unknown = rooms(scene(measured), 1, "en", ["de"], silence, partials=False)

    assert np.median(unknown.first_audio_ms) > np.median(known.first_audio_ms) + 500


def test_the_sides_of_a_call_answer_after_they_have_heard_the_translation() -> None:
    noted = calls(scene(machine(), seconds=30), 1, ("en", "fr"), lambda _: 0.0)

    # A turn: 2.4 s said, 0.5 s to the first sound, 1.4 s heard, 1 s to answer; for twice 30 s.
    assert 9 <= noted.utterances <= 13
    assert noted.lost == 0


def test_somebody_who_speaks_less_of_the_time_says_less() -> None:
    small = scene(machine(), seconds=120)
    talks = rooms(small, 1, "en", ["fr"], small.gap(0.8), partials=False).utterances
    listens = rooms(small, 1, "en", ["fr"], small.gap(0.4), partials=False).utterances

    assert listens == pytest.approx(talks / 2, rel=0.25)


def test_first_ideas_take_time_of_the_recogniser() -> None:
    without = rooms(scene(machine(0.5)), 1, "en", ["fr"], silence, partials=False)
    with_partials = rooms(scene(machine(0.5)), 1, "en", ["fr"], silence, partials=True)

    assert np.mean(with_partials.first_audio_ms) > np.mean(without.first_audio_ms)
