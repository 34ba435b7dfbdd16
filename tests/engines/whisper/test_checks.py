from dataclasses import replace

import pytest

from edge_interpreter.engines.whisper.checks import Answer, better, doubtful, problem, unsure

GOOD = Answer("Please enter your number.", 7, -0.3, 0.02, 2.0)
NO_VOICE = replace(GOOD, no_speech=0.7)


def test_a_confident_answer_passes() -> None:
    assert problem(GOOD) is None
    assert not doubtful(GOOD)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (replace(GOOD, text=" ... "), "empty"),
        (replace(GOOD, text="", tokens=0), "empty"),
        (replace(NO_VOICE, text="1.0.1.1.1.1.1.1.1.1.1.1.1.1.1"), "repetition"),
        (replace(NO_VOICE, text="Woo! Woo! Woo! Woo! Woo! Woo!"), "repetition"),
        (replace(NO_VOICE, text="チュッチュッチュッチュッチュッ"), "repetition"),
        (replace(GOOD, text="Press 1 to go on. " * 4, tokens=24), "repetition"),
        (replace(GOOD, tokens=60), "too_fast"),
        (replace(NO_VOICE, logprob=-0.6), "no_speech"),
        (replace(GOOD, no_speech=0.9), "no_speech"),
        (replace(GOOD, logprob=-1.4), "low_confidence"),
        (replace(GOOD, text="Thanks for watching!", logprob=-0.9), "stock_phrase"),
        (replace(NO_VOICE, text="Sous-titres réalisés par Amara.org"), "stock_phrase"),
    ],
)
def test_what_cannot_have_been_said_is_withheld_by_reason(answer: Answer, reason: str) -> None:
    assert problem(answer) == reason
    assert doubtful(answer)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for watching.",
        "No, no, no, no.",
        "Very, very good, very good indeed.",
        "One, one, one, zero, zero, zero.",
        "It costs 1,000,000,000 euros.",
    ],
)
def test_what_is_said_clearly_is_kept(text: str) -> None:
    assert problem(replace(GOOD, text=text)) is None


@pytest.mark.parametrize("text", ["Order 8888 costs 1000.", "See www.example.org", "Mississippi"])
def test_ordinary_words_are_no_loop(text: str) -> None:
    assert not doubtful(replace(GOOD, text=text))


def test_a_doubtful_answer_is_tried_again_and_not_withheld_for_it() -> None:
    doubt = replace(GOOD, logprob=-0.9)

    assert doubtful(doubt)
    assert problem(doubt) is None


def test_a_sentence_said_again_slowly_is_kept() -> None:
    twice = "Ask not what your country can do for you, ask what you can do for your country. " * 2
    slow = replace(GOOD, text=twice, tokens=40, seconds=18.0)

    assert doubtful(slow)
    assert problem(slow) is None


def test_sound_after_the_last_word_is_listened_to_again() -> None:
    cut_short = replace(GOOD, unheard=1.5)

    assert doubtful(cut_short)
    assert problem(cut_short) is None
    assert better(replace(GOOD, logprob=-0.5), cut_short)


def test_the_second_hearing_wins_where_it_passes_or_is_surer() -> None:
    unsure = replace(GOOD, logprob=-0.9)
    loop = replace(GOOD, text="Press one. Press one. Press one.", logprob=-0.1)

    assert better(unsure, replace(GOOD, logprob=-1.4))
    assert better(GOOD, unsure)
    assert better(GOOD, loop)
    assert not better(replace(GOOD, logprob=-1.4), unsure)


def test_an_answer_may_be_good_enough_to_show_and_yet_worth_a_better_model() -> None:
    muttered = replace(GOOD, logprob=-0.6)
    assert unsure(muttered)
    assert not doubtful(muttered)
    assert not unsure(GOOD)
    assert unsure(replace(GOOD, unheard=1.5))
