"""One caption in one target language on its way through the translator."""

from dataclasses import dataclass, field

from edge_interpreter.engines.translation.faithful import FaithfulTranslation
from edge_interpreter.pipeline.events import Fidelity, Lane, Translated
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.sequencer import LaneKey


@dataclass(slots=True, eq=False)
class CaptionInHand:
    """Its sentences in order, what is translated of them, and how many are spoken already.

    `committed` is False while the utterance may still go on: then the passage has it among its
    `prepared`, and what is no longer there is void.
    """

    passage: Passage
    target: str
    text: str
    sentences: list[str]
    source: str
    committed: bool = True
    done: dict[int, FaithfulTranslation] = field(default_factory=dict)
    passed_on: int = 0

    @property
    def lanes(self) -> tuple[LaneKey, LaneKey]:
        """Where its text and its voice go."""
        return (Lane.CAPTION, self.target), (Lane.SPEECH, self.target)

    @property
    def void(self) -> bool:
        """Whether it was begun on a guess that was given up."""
        return not self.committed and self not in self.passage.prepared

    @property
    def complete(self) -> bool:
        """Whether every sentence is translated."""
        return len(self.done) == len(self.sentences)

    @property
    def fidelity(self) -> Fidelity:
        """It is as trustworthy as its worst sentence."""
        statuses = {Fidelity(part.status) for part in self.done.values()}
        worst = (level for level in (Fidelity.UNTRANSLATED, Fidelity.MARKED) if level in statuses)
        return next(worst, Fidelity.OK)

    def translated(self) -> Translated:
        """The whole caption."""
        parts = [self.done[number] for number in range(len(self.sentences))]
        return Translated(
            self.passage.utterance,
            self.target,
            " ".join(part.text for part in parts),
            self.fidelity,
            tuple(number for part in parts for number in part.missing),
        )
