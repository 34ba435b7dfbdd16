"""The call's state machine: the usual courses, and any order of events at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Plan,
    RejectCaller,
    Role,
    step,
)

AGENT = "sip:200@pbx"
TO_AGENT = Plan(AGENT)
WITH_AGENT = Plan(AGENT, answer_at_once=False)
TO_QUEUE = Plan()


def course(plan: Plan, *events: CallEvent) -> tuple[CallModel, list[Action]]:
    call = CallModel(plan)
    actions: list[Action] = []
    for event in events:
        result = step(call, event)
        call = result.call
        actions += result.actions
    return call, actions


def test_a_call_to_an_agent_by_address() -> None:
    call, actions = course(
        TO_AGENT, CallerOffered(), LegUp(Role.CALLER), LegUp(Role.AGENT),
        LegGone(Role.CALLER, Cause.CALLER_HUNG_UP),
    )  # fmt: skip
    assert actions == [
        AnswerCaller(),
        Announce(Role.CALLER, Announcement.WAITING),
        Dial(Role.AGENT, AGENT),
        Interpret(),
        Announce(Role.CALLER, Announcement.CONNECTED),
        Announce(Role.AGENT, Announcement.CONNECTED),
        HangUp(Role.AGENT, Cause.CALLER_HUNG_UP),
        Conclude(Cause.CALLER_HUNG_UP),
    ]
    assert call.state is CallState.ENDED


def test_answered_only_with_the_agent() -> None:
    call, actions = course(WITH_AGENT, CallerOffered(), LegUp(Role.AGENT), LegUp(Role.CALLER))
    assert actions[:2] == [Dial(Role.AGENT, AGENT), AnswerCaller()]
    assert call.state is CallState.ACTIVE


def test_a_busy_agent_refuses_the_caller_who_was_not_answered() -> None:
    _, actions = course(WITH_AGENT, CallerOffered(), LegGone(Role.AGENT, Cause.BUSY))
    assert actions[1:] == [RejectCaller(Cause.BUSY), Conclude(Cause.BUSY)]


def test_an_agent_who_does_not_answer_sends_the_caller_to_the_queue() -> None:
    call, actions = course(
        TO_AGENT, CallerOffered(), LegUp(Role.CALLER), LegGone(Role.AGENT, Cause.NO_ANSWER)
    )
    assert actions[-1] == OfferToAgents()
    assert call.state is CallState.WAITING


def test_the_queue_and_any_agent() -> None:
    call, actions = course(TO_QUEUE, CallerOffered(), LegUp(Role.CALLER))
    assert call.state is CallState.WAITING
    assert actions[-1] == OfferToAgents()
    assert step(call, LegUp(Role.AGENT)).call.state is CallState.ACTIVE


def test_the_caller_gives_up_while_the_agent_rings() -> None:
    _, actions = course(
        TO_AGENT, CallerOffered(), LegUp(Role.CALLER), LegGone(Role.CALLER, Cause.CALLER_HUNG_UP)
    )
    assert HangUp(Role.AGENT, Cause.CALLER_HUNG_UP) in actions


@pytest.mark.parametrize("role", list(Role))
def test_whichever_side_dies_the_other_is_hung_up(role: Role) -> None:
    call, _ = course(TO_AGENT, CallerOffered(), LegUp(Role.CALLER), LegUp(Role.AGENT))
    result = step(call, LegGone(role, Cause.MEDIA_TIMEOUT))
    assert result.actions == (
        HangUp(role.other, Cause.MEDIA_TIMEOUT),
        Conclude(Cause.MEDIA_TIMEOUT),
    )


def test_an_agent_who_comes_too_late_is_hung_up() -> None:
    call, _ = course(TO_QUEUE, CallerOffered(), EndWanted(Cause.NO_AGENT))
    assert step(call, LegUp(Role.AGENT)).actions == (HangUp(Role.AGENT, Cause.NO_AGENT),)


events = st.one_of(
    st.just(CallerOffered()),
    st.just(CallerWanted("sip:1@x")),
    st.builds(LegUp, st.sampled_from(Role)),
    st.builds(LegGone, st.sampled_from(Role), st.sampled_from(Cause)),
    st.builds(EndWanted, st.sampled_from(Cause)),
)


@given(st.sampled_from([TO_AGENT, WITH_AGENT, TO_QUEUE]), st.lists(events, max_size=12))
def test_any_order_of_events_leaves_nothing_behind(plan: Plan, happened: list[CallEvent]) -> None:
    call, actions = course(plan, *happened, EndWanted(Cause.SHUTDOWN))
    assert call.state is CallState.ENDED
    assert sum(isinstance(action, Conclude) for action in actions) == 1
    alive = {LegState.OFFERED, LegState.DIALLING, LegState.CONNECTED}
    assert not {call.caller, call.agent} & alive
    for role in Role:
        ends = [a for a in actions if isinstance(a, HangUp) and a.role is role]
        assert len(ends) <= 1


@given(st.lists(events, max_size=12))
def test_dialled_sides_are_always_hung_up_or_gone(happened: list[CallEvent]) -> None:
    _, actions = course(TO_AGENT, *happened, EndWanted(Cause.SHUTDOWN))
    for role in Role:
        dialled = sum(isinstance(a, Dial) and a.role is role for a in actions)
        told = sum(isinstance(e, LegGone) and e.role is role for e in happened)
        hung_up = sum(isinstance(a, HangUp) and a.role is role for a in actions)
        assert dialled <= told + hung_up
