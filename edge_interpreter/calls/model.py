"""What a call is and every way in which it can change: one pure function, `step`.

A call has two legs. The caller's is offered to us (or dialled by us), the agent's is dialled or
comes by itself. Shells report events, `step` says what state follows and what is to be done.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Role(StrEnum):
    """The two sides of a call."""

    CALLER = "caller"
    AGENT = "agent"

    @property
    def other(self) -> "Role":
        """The side across."""
        return Role.AGENT if self is Role.CALLER else Role.CALLER


class LegState(StrEnum):
    """How far one side is."""

    ABSENT = "absent"
    OFFERED = "offered"
    DIALLING = "dialling"
    CONNECTED = "connected"
    ENDED = "ended"


class CallState(StrEnum):
    """How far the call is."""

    RINGING = "ringing"
    WAITING = "waiting"
    CONNECTING = "connecting"
    ACTIVE = "active"
    ENDED = "ended"


class Cause(StrEnum):
    """Why a call or a leg ended; a leg says `HUNG_UP`, its call says which side did."""

    HUNG_UP = "hung_up"
    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    OPERATOR = "operator"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    NO_AGENT = "no_agent"
    MEDIA_TIMEOUT = "media_timeout"
    LIMIT = "limit"
    OVERLOADED = "overloaded"
    SHUTDOWN = "shutdown"
    FAILED = "failed"


class Announcement(StrEnum):
    """The texts that a side may hear."""

    WAITING = "waiting"
    CONNECTED = "connected"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is meant to happen: who the agent is (None: whoever takes it) and when we answer."""

    agent_uri: str | None = None
    answer_at_once: bool = True
    wait_when_unanswered: bool = True


@dataclass(frozen=True, slots=True)
class CallModel:
    """One call's state; changed by `step` only."""

    plan: Plan = Plan()
    caller: LegState = LegState.ABSENT
    agent: LegState = LegState.ABSENT
    cause: Cause | None = None

    @property
    def state(self) -> CallState:
        """How far the call is, from how far its legs are."""
        if self.cause is not None:
            return CallState.ENDED
        if self.caller is not LegState.CONNECTED:
            return CallState.RINGING
        if self.agent is LegState.CONNECTED:
            return CallState.ACTIVE
        return CallState.CONNECTING if self.agent is LegState.DIALLING else CallState.WAITING

    def leg(self, role: Role) -> LegState:
        """How far one side is."""
        return self.caller if role is Role.CALLER else self.agent

    def with_leg(self, role: Role, state: LegState) -> "CallModel":
        """The same call with one side changed."""
        if role is Role.CALLER:
            return replace(self, caller=state)
        return replace(self, agent=state)


@dataclass(frozen=True, slots=True)
class CallerOffered:
    """Somebody calls us and has not been answered."""


@dataclass(frozen=True, slots=True)
class CallerWanted:
    """We are asked to call somebody."""

    uri: str


@dataclass(frozen=True, slots=True)
class LegUp:
    """A side is connected: media can flow."""

    role: Role


@dataclass(frozen=True, slots=True)
class LegGone:
    """A side ended, or could not be reached."""

    role: Role
    cause: Cause


@dataclass(frozen=True, slots=True)
class EndWanted:
    """Somebody other than the two sides wants the call to end."""

    cause: Cause


CallEvent = CallerOffered | CallerWanted | LegUp | LegGone | EndWanted


@dataclass(frozen=True, slots=True)
class AnswerCaller:
    """Accept the offered call."""


@dataclass(frozen=True, slots=True)
class RejectCaller:
    """Refuse the offered call."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Dial:
    """Call `uri` to be this side."""

    role: Role
    uri: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End this side, ringing or connected."""

    role: Role
    cause: Cause


@dataclass(frozen=True, slots=True)
class Announce:
    """Speak a text to this side."""

    role: Role
    text: Announcement


@dataclass(frozen=True, slots=True)
class OfferToAgents:
    """Show the call among those that any agent may take."""


@dataclass(frozen=True, slots=True)
class Interpret:
    """Both sides are there: join them through the pipeline."""


