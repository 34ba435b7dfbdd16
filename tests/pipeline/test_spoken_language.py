from edge_interpreter.engines.protocols import Recognition
from edge_interpreter.pipeline.spoken_language import SpokenLanguage


def identify(language: SpokenLanguage, probabilities: dict[str, float], duration_ms: int) -> str:
    """What a recogniser would take an utterance for, given what it hears in it."""
    prior = language.prior(duration_ms)
    weighed = {tag: p * prior.get(tag, 1.0) for tag, p in probabilities.items()}
    best = max(weighed, key=lambda tag: weighed[tag])
    share = weighed[best] / sum(weighed.values())
    language.observe(Recognition("words", best, share), duration_ms)
    return best


def test_a_short_word_or_a_cough_does_not_change_the_language() -> None:
    language = SpokenLanguage()
    assert identify(language, {"en": 0.9, "fr": 0.1}, 3_000) == "en"
    assert identify(language, {"cy": 0.7, "en": 0.1}, 400) == "en"
    assert language.current == "en"


def test_a_sentence_in_another_language_is_followed_at_once() -> None:
    language = SpokenLanguage()
    identify(language, {"en": 0.9, "fr": 0.1}, 3_000)
    assert identify(language, {"en": 0.1, "fr": 0.9}, 2_500) == "fr"
    assert identify(language, {"en": 0.5, "fr": 0.5}, 600) == "fr"


def test_a_short_doubtful_word_in_another_language_sets_no_new_one() -> None:
    language = SpokenLanguage()
    identify(language, {"en": 0.95, "fr": 0.05}, 3_000)
    assert identify(language, {"en": 0.01, "fr": 0.99}, 500) == "fr"
    assert language.current == "en"


def test_languages_that_can_be_translated_are_likelier() -> None:
    language = SpokenLanguage(likely=("en", "fr"))
    assert identify(language, {"nn": 0.5, "en": 0.3}, 2_000) == "en"
    assert identify(SpokenLanguage(likely=("en", "fr")), {"nn": 0.9, "en": 0.1}, 2_000) == "nn"


def test_a_fixed_language_stays() -> None:
    language = SpokenLanguage("fr")
    language.observe(Recognition("words", "en", 1.0), 5_000)
    assert language.current == "fr"
    assert not language.prior(3_000)
