"""Measures how many numbers survive translation, before and after the product's checks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_interpreter.engines.protocols import Translation, TranslationRequest, Translator
from edge_interpreter.engines.translation.faithful import FaithfulTranslation, translate_faithfully
from edge_interpreter.evaluation.number_cases import NumberCase, number_cases

BATCH = 64


@dataclass(frozen=True, slots=True)
class NumbersReport:
    """Figures over generated sentences; every field counts sentences.

    `plain_kept` had all numbers right as the model translated them. Of what the product shows,
    `kept` has them all, `marked` lacks some and says so, `untranslated` is shown in the original
    and said to be; `lost` lacks some and does not say so. `needless` is marked or untranslated
    although nothing was missing. `examples` are lost ones (source, translation).
    """

    cases: int
    plain_kept: int
    kept: int
    marked: int
    untranslated: int
    lost: int
    needless: int
    examples: tuple[tuple[str, str], ...]


class _Remembering:
    """Gives the answer it gave before, so that the same search is not made twice."""

    def __init__(self, translator: Translator) -> None:
        self.max_batch = translator.max_batch
        self.pairs = translator.pairs
        self._translator = translator
        self._known: dict[TranslationRequest, Translation] = {}

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        new = [item for item in dict.fromkeys(requests) if item not in self._known]
        self._known.update(zip(new, self._translator.translate(new), strict=True))
        return [self._known[item] for item in requests]


def evaluate_numbers(
    translator: Translator, source: str, target: str, count: int = 1000, seed: int = 1
) -> NumbersReport:
    """Translate `count` generated sentences and count what became of their numbers.

    Directions: English and French, either way.
    """
    cases = number_cases(source, target, count, seed)
    translator = _Remembering(translator)
    plain: list[str] = []
    faithful: list[FaithfulTranslation] = []
    for start in range(0, len(cases), BATCH):
        texts = [case.text for case in cases[start : start + BATCH]]
        requests = [TranslationRequest(text, source, target) for text in texts]
        plain += [answer.text for answer in translator.translate(requests)]
        faithful += translate_faithfully(translator, requests)
    return _count(cases, plain, faithful)


def _count(
    cases: Sequence[NumberCase], plain: Sequence[str], faithful: Sequence[FaithfulTranslation]
) -> NumbersReport:
    kept = [has_all(case, answer.text) for case, answer in zip(cases, faithful, strict=True)]
    statuses = [answer.status for answer in faithful]
    rows = list(zip(kept, statuses, strict=True))
    return NumbersReport(
        cases=len(cases),
        plain_kept=sum(has_all(case, text) for case, text in zip(cases, plain, strict=True)),
        kept=sum(has and status == "ok" for has, status in rows),
        marked=sum(not has and status == "marked" for has, status in rows),
        untranslated=statuses.count("untranslated"),
        lost=sum(not has and status == "ok" for has, status in rows),
        needless=sum(has and status == "marked" for has, status in rows),
        examples=tuple(
            (case.text, answer.text)
            for case, answer, has in zip(cases, faithful, kept, strict=True)
            if not has and answer.status == "ok"
        ),
    )


def has_all(case: NumberCase, translation: str) -> bool:
    """Whether a translation has every number of a case in an accepted form."""
    text = re.sub(r"\s+", " ", translation.lower().replace("’", "'"))
    return all(any(_has(text, form) for form in accepted) for accepted in case.expected)


def _has(text: str, form: str) -> bool:
    if form.startswith("#"):
        return form[1:] in re.sub(r"\D", "", text)
    before = r"(?<![\d.,])" if form[0].isdigit() else r"(?<!\w)"
    return re.search(rf"{before}{re.escape(form)}(?![\w]|[.,]\d)", text) is not None
