"""Who in a room gets what, sorted once for many events."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.rooms.history import ORIGINAL
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.wishes import NONE


class Audience:
    """An index of a room's participants, made anew after every change among them."""

    def __init__(self, participants: Iterable[Participant]) -> None:
        self.captions: dict[str, list[Participant]] = defaultdict(list)
        self.speech: dict[str, list[Participant]] = defaultdict(list)
        self.with_captions: list[Participant] = []
        self.with_partials: list[Participant] = []
        self.with_timings: list[Participant] = []
        self.operators: list[Participant] = []
        self._caption_demand: Counter[str] = Counter()
        for participant in participants:
            self._count(participant)
            if participant.present:
                self._sort(participant)

    @property
    def caption_demand(self) -> dict[str, int]:
        """How many want each language, those away included."""
        return dict(self._caption_demand)

    @property
    def speech_demand(self) -> dict[str, int]:
        """How many want to hear each language."""
        return {tag: len(listeners) for tag, listeners in self.speech.items()}

    @property
    def anyone(self) -> bool:
        """Whether anything that is said is wanted by somebody."""
        return bool(self._caption_demand or self.captions or self.speech)

    def demand(
        self, speaker: Participant, silent: Collection[str], hurried: frozenset[str]
    ) -> Demand:
        """What is wanted of `speaker`; `silent` languages are not spoken for now."""
        return Demand(
            captions=frozenset(self._caption_demand),
            speech=frozenset(
                tag
                for tag, listeners in self.speech.items()
                if tag not in silent and any(hears(each, speaker) for each in listeners)
            ),
            partials=any(_follows(each, speaker) for each in self.with_partials),
            partial_captions=frozenset(
                each.wishes.target
                for each in self.with_partials
                if each is not speaker
                and each.wishes.target
                and each.wishes.target != speaker.wishes.spoken_language
            ),
            hurried=hurried,
        )

    def partials_in(self, language: str, speaker: Participant) -> Iterable[Participant]:
        """Those who are shown partials in the language spoken."""
        return (
            each
            for each in self.with_partials
            if each is speaker
            or each.wishes.with_original
            or each.wishes.wants in (language, ORIGINAL)
        )

    def partial_translations_in(self, language: str, speaker: Participant) -> Iterable[Participant]:
        """Those who are shown partials translated into `language`."""
        return (
            each
            for each in self.with_partials
            if each is not speaker and each.wishes.wants == language
        )

    def _count(self, participant: Participant) -> None:
        wishes = participant.wishes
        if wishes.captions and wishes.target:
            self._caption_demand[wishes.target] += 1

    def _sort(self, participant: Participant) -> None:
        wishes = participant.wishes
        if participant.role == "operate":
            self.operators.append(participant)
        if wishes.timings:
            self.with_timings.append(participant)
        if wishes.audio and wishes.target:
            self.speech[wishes.target].append(participant)
        if wishes.wants == NONE or not wishes.captions:
            return
        self.captions[wishes.wants].append(participant)
        self.with_captions.append(participant)
        if wishes.partials:
            self.with_partials.append(participant)


def hears(listener: Participant, speaker: Participant) -> bool:
    """Whether speech of `speaker` is for `listener`: one's own only on wish."""
    return listener is not speaker or listener.wishes.hear_self


def _follows(listener: Participant, speaker: Participant) -> bool:
    wishes, spoken = listener.wishes, speaker.wishes.spoken_language
    return (
        listener is speaker
        or wishes.with_original
        or wishes.wants == ORIGINAL
        or spoken in (None, wishes.wants)
    )