@dataclass(frozen=True, slots=True)
class Conclude:
    """The call is over: record it and forget it."""

    cause: Cause


Action = (
    AnswerCaller | RejectCaller | Dial | HangUp | Announce | OfferToAgents | Interpret | Conclude
)


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from an event."""

    call: CallModel
    actions: tuple[Action, ...] = field(default=())


_ALIVE = (LegState.OFFERED, LegState.DIALLING, LegState.CONNECTED)
_UNANSWERED = (Cause.BUSY, Cause.NO_ANSWER, Cause.REJECTED, Cause.UNREACHABLE)


def step(call: CallModel, event: CallEvent) -> Step:
    """The state after `event`, and what to do; events that do not apply any more change nothing."""
    if call.cause is not None:
        return _after_the_end(call, event)
    match event:
        case CallerOffered() if call.caller is LegState.ABSENT:
            return _offered(call.with_leg(Role.CALLER, LegState.OFFERED))
        case CallerWanted(uri) if call.caller is LegState.ABSENT:
            return Step(call.with_leg(Role.CALLER, LegState.DIALLING), (Dial(Role.CALLER, uri),))
        case LegUp(role) if call.leg(role) is not LegState.ENDED:
            return _up(call, role)
        case LegGone(role, cause) if call.leg(role) in _ALIVE:
            return _gone(call, role, cause)
        case EndWanted(cause):
            return _end(call, cause)
    return Step(call)


def _offered(call: CallModel) -> Step:
    uri = call.plan.agent_uri
    if call.plan.answer_at_once or uri is None:
        return Step(call, (AnswerCaller(),))
    return Step(call.with_leg(Role.AGENT, LegState.DIALLING), (Dial(Role.AGENT, uri),))


def _up(call: CallModel, role: Role) -> Step:
    if call.leg(role) is LegState.CONNECTED:
        return Step(call)
    call = call.with_leg(role, LegState.CONNECTED)
    if call.state is CallState.ACTIVE:
        return Step(
            call,
            (
                Interpret(),
                Announce(Role.CALLER, Announcement.CONNECTED),
                Announce(Role.AGENT, Announcement.CONNECTED),
            ),
        )
    if role is Role.AGENT:
        return Step(call, (AnswerCaller(),) if call.caller is LegState.OFFERED else ())
    return _find_agent(call)


def _find_agent(call: CallModel) -> Step:
    announce = Announce(Role.CALLER, Announcement.WAITING)
    uri = call.plan.agent_uri
    if uri is None:
        return Step(call, (announce, OfferToAgents()))
    if call.agent is LegState.ABSENT:
        call = call.with_leg(Role.AGENT, LegState.DIALLING)
        return Step(call, (announce, Dial(Role.AGENT, uri)))
    return Step(call)


def _gone(call: CallModel, role: Role, cause: Cause) -> Step:
    dialled = call.leg(role) is LegState.DIALLING
    call = call.with_leg(role, LegState.ENDED)
    waits = call.caller is LegState.CONNECTED and call.plan.wait_when_unanswered
    if role is Role.AGENT and dialled and waits and cause in _UNANSWERED:
        return Step(call.with_leg(Role.AGENT, LegState.ABSENT), (OfferToAgents(),))
    return _end(call, cause)


def _end(call: CallModel, cause: Cause) -> Step:
    actions: list[Action] = []
    for role in Role:
        if call.leg(role) not in _ALIVE:
            continue
        if call.leg(role) is LegState.OFFERED:
            actions.append(RejectCaller(cause))
        else:
            actions.append(HangUp(role, cause))
        call = call.with_leg(role, LegState.ENDED)
    return Step(replace(call, cause=cause), (*actions, Conclude(cause)))


def _after_the_end(call: CallModel, event: CallEvent) -> Step:
    """A leg that comes up when its call is over is hung up."""
    if isinstance(event, LegUp) and call.leg(event.role) is LegState.ABSENT:
        over = call.cause or Cause.FAILED
        return Step(call.with_leg(event.role, LegState.ENDED), (HangUp(event.role, over),))
    return Step(call)
