import pytest

from edge_interpreter.engines.protocols import Recognition
from edge_interpreter.pipeline.spoken_language import SpokenLanguage

PAIR = ("en", "fr")


def identify(language: SpokenLanguage, probabilities: dict[str, float], duration_ms: int) -> str:
    """What a recogniser would take an utterance for, given what it hears in it."""
    prior = language.prior(duration_ms)
    weighed = {tag: p * prior.get(tag, 1.0) for tag, p in probabilities.items()}
    best = max(weighed, key=lambda tag: weighed[tag])
    share = weighed[best] / sum(weighed.values())
    language.observe(Recognition("words", best, share), duration_ms)
    return best


def speaker(*spoken: str, likely: tuple[str, ...] = PAIR) -> SpokenLanguage:
    """Somebody who has said a sentence in each of these languages."""
    language = SpokenLanguage(likely=likely)
    for tag in spoken:
        other = "en" if tag == "fr" else "fr"
        assert identify(language, {tag: 0.95, other: 0.03}, 3_000) == tag
    return language


@pytest.mark.parametrize("likely", [PAIR, ()])
@pytest.mark.parametrize(
    ("heard", "duration_ms"),
    [
        ({"en": 0.97, "fr": 0.03}, 600),  # "oui"
        ({"cy": 0.8, "fr": 0.002}, 600),  # a cough
        ({"en": 0.86, "fr": 0.013}, 780),  # "seize", as Whisper base hears it
        ({"pl": 0.85, "fr": 0.13}, 880),  # "onzième"
        ({"en": 0.6, "fr": 0.1}, 1_200),
    ],
)
def test_a_short_word_or_a_cough_does_not_change_the_language(
    likely: tuple[str, ...], heard: dict[str, float], duration_ms: int
) -> None:
    language = speaker("fr", likely=likely)
    assert identify(language, heard, duration_ms) == "fr"
    assert language.current == "fr"


def test_a_sentence_in_another_language_is_followed_at_once() -> None:
    language = speaker("en")
    assert identify(language, {"en": 0.1, "fr": 0.9}, 2_500) == "fr"
    assert identify(language, {"en": 0.5, "fr": 0.5}, 600) == "fr"


def test_a_short_answer_that_is_beyond_doubt_is_heard_and_sets_no_new_language() -> None:
    language = speaker("en", "fr")
    assert identify(language, {"en": 0.98, "fr": 0.0008}, 800) == "en"
    assert language.current == "fr"


def test_a_first_assumption_gives_way_to_a_word() -> None:
    language = SpokenLanguage(likely=PAIR)
    language.current = "en"
    assert identify(language, {"fr": 0.8, "en": 0.02}, 700) == "fr"


def test_languages_that_can_be_translated_are_likelier() -> None:
    language = SpokenLanguage(likely=PAIR)
    assert identify(language, {"nn": 0.5, "en": 0.3}, 2_000) == "en"
    assert identify(SpokenLanguage(likely=PAIR), {"nn": 0.9, "en": 0.1}, 2_000) == "nn"


def test_a_fixed_language_stays() -> None:
    language = SpokenLanguage("fr")
    language.observe(Recognition("words", "en", 1.0), 5_000)
    assert language.current == "fr"
    assert not language.prior(3_000)
