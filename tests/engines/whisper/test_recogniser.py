import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import Samples
from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.engines.whisper import WhisperRecogniser, checks
from edge_interpreter.errors import EngineError, ModelDamagedError, ModelMissingError
from edge_interpreter.evaluation.nonspeech import KINDS, nonspeech
from edge_interpreter.evaluation.wer import pooled, word_errors
from tests.speech import SOUNDS, VOICES, WEIGHTS, build_prompts, have_recordings, read_samples

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


def test_what_tells_no_language_is_taken_for_the_one_expected(whisper: WhisperRecogniser) -> None:
    siren = nonspeech("siren", 2.0)
    priors: tuple[dict[str, float], ...] = ({}, {"fr": 1.5}, {"fr": 1.5, "de": 1.5})
    heard = whisper.recognise([RecognitionRequest(siren, prior=prior) for prior in priors])
    assert [one.language for one in heard] == ["en", "fr", "en"]


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


def test_a_language_it_does_not_know_is_refused_for_itself(
    whisper: WhisperRecogniser, kennedy: Samples
) -> None:
    requests = [RecognitionRequest(kennedy, "xx", partial=True), RecognitionRequest(kennedy, "en")]

    refused, heard = whisper.recognise(requests)

    assert (refused.text, refused.withheld) == ("", "unknown_language")
    assert "country" in heard.text


def test_the_asker_gets_the_tag_he_gave(whisper: WhisperRecogniser, kennedy: Samples) -> None:
    given = RecognitionRequest(kennedy[:48_000], "en-GB", partial=True)
    offered = RecognitionRequest(kennedy[:48_000], candidates=("zh-Hant", "en-GB"), partial=True)

    assert [heard.language for heard in whisper.recognise([given, offered])] == ["en-GB", "en-GB"]


def test_samples_that_are_no_numbers_are_heard_as_silence(
    whisper: WhisperRecogniser, kennedy: Samples
) -> None:
    broken = kennedy.copy()
    broken[:100] = np.nan
    nothing = np.full(16_000, np.nan, np.float32)

    heard, withheld = whisper.recognise(
        [RecognitionRequest(broken), RecognitionRequest(nothing)],
    )

    assert "country" in heard.text
    assert withheld.withheld == "no_speech"


def test_only_a_final_hearing_is_tried_again(whisper: WhisperRecogniser) -> None:
    noise = nonspeech("pink", 1.0)

    partial, final = whisper.recognise(
        [RecognitionRequest(noise, "en", partial=True), RecognitionRequest(noise, "en")]
    )

    assert (partial.retried, final.retried) == (False, True)


@pytest.mark.skipif(not have_recordings(), reason="no English recordings installed")
def test_a_number_is_heard_by_the_wider_search_unless_others_wait(
    whisper: WhisperRecogniser,
) -> None:
    samples = read_samples(SOUNDS / VOICES["en"] / "vm-calldiffnum.wav")
    calm = RecognitionRequest(samples, "en")

    answers = whisper.recognise([calm, replace(calm, hurried=True), replace(calm, partial=True)])

    texts = [answer.text for answer in answers]
    assert texts[0].startswith("Press 2 to enter")
    assert texts[1] == texts[2] != texts[0]


def test_more_requests_than_a_batch_holds_are_all_answered(kennedy: Samples) -> None:
    small = WhisperRecogniser(WEIGHTS / "whisper-base", max_batch=2)
    requests = [RecognitionRequest(kennedy[: 16_000 * s], "en", partial=True) for s in (9, 1, 3)]

    heard = small.recognise(requests)

    lengths = [len(one.text) for one in heard]
    assert lengths[0] > lengths[2] > lengths[1]


def test_a_device_and_a_number_format_must_exist() -> None:
    with pytest.raises(EngineError, match="compute type float7 does not run on cpu"):
        WhisperRecogniser(WEIGHTS / "whisper-base", device="cpu", compute_type="float7")


def test_what_the_first_model_is_unsure_of_is_heard_by_the_second_where_there_is_time(
    kennedy: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SECOND_LOGPROB", 0.0)
    base = WEIGHTS / "whisper-base"
    alone, both = WhisperRecogniser(base), WhisperRecogniser(base, second_dir=base)
    calm = RecognitionRequest(kennedy, "en")
    requests = [calm, replace(calm, hurried=True), replace(calm, partial=True)]

    assert [heard.retried for heard in alone.recognise(requests)] == [False, False, False]
    answers = both.recognise(requests)
    assert [heard.retried for heard in answers] == [True, False, False]
    assert all("country" in heard.text for heard in answers)


@pytest.fixture(scope="module")
def both() -> WhisperRecogniser:
    small = WEIGHTS / "whisper-small"
    if not small.is_dir():
        pytest.skip("no Whisper small installed (edge-interpreter models fetch whisper-small)")
    return WhisperRecogniser(WEIGHTS / "whisper-base", second_dir=small)


@pytest.mark.parametrize("kind", KINDS)
def test_a_larger_second_model_invents_nothing(both: WhisperRecogniser, kind: str) -> None:
    (heard,) = both.recognise([RecognitionRequest(nonspeech(kind, 6.0))])
    assert heard.withheld is not None


@pytest.mark.skipif(not have_recordings("fr"), reason="no French recordings installed")
def test_a_larger_second_model_hears_french_better(
    whisper: WhisperRecogniser, both: WhisperRecogniser, tmp_path: Path
) -> None:
    paths = build_prompts(tmp_path, "fr", 12)

    def errors(recogniser: WhisperRecogniser) -> float:
        return pooled(
            word_errors(path.with_suffix(".txt").read_text(), heard.text, "fr")
            for path in paths
            for heard in recogniser.recognise([RecognitionRequest(read_samples(path), "fr")])
        ).rate

    assert errors(both) < errors(whisper)
