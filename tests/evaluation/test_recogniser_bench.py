from pathlib import Path

import pytest

from edge_interpreter.config.tree import Config, Models
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.recogniser_bench import compare_recognisers
from tests.speech import WEIGHTS, build_prompts, have_recordings

CONFIG = Config(models=Models(directory=WEIGHTS))


@pytest.mark.models
@pytest.mark.skipif(not have_recordings(), reason="no recordings installed")
def test_both_recognisers_hear_the_same_files(tmp_path: Path) -> None:
    build_prompts(tmp_path, "en", 3)

    figures = compare_recognisers(tmp_path, CONFIG, limit=2)

    assert figures["files"] == 2
    assert figures["language"] == "en"
    assert figures["wer_ours"] < 0.5
    assert figures["wer_reference"] < 0.5
    assert figures["time_ratio"] > 0


@pytest.mark.models
@pytest.mark.skipif(not have_recordings(), reason="no recordings installed")
def test_model_beside_itself_hears_the_same(tmp_path: Path) -> None:
    build_prompts(tmp_path, "en", 2)

    figures = compare_recognisers(tmp_path, CONFIG, language="en", against="whisper-base")

    assert figures["wer_ours"] == figures["wer_reference"]
    assert 0 < figures["time_reference_s"] <= figures["time_reference_p95_s"]


@pytest.mark.parametrize("name", ["nothing", "sound.wav"])
def test_a_directory_without_texts_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    with pytest.raises(UserError, match=r"no NAME\.wav with its words in NAME\.txt"):
        compare_recognisers(tmp_path, CONFIG)
