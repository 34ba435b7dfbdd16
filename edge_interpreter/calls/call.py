"""One call: carries out what the model says, and keeps the counts of its record."""

import logging
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol

from edge_interpreter.audio.echo import EchoCanceller
from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.call_table import CallRecord
from edge_interpreter.calls.conversation import Conversation
from edge_interpreter.calls.leg import LegCounters, MediaLeg, Party
from edge_interpreter.calls.minutes import Keep, Minutes
from edge_interpreter.calls.model import (
    Action,
    Announce,
    Announcement,
    AnswerCaller,
    CallerOffered,
    CallerWanted,
    CallEvent,
    CallModel,
    CallState,
    Cause,
    Conclude,
    Dial,
    EndWanted,
    HangUp,
    Interpret,
    LegGone,
    LegState,
    LegUp,
    OfferToAgents,
    RejectCaller,
    Role,
    step,
)
from edge_interpreter.calls.routing import (
    LegLanguage,
    agent_language,
    caller_language,
    plan_for,
)
from edge_interpreter.calls.side import Side
from edge_interpreter.config.calls import CallRoute, Calls
from edge_interpreter.pipeline.events import Event
from edge_interpreter.pipeline.pipeline import Overloaded, Pipeline
from edge_interpreter.text.glossary import Glossary

log = logging.getLogger(__name__)


class Surroundings(Protocol):
    """What a call needs of the switchboard it is on."""

    config: Calls
    pipeline: Pipeline
    keep: Keep | None

    def dial(self, uri: str) -> MediaLeg:
        """A leg that calls `uri`; LookupError when nothing can."""
        ...

    def new_echo_canceller(self) -> EchoCanceller:
        """For one side."""
        ...

    def translated(self, delay_ms: int) -> None:
        """A translation was ready to be heard so long after the end of what was said."""
        ...

    def call_waits(self, call: "Call") -> None:
        """Any agent may take it."""
        ...

    def call_over(self, call: "Call") -> None:
        """It is to be recorded and forgotten."""
        ...

    async def announcement(self, text: Announcement, language: str) -> Samples | None:
        """The spoken text at 16 kHz, None where there is none in that language."""
        ...

    def terms(self, route: CallRoute) -> Glossary:
        """The glossary of calls on a route, as it is now."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlasts the event that caused it."""
        ...


