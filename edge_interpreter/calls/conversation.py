"""Two sides joined by the pipeline: each is recognised alone and heard by the other translated."""

from collections.abc import Callable

from edge_interpreter.calls.model import Role
from edge_interpreter.calls.routing import LegLanguage
from edge_interpreter.calls.side import Side
from edge_interpreter.languages import same_language
from edge_interpreter.pipeline.demand import NOTHING, Demand
from edge_interpreter.pipeline.events import (
    Event,
    Finished,
    Lane,
    Skipped,
    SoundLost,
    Spoken,
    Transcribed,
    Translated,
)
from edge_interpreter.pipeline.pipeline import Overloaded, Pipeline


class Conversation:
    """The sides of one call, from the first leg that is up to the last that goes."""

    def __init__(
        self,
        name: str,
        pipeline: Pipeline,
        on_event: Callable[[Role, Event], None],
        is_watched: Callable[[], bool],
    ) -> None:
        self._name = name
        self._pipeline = pipeline
        self.on_event = on_event
        self._is_watched = is_watched
        self.sides: dict[Role, Side] = {}
        self.utterances = 0

    def join(self, side: Side) -> None:
        """A side is up; until the other is, it hears announcements only."""
        self.sides[side.role] = side

    def leave(self, role: Role) -> None:
        """A side is gone; what it said last is not translated any more."""
        side = self.sides.pop(role, None)
        if side is not None and side.stream is not None:
            side.stream.abort()

    def interpret(self) -> None:
        """Both sides are there: open their streams. Raises Overloaded, with neither open."""
        caller, agent = self.sides[Role.CALLER], self.sides[Role.AGENT]
        caller.across, agent.across = agent, caller
        try:
            for side in (caller, agent):
                side.attach(
                    self._pipeline.open(
                        f"{self._name}/{side.role}",
                        side.settings,
                        lambda side=side: self._demand(side),  # type: ignore[misc]
                        lambda event, side=side: self._take(side, event),  # type: ignore[misc]
                    )
                )
        except Overloaded:
            self.leave(Role.CALLER)
            self.leave(Role.AGENT)
            raise
        self._agree_on_interpreting()

    def tick(self) -> None:
        """Move 20 ms both ways."""
        heard = {role: side.listen() for role, side in self.sides.items()}
        for role, side in self.sides.items():
            side.speak(heard.get(role.other))

    def digit(self, role: Role, digit: str) -> None:
        """A key pressed on one side goes to the other."""
        across = self.sides.get(role.other)
        if across is not None:
            across.leg.send_digit(digit)

    def say(self, role: Role, text: str) -> None:
        """Speak a text, written in the language of `role`, to the other side in its own."""
        side = self.sides.get(role)
        if side is not None and side.stream is not None:
            side.stream.say(text, side.language)

    def set_language(self, role: Role, known: LegLanguage) -> None:
        """Override the language of a side."""
        side = self.sides.get(role)
        if side is not None:
            side.speak_as(known)
            self._agree_on_interpreting()

    def _demand(self, side: Side) -> Demand:
        across = self.sides.get(side.role.other)
        if across is None:
            return NOTHING
        wanted = frozenset({across.language})
        return Demand(captions=wanted, speech=wanted, partials=self._is_watched())

    def _take(self, side: Side, event: Event) -> None:
        across = self.sides.get(side.role.other)
        match event:
            case Transcribed():
                self.utterances += 1
                self._agree_on_interpreting()
            case Translated() if across is not None:
                across.take_caption(event)
            case Spoken() if across is not None:
                across.take_speech(event)
            case Skipped() | SoundLost() if across is not None:
                _miss(across, event)
            case Finished() if across is not None:
                across.no_more_speech(event.utterance.index)
        self.on_event(side.role, event)

    def _agree_on_interpreting(self) -> None:
        """The other's own voice is lowered only while the two languages differ."""
        if len(self.sides) == 2:
            caller, agent = self.sides[Role.CALLER], self.sides[Role.AGENT]
            differ = not same_language(caller.language, agent.language)
            caller.mixer.interpreted = agent.mixer.interpreted = differ


def _miss(listener: Side, event: Skipped | SoundLost) -> None:
    """Have a cue heard where a side has missed something."""
    if isinstance(event, Skipped) and event.lane is Lane.SPEECH:
        listener.no_more_speech(event.utterance.index)
    owed = event.owes_cue if isinstance(event, Skipped) else True
    if owed and listener.mixer.interpreted:
        listener.mixer.mark_gap()
