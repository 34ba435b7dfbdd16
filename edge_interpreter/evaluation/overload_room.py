"""A room of one speaker and one listener of another language, who notes what they are told."""

from collections import Counter
from collections.abc import Callable
from typing import Literal

from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event
from edge_interpreter.rooms.audience import Audience
from edge_interpreter.rooms.history import History
from edge_interpreter.rooms.messages import (
    Caption,
    Partial,
    RoomMessage,
    Skipped,
    Speech,
    SpeechBegan,
)
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.relay import MERGED, Relay
from edge_interpreter.rooms.turns import LagRule
from edge_interpreter.rooms.voices import Voices
from edge_interpreter.rooms.wishes import Wishes


class OverloadRoom:
    """`demand` and `take` are what a stream of the pipeline is opened with."""

    def __init__(self, name: str, source: str, target: str, clock: Callable[[], float]) -> None:
        self.name = name
        self._speaker = Participant(name, "speak", Wishes(speaks=source), 0)
        self._listener = Participant(
            f"listener of {name}", "listen", Wishes(wants=target, audio=True), 0
        )
        audience = Audience((self._speaker, self._listener))
        self._audience = audience
        self._voices = Voices(LagRule(), lambda: audience, clock, frozenset({target}))
        self._relay = Relay(
            History(0),
            self._voices,
            lambda: audience,
            clock,
            own_language_audio=False,
            played=lambda *_: None,
        )
        self._begun: set[str] = set()
        self._answered: set[str] = set()
        self._captioned: set[str] = set()
        self._voiced: set[str] = set()
        self.partials = 0
        self.merged = 0
        self.marks: Counter[Literal["source", "caption", "speech"]] = Counter()

    def demand(self) -> Demand:
        """What the listener wants of the speaker."""
        return self._audience.demand(self._speaker, self._voices.silent(), self._voices.hurried())

    def take(self, event: Event) -> None:
        """Tell the listener, who reads everything at once."""
        self._relay.handle(self._speaker, 0, event)
        self._voices.tick()
        while (parcel := self._listener.outbox.take_nowait()) is not None:
            self._note(parcel.message)

    @property
    def unexplained(self) -> int:
        """Utterances with neither caption nor mark, and captions with neither voice nor mark."""
        return len(self._begun - self._answered) + len(self._captioned - self._voiced)

    def _note(self, message: RoomMessage | None) -> None:
        match message:
            case SpeechBegan():
                self._begun.add(message.utterance)
            case Partial():
                self.partials += 1
            case Caption():
                self._answered.add(message.utterance)
                self._captioned.add(message.utterance)
            case Speech(kind="translation", last=True):
                self._voiced.add(message.utterance)
            case Skipped(lane="source", reason=reason) if reason == MERGED:
                self._answered.add(message.utterance)
                self.merged += 1
            case Skipped():
                self.marks[message.lane] += 1
                (self._voiced if message.lane == "speech" else self._answered).add(
                    message.utterance
                )
