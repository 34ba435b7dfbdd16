import json
import wave
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter import cli
from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.engines import loading
from tests.pipeline.fakes import engines, silence, speech


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "load_engines", lambda _config: engines())
    pcm = np.concatenate((silence(300), speech("apple"), silence(700))) * 32767
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(pcm.astype("<i2").tobytes())
    lines = [
        {"audio": "a.wav", "language": "none", "kind": "music"},
        {"audio": "a.wav", "language": "en", "text": "apple", "translations": {"fr": "fr: apple"}},
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


def test_figures_as_json(manifest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "--manifest", str(manifest), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    english = found["languages"]["en"]
    assert {"files", "wer", "language_id_accuracy", "rtf", "chrf", "bleu"} <= english.keys()
    assert found["languages"]["none"]["invented_words"] == 1


def test_figures_for_people_and_the_first_lines_only(
    manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["evaluate", "--manifest", str(manifest), "--limit", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "languages none" in lines
    assert "sounds music" in lines
    assert "  invented_words: 1" in lines
    assert "languages en" not in lines


def test_a_manifest_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "--manifest", "/nowhere/set.jsonl"]) == 2
    assert capsys.readouterr().err.startswith("edge-interpreter: /nowhere/set.jsonl")
