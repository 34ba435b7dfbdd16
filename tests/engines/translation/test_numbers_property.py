"""A thousand generated sentences a direction: their numbers are kept or marked, never lost.

The translator renders each rightly, in any legal form, or drops, changes, swaps or adds a number.
"""

import random
import re
from dataclasses import dataclass
from functools import cache

import pytest
from text_to_num import alpha2digit

from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.engines.translation.faithful import FaithfulTranslation, translate_faithfully
from edge_interpreter.text.spoken import spoken_form
from tests.engines.translation.fakes import FakeTranslator
from tests.engines.translation.number_sentences import ADDED, KINDS, Value, words

CASES = 1000
DIRECTIONS = [("en", "fr"), ("fr", "en")]
DEEDS = ("right", "right", "right", "drop", "change", "add", "swap")


@dataclass(frozen=True)
class Case:
    """A sentence, what the translator says of it, and whether that is right."""

    kind: str
    deed: str
    sentence: str
    translation: str
    values: tuple[Value, ...]


def _case(dice: random.Random, source: str, target: str) -> Case:
    deed = dice.choice(DEEDS)
    if deed == "swap":
        return _swapped(dice, source, target)
    kind = dice.choice(sorted(KINDS))
    maker, template, without = KINDS[kind]
    value = maker(dice)
    sentence = template[source].format(dice.choice(value.sources[source]))
    rendered = value
    while deed == "change" and rendered.forms == value.forms:
        rendered = maker(dice) if kind != "zero" else KINDS["small"][0](dice)
    translation = template[target].format(dice.choice(rendered.forms[target]))
    if deed == "drop":
        translation = without[target]
    if deed == "add":
        number = dice.choice([each for each in range(33, 39) if str(each) not in translation])
        added = dice.choice([str(number), words(number, target)])
        translation = translation.removesuffix(".") + ADDED[target].format(added)
    return Case(kind, deed, _sentence(sentence), _sentence(translation), (value,))


def _swapped(dice: random.Random, source: str, target: str) -> Case:
    """An amount and a count, each said of the other."""
    template = {"en": "It costs {} dollars for {} chairs.", "fr": "{} dollars pour {} chaises."}
    one, two = dice.sample(range(3, 99), 2)
    first, second = (_plain(number) for number in (one, two))
    return Case(
        "swap", "swap",
        template[source].format(*(dice.choice(each.forms[source]) for each in (first, second))),
        template[target].format(*(dice.choice(each.forms[target]) for each in (second, first))),
        (first, second),
    )  # fmt: skip


def _plain(number: int) -> Value:
    forms = {each: (str(number), words(number, each)) for each in ("en", "fr")}
    return Value(forms, dict.fromkeys(("en", "fr"), (str(number),)), forms)


def _sentence(text: str) -> str:
    return text.replace("..", ".")


@cache
def _answers(source: str, target: str) -> list[tuple[Case, FaithfulTranslation]]:
    dice = random.Random(f"numbers {source} {target}")
    cases = [_case(dice, source, target) for _ in range(CASES)]
    return [(case, _translated(case, source, target)) for case in cases]


def _translated(case: Case, source: str, target: str) -> FaithfulTranslation:
    engine = FakeTranslator({(source, target)}, lambda _: case.translation)
    (answer,) = translate_faithfully(engine, [TranslationRequest(case.sentence, source, target)])
    return answer


def _heard(text: str, language: str) -> str:
    """What a listener hears, in lower case, its numbers as digits."""
    said: str = alpha2digit(spoken_form(text, language), language, threshold=0.0)
    return said.lower().replace("œ", "oe")


def _says(text: str, value: Value, language: str) -> bool:
    heard = _heard(text, language)
    digits = re.sub(r"\D", "", heard)
    spoken = spoken_form(text, language).lower()
    return any(
        each in (digits if each.isdigit() else f"{heard} {spoken}")
        for each in value.heard[language]
    )


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_a_right_number_in_any_legal_form_is_accepted(source: str, target: str) -> None:
    rows = [row for row in _answers(source, target) if row[0].deed == "right"]
    assert len(rows) > 300
    refused = [(case.kind, case.sentence, case.translation, answer.missing, answer.problems)
               for case, answer in rows
               if answer.status != "ok" or answer.text != case.translation]  # fmt: skip
    assert refused == []


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_a_wrong_number_is_never_passed_off_as_right(source: str, target: str) -> None:
    rows = [row for row in _answers(source, target) if row[0].deed != "right"]
    assert len(rows) > 300
    passed = [(case.kind, case.deed, case.sentence, case.translation)
              for case, answer in rows
              if answer.status == "ok" and answer.text == case.translation]  # fmt: skip
    assert passed == []


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_the_voice_says_every_number_of_what_is_shown_as_right(source: str, target: str) -> None:
    lost = [(case.kind, case.deed, case.sentence, answer.text, _heard(answer.text, target))
            for case, answer in _answers(source, target)
            if answer.status == "ok"
            and not all(_says(answer.text, value, target) for value in case.values)]  # fmt: skip
    assert lost == []
