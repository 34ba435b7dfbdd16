"""Scores of the captions that speakers of one language gave listeners of another."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from statistics import fmean
from typing import Any

from edge_interpreter.evaluation.digits import NumberCounts, count_numbers
from edge_interpreter.evaluation.interpreting import Interpreted
from edge_interpreter.evaluation.language_scores import share
from edge_interpreter.evaluation.omission import TwoWayModel, omissions
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.simultaneity import laal, normalized_erasure, word_delays
from edge_interpreter.pipeline.events import Fidelity, Partial, Transcribed, Translated, Utterance

_NOT_TRANSLATED = frozenset({Fidelity.UNTRANSLATED, Fidelity.SAME})
_MOST_EXAMPLES = 5

Version = tuple[float, str]


@dataclass(slots=True)
class PairScores:
    """What became of recordings in `source` for those who wanted `target`.

    Where both are the same it is about captions in the speaker's own language.
    """

    source: str
    target: str
    model: TwoWayModel | None = None
    timed: bool = False
    fidelity: Counter[str] = field(default_factory=Counter)
    references: list[tuple[str, str]] = field(default_factory=list)
    numbers: NumberCounts = field(default_factory=NumberCounts)
    number_examples: list[dict[str, str]] = field(default_factory=list)
    words: int = 0
    omitted: int = 0
    judged: int = 0
    omission_examples: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    lagging_ms: list[float] = field(default_factory=list)
    erasure: list[float] = field(default_factory=list)

    def add(self, done: Interpreted) -> None:
        """Take one more recording."""
        recording = done.recording
        reference = recording.translations.get(self.target)
        if reference:
            self.references.append((done.shown(self.target), reference))
        self._count_numbers(done)
        for event in done.translated(self.target):
            self.fidelity[event.fidelity.value] += 1
        for said in done.transcribed:
            self._find_omissions(said, done)
        if self.timed:
            alone = len(done.transcribed) == 1
            self._time(done, len(reference.split()) if reference and alone else 0)

    def figures(self) -> dict[str, Any]:
        """The figures of all recordings so far."""
        worst = sorted(self.omission_examples, key=lambda each: -each[0])[:_MOST_EXAMPLES]
        return {
            "captions": dict(sorted(self.fidelity.items())),
            "chrf": _chrf(self.references),
            "bleu": _bleu(self.references),
            "omission_rate": share(self.omitted, self.words) if self.model else None,
            "sentences_judged": self.judged,
            "omissions": [example for _, example in worst],
            "numbers": {
                "said": self.numbers.said,
                "kept": self.numbers.kept,
                "marked": self.numbers.marked,
                "lost": self.numbers.lost,
                "misheard": self.numbers.misheard,
                "preserved": share(self.numbers.kept + self.numbers.marked, self.numbers.said),
            },
            "lost_numbers": self.number_examples[:_MOST_EXAMPLES],
            **timing_figures(self.lagging_ms, self.erasure),
        }

    def _count_numbers(self, done: Interpreted) -> None:
        said, heard, shown = done.recording.text, done.heard, done.shown(self.target)
        doubtful = {Fidelity.MARKED, Fidelity.UNTRANSLATED}
        marked = any(event.fidelity in doubtful for event in done.translated(self.target))
        found = count_numbers(said, heard, shown, self.source, self.target, marked=marked)
        self.numbers += found
        if found.lost:
            self.number_examples.append({"said": said, "heard": heard, "shown": shown})

    def _find_omissions(self, said: Transcribed, done: Interpreted) -> None:
        shown = [e for e in done.translated(self.target) if e.utterance.index == _index(said)]
        if self.model is None or said.language != self.source:
            return
        if any(event.fidelity in _NOT_TRANSLATED for event in shown):
            return
        text = " ".join(event.text for event in shown)
        found = omissions(said.text, text, self.source, self.model)
        self.words += found.words
        self.omitted += len(found.omitted)
        self.judged += 1
        if found.omitted:
            example = {"heard": said.text, "shown": text, "omitted": list(found.omitted)}
            self.omission_examples.append((len(found.omitted) / found.words, example))

    def _time(self, done: Interpreted, reference_words: int) -> None:
        versions = [
            (event.utterance, at, event.text)
            for at, event in done.events
            if isinstance(event, Translated) and event.target == self.target
        ]
        for utterance, group in groupby(versions, key=lambda version: version[0]):
            shown = [(at, text) for _, at, text in group]
            lagging, erased = timing(utterance, shown, reference_words)
            self.lagging_ms.append(lagging)
            self.erasure.append(erased)


def timing(
    utterance: Utterance, shown: list[Version], reference_words: int = 0
) -> tuple[float, float]:
    """LAAL in ms and Normalized Erasure of all versions of one caption."""
    start, end = utterance.start_ms / 1000, utterance.end_ms / 1000
    delays = [at - start for at in word_delays(shown)]
    lagging = laal(delays, end - start, reference_words or len(delays))
    return lagging * 1000, normalized_erasure([text for _, text in shown])


def timing_figures(lagging_ms: list[float], erasure: list[float]) -> dict[str, Any]:
    """Percentiles of LAAL and the mean of Normalized Erasure."""
    mean = round(fmean(erasure), 3) if erasure else None
    return {"laal_ms": percentiles(lagging_ms), "normalized_erasure": mean}


@dataclass(slots=True)
class OwnLanguageTiming:
    """Captions in the language spoken, as shown, and of those what is said to be stable."""

    lagging_ms: list[float] = field(default_factory=list)
    erasure: list[float] = field(default_factory=list)
    stable_erasure: list[float] = field(default_factory=list)

    def add(self, done: Interpreted) -> None:
        """Take one more recording that was played in real time."""
        versions: dict[int, list[Version]] = {}
        stable: dict[int, list[str]] = {}
        for at, event in done.events:
            if isinstance(event, Partial):
                versions.setdefault(event.index, []).append((at, _whole(event)))
                stable.setdefault(event.index, []).append(event.stable)
            elif isinstance(event, Transcribed):
                shown = [*versions.get(_index(event), []), (at, event.text)]
                lagging, erased = timing(event.utterance, shown)
                self.lagging_ms.append(lagging)
                self.erasure.append(erased)
                kept = [*stable.get(_index(event), []), event.text]
                self.stable_erasure.append(normalized_erasure(kept))

    def figures(self) -> dict[str, Any]:
        """The figures of all recordings so far."""
        stable = round(fmean(self.stable_erasure), 3) if self.stable_erasure else None
        figures = timing_figures(self.lagging_ms, self.erasure)
        return {**figures, "normalized_erasure_stable": stable}


def _whole(partial: Partial) -> str:
    return f"{partial.stable} {partial.unstable}".strip()


def _index(said: Transcribed) -> int:
    return said.utterance.index


def _chrf(pairs: list[tuple[str, str]]) -> float | None:
    from sacrebleu.metrics.chrf import CHRF

    return _corpus_score(CHRF(), pairs)


def _bleu(pairs: list[tuple[str, str]]) -> float | None:
    from sacrebleu.metrics.bleu import BLEU

    return _corpus_score(BLEU(), pairs)


def _corpus_score(metric: Any, pairs: list[tuple[str, str]]) -> float | None:
    if not pairs:
        return None
    translations, references = zip(*pairs, strict=True)
    return round(float(metric.corpus_score(list(translations), [list(references)]).score), 1)
