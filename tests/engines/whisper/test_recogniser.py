import shutil
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import Samples
from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.engines.whisper import WhisperRecogniser
from edge_interpreter.errors import ModelDamagedError, ModelMissingError
from edge_interpreter.evaluation.nonspeech import KINDS, nonspeech
from edge_interpreter.evaluation.wer import word_errors
from tests.speech import WEIGHTS, build_prompts, have_recordings, read_samples

pytestmark = pytest.mark.models

SAMPLE = Path(__file__).parents[3] / "edge_interpreter/capture/samples/kennedy.flac"
SAID = (
    "And so, my fellow Americans, ask not what your country can do for you,"
    " ask what you can do for your country."
)


@pytest.fixture(scope="module")
def whisper() -> WhisperRecogniser:
    return WhisperRecogniser(WEIGHTS / "whisper-base")


@pytest.fixture(scope="module")
def kennedy() -> Samples:
    with AudioFile(SAMPLE) as file:
        return np.concatenate(list(file.blocks()))


def test_hears_what_was_said_and_its_language(whisper: WhisperRecogniser, kennedy: Samples) -> None:
    (heard,) = whisper.recognise([RecognitionRequest(kennedy)])
    assert heard.withheld is None
    assert heard.language == "en"
    assert heard.language_probability > 0.9
    assert word_errors(SAID, heard.text, "en").rate < 0.1


@pytest.mark.skipif(not have_recordings("fr"), reason="no French recordings installed")
def test_a_batch_hears_what_each_of_its_sounds_says(
    whisper: WhisperRecogniser, tmp_path: Path
) -> None:
    paths = build_prompts(tmp_path / "en", "en", 2) + build_prompts(tmp_path / "fr", "fr", 1)
    languages = ("en", "fr")
    requests = [RecognitionRequest(read_samples(path), candidates=languages) for path in paths]
    together = whisper.recognise(requests)
    alone = [whisper.recognise([request])[0] for request in requests]
    assert [heard.language for heard in together] == ["en", "en", "fr"]
    assert [heard.text for heard in together] == [heard.text for heard in alone]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_heard_where_nobody_speaks(whisper: WhisperRecogniser, kind: str) -> None:
    (heard,) = whisper.recognise([RecognitionRequest(nonspeech(kind, 2.0))])
    assert heard.withheld is not None


def test_sound_of_any_length_is_taken(whisper: WhisperRecogniser, kennedy: Samples) -> None:
    (blip,) = whisper.recognise([RecognitionRequest(kennedy[:800])])
    assert blip.withheld is not None
    minute = np.concatenate([kennedy] * 4)
    (heard,) = whisper.recognise([RecognitionRequest(minute, "en")])
    assert heard.text.lower().count("fellow americans") == 4


def test_the_language_is_taken_from_candidates_and_prior(
    whisper: WhisperRecogniser, kennedy: Samples
) -> None:
    narrowed = RecognitionRequest(kennedy[:48_000], candidates=("fr", "de"), partial=True)
    swayed = RecognitionRequest(kennedy[:48_000], prior={"fr": 1e9}, partial=True)
    assert whisper.recognise([narrowed])[0].language in {"fr", "de"}
    assert whisper.recognise([swayed])[0].language == "fr"


def test_terms_and_context_may_differ_within_a_batch(
    whisper: WhisperRecogniser, kennedy: Samples
) -> None:
    plain = RecognitionRequest(kennedy, "en")
    biased = RecognitionRequest(kennedy, "en", terms=("Amerikans",), context="He spoke.")
    heard = whisper.recognise([plain, biased])
    assert all("country" in one.text for one in heard)


def test_a_missing_and_a_damaged_model_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="whisper-none"):
        WhisperRecogniser(tmp_path / "whisper-none")
    broken = tmp_path / "whisper-broken"
    shutil.copytree(WEIGHTS / "whisper-base", broken)
    with (broken / "model.bin").open("r+b") as file:
        file.truncate(1_000_000)
    with pytest.raises(ModelDamagedError, match=r"model\.bin"):
        WhisperRecogniser(broken)
