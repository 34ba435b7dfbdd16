import pytest

from edge_interpreter.pipeline.own_voice import MEMORY_S, OwnVoice

LINE = "I will be at the station on Monday and we will go to the big meeting."


def played(text: str) -> OwnVoice:
    """Something that is played to its end at 5 s."""
    voice = OwnVoice()
    voice.note(text, 5.0)
    return voice


@pytest.mark.parametrize(
    "said", ["No, I will not go to the meeting.", "we go", "on Monday", "I will be the big one"]
)
def test_what_somebody_says_of_the_same_words_is_heard(said: str) -> None:
    assert not played(LINE).heard_again(said, 6.0)


@pytest.mark.parametrize(
    "heard",
    [
        LINE,
        "at the station on Monday",
        "and we will go to the pig meeting",
        "will be at station on Monday and",
    ],
)
@pytest.mark.parametrize("began", [1.0, 6.0, 14.0])
def test_a_stretch_of_what_was_played_is_an_echo(heard: str, began: float) -> None:
    assert played(LINE).heard_again(heard, began)


def test_a_word_is_an_echo_while_it_plays_and_an_answer_afterwards() -> None:
    voice = played("Bonjour.")
    assert voice.heard_again("Bonjour !", 4.8)
    assert not voice.heard_again("Bonjour !", 5.5)
    assert not voice.heard_again("Bonsoir.", 4.8)
    assert not played(LINE).heard_again("Monday", 4.8)
    assert played(LINE).heard_again("on Monday", 4.8)


def test_texts_without_spaces_are_guarded_too() -> None:
    voice = played("我们星期一在火车站见面，然后去开会。")
    assert voice.heard_again("星期一在火车站见面", 6.0)
    assert not voice.heard_again("我们下个星期二在办公室开一个短会", 6.0)
    assert not voice.heard_again("开会", 6.0)


def test_what_was_played_long_ago_may_be_said_and_what_still_plays_may_not() -> None:
    voice = played(LINE)
    assert not voice.heard_again(LINE, 5.1 + MEMORY_S)
    voice.note(LINE, 20.0)
    assert voice.heard_again(LINE, 19.0 + MEMORY_S)


def test_too_little_to_judge_waits_while_it_goes_on() -> None:
    assert played(LINE).heard_again("Monday", 6.0, goes_on=True)
    assert not OwnVoice().heard_again("Monday", 6.0, goes_on=True)
