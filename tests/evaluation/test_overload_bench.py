"""Too much work on a virtual clock: what comes late, what is given up, and that all is told."""

import json
from dataclasses import asdict

import pytest

from edge_interpreter.cli import main
from edge_interpreter.config.tree import Pipeline as PipelineLimits
from edge_interpreter.evaluation.overload_bench import LOADS, OverloadResult, overload
from edge_interpreter.evaluation.overload_room import OverloadRoom
from edge_interpreter.pipeline.events import (
    Finished,
    Lane,
    Skipped,
    SpeechBegan,
    Spoken,
    Transcribed,
    Translated,
    Utterance,
)
from edge_interpreter.pipeline.speaking import SILENCE

MINUTES = 2
BUDGET_MS = PipelineLimits().lag_budget_ms
SAID = Utterance("ana", 0, 0, 600)


@pytest.fixture(scope="module")
def results() -> dict[float, OverloadResult]:
    return {load: overload(load, MINUTES) for load in LOADS}


@pytest.mark.parametrize("load", LOADS)
def test_listeners_are_told_of_everything_that_was_given_up(
    results: dict[float, OverloadResult], load: float
) -> None:
    result = results[load]
    assert result.utterances > 100 * load
    assert result.ledger_ok


@pytest.mark.parametrize("load", LOADS)
def test_the_same_seed_gives_the_same_figures(
    results: dict[float, OverloadResult], load: float
) -> None:
    assert overload(load, MINUTES) == results[load]


def test_another_seed_gives_others(results: dict[float, OverloadResult]) -> None:
    assert overload(0.5, MINUTES, seed=2) != results[0.5]


def test_half_of_what_it_can_do_costs_nothing(results: dict[float, OverloadResult]) -> None:
    calm = results[0.5]
    assert not calm.dropped
    assert not calm.skipped
    assert calm.merged_share == 0
    assert calm.partials > calm.utterances / 2


def test_what_is_given_up_grows_with_the_load_and_no_caption_is_older_than_the_budget(
    results: dict[float, OverloadResult],
) -> None:
    merged = [results[load].merged_share for load in (0.5, 1.0)]
    dropped = [sum(result.dropped.values()) for result in results.values()]
    assert merged[0] < merged[1]
    assert dropped == sorted(dropped)
    assert dropped[2] > 0
    assert set(results[4.0].dropped) <= {"too_late", "queue_full"}
    for result in results.values():
        assert (result.age_ms["p99"] or 0) <= BUDGET_MS


def test_figures_have_the_shape_that_is_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "overload", "--load", "2", "--minutes", "1", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert figures == asdict(overload(2.0, 1))
    assert figures["load"] == 2
    assert {"p50", "p99"} <= figures["age_ms"].keys()
    assert isinstance(figures["lag_slope_ms_per_min"], float)
    assert all(isinstance(count, int) for count in figures["dropped"].values())
    assert figures["ledger_ok"] is True


def room() -> OverloadRoom:
    opened = OverloadRoom("ana", "en", "fr", lambda: 0.0)
    opened.take(SpeechBegan("ana", 0, 0))
    return opened


def test_an_utterance_that_came_to_nothing_is_noticed() -> None:
    assert room().unexplained == 1


def test_a_caption_whose_voice_never_came_is_noticed() -> None:
    listening = room()
    listening.take(Transcribed(SAID, "apple", "en", 1.0))
    listening.take(Translated(SAID, "fr", "pomme"))
    assert listening.unexplained == 1
    listening.take(Spoken(SAID, "fr", 0, SILENCE, last=True))
    assert listening.unexplained == 0


def test_marks_explain_what_did_not_come() -> None:
    dropped, merged = room(), room()
    dropped.take(Skipped(SAID, Lane.SOURCE, None, "too_late"))
    merged.take(Finished(SAID))
    assert dropped.unexplained == merged.unexplained == 0
    assert (dropped.marks["source"], merged.merged) == (1, 1)
