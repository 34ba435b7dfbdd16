"""REST over calls: list, look, end, change, make."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from edge_interpreter.calls.call import Call, percentile
from edge_interpreter.calls.model import Cause, Role
from edge_interpreter.calls.routing import AUTOMATIC, LegLanguage
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.config.calls import CallRoute
from edge_interpreter.database.protocol import DatabaseAwayError
from edge_interpreter.languages import UnknownLanguageError, normalise
from edge_interpreter.rooms.refusal import Refusal

Tag = Annotated[str, Field(max_length=35)]


class Dial(BaseModel):
    """A call to make: `to` is a SIP URI; `agent` "waiting" or a SIP URI."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(pattern=r"^sips?:[^\s<>]{1,200}$")]
    agent: Annotated[str, Field(pattern=r"^(waiting|sips?:[^\s<>]{1,200})$")] = "waiting"
    language: Tag = AUTOMATIC
    agent_language: Tag = "en"


class Change(BaseModel):
    """What to change of one side of a call; what is None stays."""

    model_config = ConfigDict(extra="forbid")

    side: Literal["caller", "agent"]
    language: Tag | None = None
    muted: bool | None = None


class CallsRest:
    """The handlers; `routes` mounts them under `/calls`."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board

    def routes(self) -> APIRouter:
        """A router with every handler."""
        routes = APIRouter(prefix="/calls", tags=["calls"])
        add = routes.add_api_route
        add("", self.list_calls, methods=["GET"], summary="Running and past calls")
        add("", self.make_call, methods=["POST"], summary="Make a call", status_code=202)
        add("/{call_id}", self.one_call, methods=["GET"], summary="One call, running or past")
        add("/{call_id}/end", self.end_call, methods=["POST"], summary="End a call")
        add("/{call_id}/side", self.change_side, methods=["POST"], summary="Change one side")
        return routes

    async def list_calls(self, limit: Annotated[int, Query(ge=0, le=1000)] = 50) -> dict[str, Any]:
        """Running calls in full, past ones as recorded, the latest first; null: not known now."""
        board = self._board
        return {
            "active": [describe(call) for call in board.calls.values()],
            "waiting": [call.id for call in board.waiting],
            "past": await self._past(limit),
            "limit": board.admission.limit,
            "refused": board.refused,
        }

    async def _past(self, limit: int) -> list[dict[str, Any]] | None:
        records = self._board.records
        try:
            past = await records.latest(limit) if records and limit else []
        except DatabaseAwayError:
            # Running calls are shown all the same.
            return None
        return [asdict(record) for record in past]

    async def one_call(self, call_id: str) -> dict[str, Any]:
        """One call; 404 when there never was such a call, or its record is forgotten."""
        call = self._board.calls.get(call_id)
        if call is not None:
            return describe(call)
        record = await self._board.records.find(call_id) if self._board.records else None
        if record is None:
            raise Refusal("no_such_call", "there is no such call")
        return {"state": "ended", **asdict(record)}

    async def end_call(self, call_id: str) -> dict[str, Any]:
        """End a running call; 404 when it is not running."""
        call = self._running(call_id)
        call.end(Cause.OPERATOR)
        return describe(call)

    async def change_side(self, call_id: str, change: Change) -> dict[str, Any]:
        """Mute or unmute a side, or override its language."""
        call, role = self._running(call_id), Role(change.side)
        if change.language is not None:
            call.set_language(role, requested_language(change.language, call.language_of(role)))
        side = call.conversation.sides.get(role)
        if change.muted is not None and side is not None:
            side.muted = change.muted
        return describe(call)

    async def make_call(self, dial: Dial) -> dict[str, Any]:
        """Call somebody; 409 without a SIP endpoint, 503 when no more calls are taken."""
        if dial.to.partition(":")[0] not in self._board.diallers:
            raise Refusal(
                "no_sip_endpoint", "no SIP endpoint runs here: set [calls.sip] enabled = true"
            )
        caller = requested_language(dial.language, "en")
        agent = requested_language(dial.agent_language, "en")
        route = CallRoute(
            agent=dial.agent,
            caller_language=caller.fixed or AUTOMATIC,
            caller_hint=caller.hint,
            agent_language=agent.fixed or AUTOMATIC,
        )
        call = self._board.dial_out(dial.to, route)
        if call is None:
            seconds = self._board.config.retry_after_s
            raise Refusal("overloaded", "no more calls are taken now", seconds)
        return describe(call)

    def _running(self, call_id: str) -> Call:
        call = self._board.calls.get(call_id)
        if call is None:
            raise Refusal("no_such_call", "there is no such call")
        return call


def describe(call: Call) -> dict[str, Any]:
    """A call as REST and the agent's page show it; nothing of what is said."""
    caller = call.parties.get(Role.CALLER)
    return {
        "id": call.id,
        "state": call.state,
        "cause": call.model.cause,
        "dialled": caller.dialled if caller else "",
        "started": call.started.isoformat(timespec="milliseconds"),
        "answered": call.answered.isoformat(timespec="milliseconds") if call.answered else None,
        "utterances": call.conversation.utterances,
        "first_audio_ms": {
            "p50": percentile(call.first_audio_ms, 0.50),
            "p95": percentile(call.first_audio_ms, 0.95),
        },
        "sides": {role.value: _describe_side(call, role) for role in Role},
    }


def requested_language(tag: str, hint: str) -> LegLanguage:
    """The language of a request, "auto" to have it heard. Raises Refusal."""
    if tag == AUTOMATIC:
        return LegLanguage(None, hint)
    try:
        known = normalise(tag)
    except UnknownLanguageError as error:
        raise Refusal("unknown_language", str(error)) from None
    return LegLanguage(known, known)


def _describe_side(call: Call, role: Role) -> dict[str, Any]:
    party, side = call.parties.get(role), call.conversation.sides.get(role)
    return {
        "state": call.model.leg(role),
        "transport": party.transport if party else None,
        "number": party.number if party else None,
        "language": call.language_of(role),
        "muted": side.muted if side else False,
        "held": side.held if side else False,
        "captions_only": side.captions_only if side else 0,
        "media": asdict(side.leg.counters) if side else None,
    }
