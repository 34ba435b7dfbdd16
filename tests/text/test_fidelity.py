"""Checks of a translation against its source."""

import pytest

from edge_interpreter.text.fidelity import Problem, check

LONG = "The committee decided to postpone the vote until the members had read the whole report."


@pytest.mark.parametrize(
    ("source", "target", "sentence", "translation"),
    [
        ("en", "fr", "Hello, how are you?", "Bonjour, comment allez-vous ?"),
        ("en", "fr", "Yes.", "Oui."),
        ("en", "fr", "No, no, no, no!", "Non, non, non, non !"),
        ("en", "fr", "Very, very, very, very good, very good.", "Très, très, très, très bien."),
        ("en", "fr", "OK.", "D'accord, c'est entendu."),
        (
            "en",
            "fr",
            "Madrid, Paris, Berlin, Rome and Oslo.",
            "Madrid, Paris, Berlin, Rome et Oslo.",
        ),
        ("en", "fr", "Write to anna.smith@example.com.", "Écrivez à anna.smith@example.com."),
        ("en", "ja", "Google.", "Google。"),
        ("en", "zh", LONG, "委员会决定推迟投票，直到成员们读完整份报告。"),
        ("zh", "en", "委员会决定推迟投票。", "The committee decided to postpone the vote."),
        ("en", "sr", "Good morning to you all.", "Dobro jutro svima vama."),
        ("nb", "da", "Vi kommer hjem i dag.", "Vi kommer hjem i dag."),
        ("en", "fr", "Blah blah blah blah.", "Blah blah blah blah."),
        ("en", "fr", "...", "..."),
        ("en", "fr", "...", ""),
    ],
)
def test_a_sound_translation_passes(
    source: str, target: str, sentence: str, translation: str
) -> None:
    assert check(sentence, translation, source, target).ok


ENDLESS = "Bonjour à vous tous qui êtes venus ce soir si nombreux pour nous voir, et merci encore."
HALF = "The committee a decided to postpone le vote until the members had lu the whole report."
FRENCH = "Le comité a décidé de reporter le vote jusqu'à la lecture du rapport."


@pytest.mark.parametrize(
    ("target", "sentence", "translation", "problem"),
    [
        ("fr", "Yes, I do.", "", Problem.EMPTY),
        ("fr", "He went away.", "Il est allé au" + " marché" * 20, Problem.REPETITION_LOOP),
        ("fr", LONG, "Le comité a " + "décidé de reporter " * 8, Problem.REPETITION_LOOP),
        ("fr", "Please send it.", "_1" + "_" * 90, Problem.LENGTH_RATIO),
        ("fr", LONG, "Le comité.", Problem.TRUNCATED),
        ("fr", "Hello there.", ENDLESS, Problem.LENGTH_RATIO),
        ("fr", LONG, LONG, Problem.UNTRANSLATED),
        ("fr", LONG, HALF, Problem.UNTRANSLATED),
        ("ru", LONG, FRENCH, Problem.WRONG_SCRIPT),
        ("ja", "We meet there today.", "오늘 역에서 만나요, 여러분.", Problem.WRONG_SCRIPT),
        ("fr", "He left.", "Il est parti en 1987.", Problem.INVENTED_NUMBER),
    ],
)
def test_a_broken_translation_is_named(
    target: str, sentence: str, translation: str, problem: Problem
) -> None:
    verdict = check(sentence, translation, "en", target)
    assert problem in verdict.problems
    assert verdict.broken


def test_lost_numbers_are_listed_and_do_not_break_the_rest() -> None:
    verdict = check("Call 555-0199 at 9 am.", "Appelez à 9 h.", "en", "fr")
    assert verdict.problems == (Problem.NUMBERS,)
    assert verdict.missing == ("555-0199",)
    assert not verdict.broken
