"""Worked out by hand with a model of four words; the same example stands in docs/metrics.md."""

import pytest

from edge_interpreter.evaluation.function_words import content_words
from edge_interpreter.evaluation.likelihood import open_likelihood
from edge_interpreter.evaluation.omission import Omissions, omissions
from tests.speech import WEIGHTS

LEXICON = {"leave": "laissez", "short": "court", "message": "message", "tone": "bip"}


class WordForWord:
    """Minus one for each word, on either side, that has no counterpart on the other."""

    def likelihoods(self, sentences: list[str], translation: str) -> list[float]:
        return [self._likelihood(sentence, translation) for sentence in sentences]

    def back(self, translation: str) -> str:
        english = {french: word for word, french in LEXICON.items()}
        return " ".join(english.get(word, word) for word in translation.split())

    def _likelihood(self, sentence: str, translation: str) -> float:
        wanted = {LEXICON[word] for word in sentence.split() if word in LEXICON}
        return -float(len(wanted ^ set(translation.split())))


@pytest.mark.parametrize(
    ("translation", "omitted"),
    [
        ("laissez court message bip", ()),
        # Without "short" the translation is likelier (0 instead of -1), and it does not come back.
        ("laissez message bip", ("short",)),
        ("message", ("leave", "short", "tone")),
        ("", ("leave", "short", "message", "tone")),
    ],
)
def test_words_without_which_a_translation_is_likelier(
    translation: str, omitted: tuple[str, ...]
) -> None:
    found = omissions("leave short message tone", translation, "en", WordForWord())
    assert found == Omissions(4, omitted)


def test_a_word_that_comes_back_is_not_omitted() -> None:
    class Unsure(WordForWord):
        def likelihoods(self, sentences: list[str], translation: str) -> list[float]:
            return [float(-len(sentence)) for sentence in sentences]

    assert omissions("leave message", "laissez message", "en", Unsure()).omitted == ()


def test_one_word_cannot_be_judged() -> None:
    assert omissions("Message.", "Bip.", "en", WordForWord()) == Omissions(1, ())


def test_content_words() -> None:
    text = "Please leave your 12 messages after the tone; it's on me."
    assert [m.group() for m in content_words(text, "en")] == [
        "leave", "12", "messages", "after", "tone"
    ]  # fmt: skip
    assert [m.group() for m in content_words("Der Zug nach Berlin fährt ab", "de")] == [
        "Berlin", "fährt"
    ]  # fmt: skip


@pytest.mark.models
def test_the_real_model_sees_a_clause_that_was_left_out() -> None:
    from edge_interpreter.config.tree import Config, Models
    from edge_interpreter.engines.loading import load_translator

    config = Config(models=Models(directory=WEIGHTS))
    model = open_likelihood(config, load_translator(config), "en", "fr")
    assert model is not None
    said = "The government, reeling from low oil prices, hopes that tourism will grow."
    whole = "Le gouvernement, secoué par la baisse des prix du pétrole, espère que le tourisme"
    whole += " va croître."
    assert not {"oil", "prices"} & set(omissions(said, whole, "en", model).omitted)
    short = "Le gouvernement espère que le tourisme va croître."
    assert {"reeling", "low", "oil", "prices"} <= set(omissions(said, short, "en", model).omitted)


@pytest.mark.models
def test_the_check_finds_what_it_leaves_out() -> None:
    from edge_interpreter.config.tree import Config, Models
    from edge_interpreter.evaluation.omission_check import check_omissions

    texts = [
        "Please enter the number of the conference room.",
        "The president arrives in Berlin on Monday morning.",
        "Hello.",
    ]
    found = check_omissions(texts, "en", "fr", Config(models=Models(directory=WEIGHTS)))
    assert found["pair"] == "en-fr"
    assert 2 <= found["deleted"] <= 4
    assert found["found"] >= 0.5
