"""Speech in one language: one voice at a time, in order, and never far behind."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_interpreter.rooms.messages import SpeechMode
from edge_interpreter.rooms.parcel import Parcel

MOST_WAITING = 16
_RECOVERED_S = 2.0


@dataclass(frozen=True, slots=True)
class LagRule:
    """Seconds of speech not played yet above which it is hurried, and above which it stops."""

    faster_above_s: float = 4.0
    captions_only_above_s: float = 10.0


@dataclass(slots=True)
class _Turn:
    seconds: float = 0.0
    parcels: list[Parcel] = field(default_factory=list)
    ended: bool = False


class Turns:
    """Lets the utterances of many speakers be heard one after another.

    `deliver` gets each piece in its turn. Pieces leave as soon as their turn has come; how much
    of them is not played yet is reckoned from their length, as if playing began on arrival.
    """

    def __init__(
        self, rule: LagRule, clock: Callable[[], float], deliver: Callable[[Parcel], None]
    ) -> None:
        self._rule = rule
        self._clock = clock
        self._deliver = deliver
        self._turns: OrderedDict[str, _Turn] = OrderedDict()
        self._played_at = 0.0
        self._mode: SpeechMode = "normal"

    def begin(self, utterance: str) -> bool:
        """Queue an utterance; False where so many wait that this one is given up."""
        if len(self._turns) >= MOST_WAITING:
            return False
        self._turns[utterance] = _Turn()
        return True

    def add(self, utterance: str, seconds: float, parcel: Parcel, *, last: bool) -> None:
        """Take a piece of an utterance that has begun; ignored for others."""
        turn = self._turns.get(utterance)
        if turn is None:
            return
        turn.seconds += seconds
        turn.parcels.append(parcel)
        turn.ended = turn.ended or last
        self._advance()

    def end(self, utterance: str) -> None:
        """No more pieces come of this utterance."""
        turn = self._turns.get(utterance)
        if turn:
            turn.ended = True
            self._advance()

    def behind_s(self) -> float:
        """Seconds of speech that are sent and not played, or wait for their turn."""
        waiting = sum(turn.seconds for turn in self._turns.values())
        return max(0.0, self._played_at - self._clock()) + waiting

    def mode(self) -> SpeechMode:
        """How to go on, with hysteresis; asked when an utterance is about to be spoken."""
        behind = self.behind_s()
        rule = self._rule
        if behind > rule.captions_only_above_s:
            self._mode = "captions_only"
        elif self._mode == "captions_only" and behind > min(
            _RECOVERED_S, rule.captions_only_above_s / 2
        ):
            pass
        elif behind > rule.faster_above_s:
            self._mode = "faster"
        elif self._mode != "faster" or behind < rule.faster_above_s / 2:
            self._mode = "normal"
        return self._mode

    def _advance(self) -> None:
        while self._turns:
            utterance, turn = next(iter(self._turns.items()))
            self._played_at = max(self._played_at, self._clock()) + turn.seconds
            turn.seconds = 0.0
            parcels, turn.parcels = turn.parcels, []
            for parcel in parcels:
                self._deliver(parcel)
            if not turn.ended:
                return
            self._turns.pop(utterance, None)
