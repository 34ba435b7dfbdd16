"""Recordings as the simulation plays them."""

import numpy as np

from edge_interpreter.evaluation.capacity.traces import (
    SILENCE,
    Trace,
    disguised,
    heard,
    probability,
    stretched,
    windows,
)
from edge_interpreter.text.fidelity import check
from edge_interpreter.text.sentences import split_clauses, split_sentences


def trace(words: str, speech: int, language: str = "en") -> Trace:
    quiet = np.zeros(2, np.float32)
    likely = np.concatenate((quiet, np.full(speech, 0.9, np.float32), quiet))
    return Trace(language, likely, tuple(words.split()))


TRACES = [trace("one two three four", 8), trace("un deux", 4, "fr")]


def test_played_windows_say_how_likely_they_are_speech() -> None:
    played = [probability(window) for window in windows(TRACES[0], 0)]

    assert np.allclose(played, TRACES[0].probabilities)
    assert probability(SILENCE) == 0.0


def test_an_utterance_holds_the_words_of_the_windows_it_is_made_of() -> None:
    sound = np.concatenate(list(windows(TRACES[0], 0)))
    first_half = sound[: 6 * 512]

    assert heard(sound, TRACES) == ("one two three four", "en")
    assert heard(first_half, TRACES) == ("one two", "en")
    assert heard(np.tile(SILENCE, 4), TRACES) == ("", None)


def test_utterances_recognised_as_one_are_told_apart_however_far_they_were_moved() -> None:
    gap = np.zeros(3_200, np.float32)
    parts = [np.concatenate(list(windows(one, i))) for i, one in enumerate(TRACES)]

    assert (
        heard(np.concatenate((parts[0], gap, parts[1])), TRACES)[0] == "one two three four un deux"
    )


def test_disguised_words_keep_their_shape_but_not_their_letters() -> None:
    text = "You have 40 messages, press 1. Please hold!"
    hidden = disguised(text)

    assert [len(word) for word in hidden.split()] == [len(word) for word in text.split()]
    assert not any(character.isdigit() for character in hidden)
    assert not set(hidden.lower().split()) & set(text.lower().split())
    assert len(split_sentences(hidden, "en")) == 2


def test_a_stretched_text_is_as_long_as_a_translation_and_is_taken_for_one() -> None:
    source = disguised("Please enter the extension of the person, or wait for an operator.")

    for growth in (0.8, 1.0, 1.3):
        target = stretched(source, growth)
        assert abs(len(target) - growth * len(source)) < 10
        assert len(split_clauses(target, "fr")) == 2
        assert check(source, target, "en", "fr").ok
