import wave
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.evaluation.language_switches import flips
from edge_interpreter.evaluation.make_sets import main
from edge_interpreter.evaluation.manifest import read_manifest
from edge_interpreter.evaluation.nonspeech import KINDS
from tests.speech import duration


def record(directory: Path, name: str, text: str, seconds: float) -> None:
    directory.mkdir(exist_ok=True)
    sound = np.random.default_rng(len(text)).normal(0, 3_000, round(seconds * SAMPLE_RATE))
    with wave.open(str(directory / f"{name}.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())
    (directory / f"{name}.txt").write_text(text, "utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    for language, texts in (
        ("en", ("please hold the line", "thank you for calling", "yes")),
        ("fr", ("restez en ligne s'il vous plaît", "merci de votre appel", "oui")),
    ):
        for name, text in zip(("hold", "thanks", "yes"), texts, strict=True):
            record(tmp_path / language, name, text, 0.5 if name == "yes" else 1.6)
    recordings = [f"{tag}={tmp_path / tag}" for tag in ("en", "fr")]
    assert main([str(tmp_path / "sets"), "--recordings", *recordings, "--count", "4"]) == 0
    return tmp_path / "sets"


def test_the_same_name_in_another_language_is_the_translation(made: Path) -> None:
    prompts = read_manifest(made / "prompts.jsonl")
    assert len(prompts) == 4
    assert prompts[0].translations == {"fr": "restez en ligne s'il vous plaît"}
    assert prompts[0].to == ("fr",)


def test_every_speaker_of_the_switches_changes_language_twice(made: Path) -> None:
    for line in read_manifest(made / "switches.jsonl"):
        tags = [segment.language for segment in line.segments]
        assert flips(tags) == 2
        assert line.segments[-1].end_s <= duration(line.audio)


def test_crosstalk_comes_with_a_speaker_and_without_at_three_levels(made: Path) -> None:
    lines = read_manifest(made / "crosstalk.jsonl")
    assert {line.kind for line in lines} == {
        f"{kind} {level} dB"
        for kind in ("crosstalk", "distant", "after")
        for level in (-15, -25, -35)
    }
    assert all(line.background for line in lines)
    assert {line.language for line in lines if line.kind.startswith("distant")} == {"none"}


def test_every_kind_of_nonspeech_is_there(made: Path) -> None:
    assert {line.kind for line in read_manifest(made / "nonspeech.jsonl")} == set(KINDS)


def test_a_folder_without_texts_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "sets"), "--recordings", f"en={tmp_path}"]) == 2
    assert "no NAME.wav with its words in NAME.txt" in capsys.readouterr().err
