"""What an administrator is told: of this machine, of others, and how many it takes."""

import json
import wave
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.cli.capacity import lines
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation import capacity_bench
from edge_interpreter.evaluation.capacity.costs import Machine
from edge_interpreter.evaluation.capacity.scenes import Scene
from edge_interpreter.evaluation.capacity_bench import Assumptions, Wanted, capacity
from tests.evaluation.capacity.machines import TRACES, machine
from tests.pipeline.fakes import engines


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    for tag in ("en", "fr"):
        (tmp_path / "audio" / tag).mkdir(parents=True)
        with wave.open(str(tmp_path / "audio" / tag / "a.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(bytes(32_000))
    return tmp_path / "audio"


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognition of 0.8 s, so that a machine carries a handful; short scenes."""
    short = partial(Scene, speaker_s=0.0, shortest_s=15.0, longest_s=15.0)
    monkeypatch.setattr(capacity_bench, "Scene", short)
    monkeypatch.setattr(capacity_bench, "measure", lambda *_: (machine(0.8), TRACES))


def found(
    audio: Path, assumed: Assumptions | None = None, wanted: Wanted | None = None
) -> dict[str, Any]:
    return capacity(audio, engines(), Config(), assumed or Assumptions(), wanted or Wanted())


def written(path: Path, other: Machine) -> Path:
    path.write_text(json.dumps({"machine": asdict(other)}), "utf-8")
    return path


def test_figures_say_what_the_machine_carries_and_how_many_it_takes(audio: Path) -> None:
    wanted = Wanted(rooms=(60,), calls=(10,))

    figures = found(audio, wanted=wanted)

    rooms, calls = figures["carries"]["rooms"], figures["carries"]["calls"]
    assert 1 <= rooms <= 5
    assert figures["plan"]["rooms"] == [{"at_once": 60, "boxes": -(-60 // rooms)}]
    assert figures["plan"]["calls"] == [{"at_once": 10, "boxes": -(-10 // calls)}]
    assert figures["plan"]["offered_erlangs"][0]["at_once"] == 18
    assert json.loads(json.dumps(figures)) == json.loads(json.dumps(found(audio, wanted=wanted)))


def test_a_looser_goal_and_quieter_speakers_leave_room_for_more(audio: Path) -> None:
    usual = found(audio)["carries"]
    loose = found(audio, Assumptions(room_goal_s=4.0, room_speech=0.4))["carries"]

    assert loose["rooms"] > usual["rooms"]
    assert loose["calls"] == usual["calls"]


def test_figures_of_another_machine_are_simulated_too(audio: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "big.json", machine(0.5))

    figures = found(audio, wanted=Wanted(others=[other]))

    (big,) = figures["others"]
    assert big["file"] == str(other)
    assert big["carries"]["rooms"] > figures["carries"]["rooms"]


@pytest.mark.parametrize("text", ["", "{}", '{"machine": {"cores": "many"}}', "[1]"])
def test_a_file_that_is_something_else_is_refused_before_anything_is_measured(
    audio: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "other.json").write_text(text)

    with pytest.raises(UserError, match="not what bench capacity --json prints"):
        found(audio, wanted=Wanted(others=[tmp_path / "other.json"]))


def test_what_cannot_be_measured_is_refused(audio: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="two folders named by language"):
        found(tmp_path)
    with pytest.raises(UserError, match="--languages 40"):
        found(audio, Assumptions(languages=40))


def test_people_are_told_in_words(audio: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "big.json", machine(0.5))
    told = "\n".join(lines(found(audio, wanted=Wanted((60,), (10,), [other]))))
    assert "plan with two thirds" in told

    assert "2 cores" in told
    assert "recogniser/en" in told
    assert "somebody speaks 80% of the time in a room" in told
    assert "This machine carries" in told
    assert "big.json" in told
    assert "GPU: not measured here" in told
    assert "60 rooms at once:" in told
    assert "10 calls on average in the busy hour, 1% refused: 18 at once" in told


def test_a_machine_that_carries_nothing_gets_no_plan(
    audio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity_bench, "measure", lambda *_: (machine(5.0), TRACES))
    figures = found(audio, wanted=Wanted((60,), (10,)))

    assert figures["carries"]["rooms"] == 0
    assert "60 rooms at once: not within the goal" in "\n".join(lines(figures))
