"""Scores of the captions that speakers of one language gave listeners of another."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.evaluation.caption_timing import CaptionTiming
from edge_interpreter.evaluation.digits import NumberCounts, count_numbers
from edge_interpreter.evaluation.interpreting import Interpreted
from edge_interpreter.evaluation.language_scores import share
from edge_interpreter.evaluation.omission import TwoWayModel, omissions
from edge_interpreter.pipeline.events import Fidelity, Transcribed

_NOT_TRANSLATED = frozenset({Fidelity.UNTRANSLATED, Fidelity.SAME})
_MOST_EXAMPLES = 5


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
    times: CaptionTiming = field(init=False)

    def __post_init__(self) -> None:
        self.times = CaptionTiming(self.target)

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
            self.times.add(done, reference or "")

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
            **self.times.figures(),
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
