"""Translates so that nothing is lost unseen: every sentence checked, retried, else marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from edge_interpreter.engines.protocols import TranslationRequest, Translator
from edge_interpreter.text.fidelity import Problem, Verdict, check
from edge_interpreter.text.glossary import Glossary, TermMatch, contains
from edge_interpreter.text.masks import Mask, Masked, mask
from edge_interpreter.text.placeables.compare import compare
from edge_interpreter.text.placeables.repair import repair, written_in
from edge_interpreter.text.sentences import split_clauses, split_sentences
from edge_interpreter.text.units import lost_amounts, mend_units, written_amount

# Beyond this many characters a sentence is translated clause by clause: quality falls off and a
# runaway answer costs seconds.
LONGEST_SENTENCE = 300
_WORD = re.compile(r"\w")
Status = Literal["ok", "marked", "untranslated"]


@dataclass(frozen=True, slots=True)
class FaithfulTranslation:
    """A translation and how far it can be trusted.

    `ok`: every check passed. `marked`: the numbers, names or codes in `missing` (as the source
    has them) are not in `text`. `untranslated`: no translation passed; `text` is the source's.
    """

    text: str
    status: Status
    problems: tuple[Problem, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sentence:
    """A sentence on its way, and the best translation of it so far."""

    text: str
    source: str
    target: str
    terms: list[TermMatch]
    deadline: float | None
    best: str = ""
    verdict: Verdict = field(default_factory=lambda: Verdict((Problem.EMPTY,)))

    def offer(self, translation: str | None) -> None:
        """Take a translation, repaired, if it is better than the best so far."""
        if translation is None:
            return
        pair = self.source, self.target
        repaired = repair(self.text, _undashed(self.text, translation), *pair)
        repaired = mend_units(self.text, repaired, *pair)
        verdict = check(self.text, repaired, *pair)
        absent = tuple(term.wanted for term in self.terms if not contains(repaired, term.wanted))
        if absent:
            verdict = Verdict((*verdict.problems, Problem.TERMS), (*verdict.missing, *absent))
        if not self.best or _cost(verdict) < _cost(self.verdict):
            self.best, self.verdict = repaired, verdict

    def with_terms(self) -> Masked:
        """The sentence with stand-ins for the terms of the glossary."""
        return mask(self.text, [Mask(term.start, term.end, term.wanted) for term in self.terms])

    def with_placeables(self) -> Masked:
        """The sentence with stand-ins for what its best translation lost, and for its terms."""
        masks = [Mask(term.start, term.end, term.wanted) for term in self.terms]
        pair = self.source, self.target
        amounts = lost_amounts(self.text, self.best, *pair)
        numbers = compare(self.text, self.best, *pair).missing
        lost = [written_amount(amount, self.target) for amount in amounts]
        lost += [written_in(number, self.text, self.target) for number in numbers]
        for item in filter(None, lost):
            if not any(item.start < other.end and other.start < item.end for other in masks):
                masks.append(item)
        return mask(self.text, masks)


def _cost(verdict: Verdict) -> tuple[bool, int]:
    return verdict.broken, len(verdict.missing) + len(verdict.problems)


def translate_faithfully(
    translator: Translator,
    requests: Sequence[TranslationRequest],
    glossaries: Sequence[Glossary] = (),
) -> list[FaithfulTranslation]:
    """One checked translation per request, whose text may hold several sentences.

    `glossaries` is empty or has one for each request. Every sentence is translated, repaired and
    checked. What lost a number or a term is tried again with stand-ins for it, what is broken
    with a wider search, and then the other way round. Raises EngineError as the translator does.
    """
    groups = _groups(requests, glossaries)
    sentences = _with_words(groups)
    _round(translator, [_Try(item, Masked(item.text, ())) for item in sentences])
    failed = [item for item in sentences if not item.verdict.ok]
    plans = [_plan(item) for item in failed]
    _round(translator, [plan[0] for plan in plans])
    _round(
        translator, [last for _, *rest in plans for last in rest if not last.sentence.verdict.ok]
    )
    return [_answer(group) for group in groups]


def translate_once(
    translator: Translator,
    requests: Sequence[TranslationRequest],
    glossaries: Sequence[Glossary] = (),
) -> list[FaithfulTranslation]:
    """As `translate_faithfully`, with one try: for what is shown until the sentence is over.

    Terms of the glossary have stand-ins at once. Raises EngineError as the translator does.
    """
    groups = _groups(requests, glossaries)
    _round(translator, [_Try(item, item.with_terms()) for item in _with_words(groups)])
    return [_answer(group) for group in groups]


@dataclass(frozen=True, slots=True)
class _Try:
    """One more translation of a sentence."""

    sentence: _Sentence
    masked: Masked
    careful: bool = False


def _plan(sentence: _Sentence) -> list[_Try]:
    """Other ways to translate a sentence that failed, the likeliest to succeed first."""
    wider = _Try(sentence, sentence.with_terms(), careful=True)
    masked = sentence.with_placeables()
    if not masked.stand_ins:
        return [wider]
    stand_in = _Try(sentence, masked)
    return [wider, stand_in] if sentence.verdict.broken else [stand_in, wider]


def _groups(
    requests: Sequence[TranslationRequest], glossaries: Sequence[Glossary]
) -> list[list[_Sentence]]:
    owned = glossaries or [Glossary()] * len(requests)
    return [_sentences(item, terms) for item, terms in zip(requests, owned, strict=True)]


def _with_words(groups: Sequence[Sequence[_Sentence]]) -> list[_Sentence]:
    return [item for group in groups for item in group if _WORD.search(item.text)]


def _sentences(request: TranslationRequest, glossary: Glossary) -> list[_Sentence]:
    pieces = [
        piece
        for sentence in split_sentences(request.text, request.source)
        for piece in (
            [sentence]
            if len(sentence) <= LONGEST_SENTENCE
            else split_clauses(sentence, request.source, LONGEST_SENTENCE, LONGEST_SENTENCE // 3)
        )
    ]
    pair = request.source, request.target
    return [
        _Sentence(piece, *pair, glossary.matches(piece, *pair), request.deadline)
        if _WORD.search(piece)
        # "♪ ♪" and "👍" are the same in every language, and a model makes up something for them.
        else _Sentence(piece, *pair, [], request.deadline, best=piece, verdict=Verdict())
        for piece in pieces
    ]


def _undashed(sentence: str, translation: str) -> str:
    """Without the "- " that models trained on subtitles begin a reply with."""
    if translation.startswith(("- ", "– ", "— ")) and not sentence.startswith(("-", "–", "—")):
        return translation[2:]
    return translation


def _round(translator: Translator, tries: Sequence[_Try]) -> None:
    if not tries:
        return
    batch = [
        TranslationRequest(
            item.masked.text,
            item.sentence.source,
            item.sentence.target,
            item.careful,
            item.sentence.deadline,
        )
        for item in tries
    ]
    for item, answer in zip(tries, translator.translate(batch), strict=True):
        item.sentence.offer(item.masked.restore(answer.text))


def _answer(sentences: Sequence[_Sentence]) -> FaithfulTranslation:
    broken = [item.verdict.broken for item in sentences]
    text = " ".join(
        item.text if lost else item.best for item, lost in zip(sentences, broken, strict=True)
    )
    missing = tuple(
        name
        for item, lost in zip(sentences, broken, strict=True)
        for name in item.verdict.missing
        if not lost
    )
    problems = tuple(dict.fromkeys(p for item in sentences for p in item.verdict.problems))
    status: Status = "untranslated" if any(broken) else "marked" if missing else "ok"
    return FaithfulTranslation(text, status, problems, missing)
