"""Generated sentences with numbers, and the judge of their translations."""

from collections.abc import Sequence

import pytest

from edge_interpreter.engines.protocols import Translation, TranslationRequest
from edge_interpreter.evaluation.number_cases import NumberCase, number_cases
from edge_interpreter.evaluation.numbers import evaluate_numbers, has_all


def test_cases_depend_on_the_seed_alone_and_cover_every_kind() -> None:
    first = number_cases("en", "fr", 400, seed=3)
    assert first == number_cases("en", "fr", 400, seed=3)
    assert first != number_cases("en", "fr", 400, seed=4)
    kinds = {kind for case in first for kind in case.kind.split("+")}
    assert len(kinds) == 26
    assert len({case.text for case in first}) > 350
    assert any("+" in case.kind for case in first)


@pytest.mark.parametrize(
    ("translation", "right"),
    [
        ("Cela coûte 1 234,50 $.", True),
        ("Cela coûte 1\u202f234,5 $.", True),
        ("Cela coûte 1.234,50 $.", True),
        ("Cela coûte 1.234.50 $.", False),
        ("Cela coûte 11 234,50 $.", False),
        ("Cela coûte 234,50 $.", False),
    ],
)
def test_the_judge(translation: str, right: bool) -> None:
    forms = frozenset({"1234,50", "1 234,50", "1.234,50", "1234,5", "1 234,5"})
    assert has_all(NumberCase("It costs $1,234.50.", "amount", (forms,)), translation) is right


class Deaf:
    """Translates everything by the same words."""

    max_batch = 8

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({("en", "fr")})

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        return [Translation("C'est ce qui est écrit dans le grand livre.") for _ in requests]


def test_a_translator_that_drops_numbers_is_marked_every_time() -> None:
    report = evaluate_numbers(Deaf(), "en", "fr", count=120)
    assert report.plain_kept == report.kept == report.lost == 0
    assert report.marked + report.untranslated == report.cases == 120