class Call:
    """A call from its first sign to its record. Event loop only."""

    def __init__(self, call_id: str, route: CallRoute, around: Surroundings) -> None:
        self.id = call_id
        self.route = route
        self.model = CallModel(plan_for(route))
        self.started = datetime.now(UTC)
        self.answered: datetime | None = None
        self.began = time.monotonic()
        self.state_since = self.began
        self.parties: dict[Role, Party] = {}
        self.languages: dict[Role, LegLanguage] = {}
        self.first_audio_ms: list[int] = []
        self.watchers: list[Callable[[Role, Event], None]] = []
        self.conversation = Conversation(
            f"call/{call_id}", around.pipeline, self._on_event, lambda: bool(self.watchers)
        )
        self._around = around
        keep = around.keep
        self._minutes = Minutes(call_id, keep, self._number) if keep is not None else None
        self._legs: dict[Role, MediaLeg] = {}

    @property
    def state(self) -> CallState:
        """How far the call is."""
        return self.model.state

    def offered(self, leg: MediaLeg) -> None:
        """Somebody calls."""
        self._adopt(Role.CALLER, leg, caller_language(self.route, leg.party.headers))
        self.dispatch(CallerOffered())

    def wanted(self, uri: str) -> None:
        """We are to call somebody."""
        self.languages[Role.CALLER] = caller_language(self.route, {})
        self.dispatch(CallerWanted(uri))

    def taken(self, leg: MediaLeg) -> None:
        """An agent takes the waiting call."""
        self._adopt(Role.AGENT, leg, agent_language(self.route))
        leg.answer()

    def end(self, cause: Cause) -> None:
        """End the call from outside."""
        self.dispatch(EndWanted(cause))

    def tick(self) -> None:
        """Move 20 ms of sound."""
        self.conversation.tick()

    def overdue(self) -> Cause | None:
        """Why the call has rung or waited too long, or None."""
        lasted = time.monotonic() - self.state_since
        if self.state is CallState.WAITING and lasted > self._around.config.wait_s:
            return Cause.NO_AGENT
        rings = self.state in (CallState.RINGING, CallState.CONNECTING)
        return Cause.NO_ANSWER if rings and lasted > self._around.config.sip.ring_s else None

    def dispatch(self, event: CallEvent) -> None:
        """Let the model decide what `event` means, and do it."""
        before = self.state
        result = step(self.model, event)
        self.model = result.call
        if self.state is not before:
            self.state_since = time.monotonic()
        for action in result.actions:
            self._perform(action)

    def record(self) -> CallRecord:
        """The call as it will be remembered; to be made when it is over."""
        caller, agent = (self.parties.get(role) for role in Role)
        counters = self.counters()
        return CallRecord(
            id=self.id,
            transport=caller.transport if caller else "",
            caller_number=caller.number if caller else "",
            dialled=caller.dialled if caller else "",
            agent=(agent.number or agent.transport) if agent else "",
            started=self.started.isoformat(timespec="milliseconds"),
            answered=self.answered.isoformat(timespec="milliseconds") if self.answered else None,
            ended=datetime.now(UTC).isoformat(timespec="milliseconds"),
            caller_language=self.language_of(Role.CALLER),
            agent_language=self.language_of(Role.AGENT),
            utterances=self.conversation.utterances,
            first_audio_p50_ms=percentile(self.first_audio_ms, 0.50),
            first_audio_p95_ms=percentile(self.first_audio_ms, 0.95),
            cause=self.model.cause or "",
            concealed_frames=sum(counter.concealed for counter in counters),
            ignored_packets=sum(counter.ignored_packets for counter in counters),
        )

    def counters(self) -> list[LegCounters]:
        """What the media of its sides went through."""
        return [leg.counters for leg in self._legs.values()]

    def language_of(self, role: Role) -> str:
        """The language that a side speaks, as far as is known."""
        side = self.conversation.sides.get(role)
        if side is not None:
            return side.language
        known = self.languages.get(role)
        return known.hint if known else ""

    def set_language(self, role: Role, known: LegLanguage) -> None:
        """Override the language of a side."""
        self.languages[role] = known
        self.conversation.set_language(role, known)

    def refresh_terms(self) -> None:
        """Use the terms of the route's glossary as they are now."""
        for side in self.conversation.sides.values():
            side.refresh()

    def _adopt(self, role: Role, leg: MediaLeg, language: LegLanguage) -> None:
        self._legs[role] = leg
        self.parties[role] = leg.party
        self.languages.setdefault(role, language)
        leg.start(_Ear(self, role))

    def _perform(self, action: Action) -> None:
        match action:
            case AnswerCaller():
                self._legs[Role.CALLER].answer()
            case RejectCaller(cause):
                self._legs[Role.CALLER].reject(cause, self._around.config.retry_after_s)
            case Dial(role, uri):
                self._dial(role, uri)
            case HangUp(role):
                self._hang_up(role)
            case Announce(role, text):
                self._around.spawn(self._announce(role, text))
            case OfferToAgents():
                self._around.call_waits(self)
            case Interpret():
                self._interpret()
            case Conclude():
                self._around.call_over(self)

    def _dial(self, role: Role, uri: str) -> None:
        language = agent_language(self.route) if role is Role.AGENT else self.languages[role]
        try:
            leg = self._around.dial(uri)
        except LookupError:
            log.warning("call %s: nothing can dial the %s", self.id, role)
            self.dispatch(LegGone(role, Cause.UNREACHABLE))
            return
        self._adopt(role, leg, language)

    def _hang_up(self, role: Role) -> None:
        self.conversation.leave(role)
        leg = self._legs.get(role)
        if leg is not None:
            leg.hang_up()

    def _interpret(self) -> None:
        try:
            self.conversation.interpret()
        except Overloaded:
            self.dispatch(EndWanted(Cause.OVERLOADED))
            return
        if self._minutes is not None:
            for role in Role:
                self._around.spawn(self._announce(role, Announcement.KEPT))

    async def _announce(self, role: Role, text: Announcement) -> None:
        samples = await self._around.announcement(text, self.language_of(role))
        side = self.conversation.sides.get(role)
        if samples is not None and side is not None:
            side.mixer.announce(samples)
            if text is Announcement.KEPT and self._minutes is not None:
                self._minutes.told(role)

    def leg_up(self, role: Role) -> None:
        """A side is connected."""
        if self.model.leg(role) in (LegState.CONNECTED, LegState.ENDED):
            return
        if role is Role.CALLER and self.answered is None:
            self.answered = datetime.now(UTC)
        side = Side(
            role,
            self._legs[role],
            self.languages[role],
            lambda: self._around.terms(self.route),
            self._around.config.audio,
            self._around.new_echo_canceller(),
            self.first_audio_ms.append,
            self._around.translated,
        )
        self.conversation.join(side)
        self.dispatch(LegUp(role))

    def leg_ended(self, role: Role, cause: Cause) -> None:
        """A side is gone by itself."""
        if cause is Cause.HUNG_UP:
            caller = role is Role.CALLER
            cause = Cause.CALLER_HUNG_UP if caller else Cause.AGENT_HUNG_UP
        self.conversation.leave(role)
        self.dispatch(LegGone(role, cause))

    def _number(self, role: Role) -> str:
        party = self.parties.get(role)
        return party.number if party else ""

    def _on_event(self, role: Role, event: Event) -> None:
        if self._minutes is not None:
            self._minutes.take(role, event)
        for watcher in tuple(self.watchers):
            watcher(role, event)


class _Ear:
    """What a leg tells about itself reaches its call with the role it has there."""

    def __init__(self, call: Call, role: Role) -> None:
        self._call = call
        self._role = role

    def leg_up(self) -> None:
        self._call.leg_up(self._role)

    def leg_digit(self, digit: str) -> None:
        self._call.conversation.digit(self._role, digit)

    def leg_held(self, held: bool) -> None:
        side = self._call.conversation.sides.get(self._role)
        if side is not None:
            side.held = held

    def leg_ended(self, cause: Cause) -> None:
        self._call.leg_ended(self._role, cause)


def percentile(values: list[int], share: float) -> int | None:
    """The smallest value that `share` of the values do not exceed; None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
