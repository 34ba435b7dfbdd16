"""OPUS-MT with the starter weights."""

import json
import shutil
from pathlib import Path

import pytest

from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.engines.translation.faithful import translate_faithfully
from edge_interpreter.engines.translation.loading import Placement
from edge_interpreter.engines.translation.opus import OpusTokeniser, OpusTranslator
from edge_interpreter.errors import EngineError, ModelDamagedError, ModelMissingError
from edge_interpreter.evaluation.numbers import evaluate_numbers
from edge_interpreter.text.glossary import ANY, Glossary, Term
from tests.speech import WEIGHTS

pytestmark = pytest.mark.models

CPU = Placement(device="cpu", threads=2)


def opened(source: str, target: str) -> OpusTranslator:
    return OpusTranslator(WEIGHTS / f"opus-mt-{source}-{target}", [source], [target], CPU)


@pytest.fixture(scope="module")
def en_fr() -> OpusTranslator:
    return opened("en", "fr")


@pytest.fixture(scope="module")
def fr_en() -> OpusTranslator:
    return opened("fr", "en")


def ask(text: str, careful: bool = False) -> TranslationRequest:
    return TranslationRequest(text, "en", "fr", careful)


def test_sentences_of_a_batch_come_back_in_order_as_if_alone(en_fr: OpusTranslator) -> None:
    texts = ["Hello, how are you?", "Yes.", "I don’t know where the station is.", "", "“Good.”"]
    together = en_fr.translate([ask(text, careful=text == "Yes.") for text in texts])
    assert [answer.text for answer in together][:2] == ["Bonjour, comment allez-vous ?", "Oui."]
    assert together[2].text == "Je ne sais pas où est la station."
    assert together[3].text == ""
    alone = [en_fr.translate([ask(text)])[0].text for text in texts]
    assert [answer.text for answer in together] == alone
    assert en_fr.pairs() == {("en", "fr")}


def test_text_beyond_the_positions_of_the_model_is_translated_in_parts(
    en_fr: OpusTranslator,
) -> None:
    sentence = "the man in the red coat went to the market and bought some bread for {}, "
    names = [f"Anna{number}" for number in range(20)]
    answer = en_fr.translate([ask(" ".join(sentence.format(name) for name in names))])[0].text
    assert sum(name in answer for name in names) >= 16


def test_another_pair_is_refused(en_fr: OpusTranslator) -> None:
    with pytest.raises(EngineError, match=r"French \(fr\) to English \(en\)"):
        en_fr.translate([TranslationRequest("Bonjour.", "fr", "en")])


def test_files_that_are_missing_or_damaged_are_named(tmp_path: Path) -> None:
    model = tmp_path / "opus-mt-en-fr"
    with pytest.raises(ModelMissingError, match=r"source\.spm|shared_vocabulary"):
        OpusTranslator(model, ["en"], ["fr"], CPU)
    shutil.copytree(WEIGHTS / "opus-mt-en-fr", model, ignore=shutil.ignore_patterns("model.bin"))
    with pytest.raises(ModelMissingError, match=r"model\.bin missing .* fetch opus-mt-en-fr"):
        OpusTranslator(model, ["en"], ["fr"], CPU)
    (model / "model.bin").write_bytes(b"not a model" * 100)
    with pytest.raises(ModelDamagedError, match=r"model\.bin cannot be read"):
        OpusTranslator(model, ["en"], ["fr"], CPU)
    with pytest.raises(EngineError, match="no target token for"):
        OpusTranslator(WEIGHTS / "opus-mt-en-fr", ["en"], ["fr", "es"], CPU)


def test_a_model_of_several_targets_is_told_the_target(tmp_path: Path) -> None:
    for name in ("source.spm", "target.spm"):
        shutil.copy(WEIGHTS / "opus-mt-en-fr" / name, tmp_path)
    codes = ("fra", "fr", "fr_BE", "pt_br", "cmn", "cmn_Hans", "cmn_Hant", "srp_Latn", "srp_Cyrl")
    tokens = ["</s>", "<unk>", "▁the", *(f">>{code}<<" for code in codes)]
    (tmp_path / "shared_vocabulary.json").write_text(json.dumps(tokens), "utf-8")
    tokeniser = OpusTokeniser(tmp_path)
    assert tokeniser.target_tokens == {
        "fr": ">>fr<<",
        "pt": ">>pt_br<<",
        "zh": ">>cmn_Hans<<",
        "zh-Hant": ">>cmn_Hant<<",
        "sr": ">>srp_Cyrl<<",
    }
    assert tokeniser.affixes("en", "zh").before == (">>cmn_Hans<<",)
    assert tokeniser.affixes("en", "de").before == ()


def test_terms_of_a_glossary_are_forced_and_kept(en_fr: OpusTranslator) -> None:
    glossary = Glossary(
        (
            Term({"en": "blood pressure", "fr": "tension artérielle"}),
            Term({"en": "board", "fr": "comité de direction"}),
            Term({ANY: "Golden Gate"}),
        )
    )
    texts = ["Your blood pressure is high.", "The board will meet at the Golden Gate tomorrow."]
    answers = translate_faithfully(en_fr, [ask(text) for text in texts], [glossary] * 2)
    assert [answer.status for answer in answers] == ["ok", "ok"]
    assert "tension artérielle" in answers[0].text
    assert "comité de direction" in answers[1].text
    assert "Golden Gate" in answers[1].text


@pytest.mark.parametrize("direction", [("en", "fr"), ("fr", "en")])
def test_no_number_is_lost_unseen(
    direction: tuple[str, str], en_fr: OpusTranslator, fr_en: OpusTranslator
) -> None:
    # The thousand cases per direction are `evaluate_numbers` with its default count.
    model = en_fr if direction == ("en", "fr") else fr_en
    report = evaluate_numbers(model, *direction, count=100, seed=4)
    assert report.lost == 0, report.examples
    assert report.untranslated == 0
    assert report.kept >= 98
    assert report.kept > report.plain_kept


SOUND = [
    "One of the main reasons is that people no longer trust the system.",
    "Half of the class was absent because of the flu.",
    "It takes about an hour and a half to get there by car.",
    "In the 1980s, more than a third of the population lived in the countryside.",
    "The patient is a 45-year-old woman with a history of high blood pressure.",
    "Take two tablets twice a day after meals.",
    "The museum is open from 9 a.m. to 5:30 p.m., Monday to Friday.",
    "The 21st century has seen many changes.",
    "Room 204 is on the second floor, next to the lift.",
    "The package should arrive within 3 to 5 business days.",
    "Ten years later, nothing had changed.",
    "My flight leaves at six thirty tomorrow morning.",
    "You need to arrive at noon at the latest.",
    "Thank you very much for coming tonight.",
]


def test_a_sound_translation_is_left_as_it_is(en_fr: OpusTranslator) -> None:
    plain = [answer.text for answer in en_fr.translate([ask(text) for text in SOUND])]
    checked = translate_faithfully(en_fr, [ask(text) for text in SOUND])
    assert [answer.text for answer in checked] == plain
    assert {answer.status for answer in checked} == {"ok"}
