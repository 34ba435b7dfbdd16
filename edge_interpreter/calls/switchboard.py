"""All calls of the box: takes offers, finds agents, keeps the clock, ends what lasts too long."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from edge_interpreter.audio.echo import EchoCanceller, NoEcho, WebRtcEcho
from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.admission import Admission
from edge_interpreter.calls.announcer import Announcer
from edge_interpreter.calls.call import Call
from edge_interpreter.calls.leg import MediaLeg
from edge_interpreter.calls.minutes import Keep
from edge_interpreter.calls.model import Announcement, Cause, Role
from edge_interpreter.calls.output import SILENCE
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.calls.route_glossaries import RouteGlossaries
from edge_interpreter.calls.routing import choose_route
from edge_interpreter.calls.ticker import Ticker
from edge_interpreter.calls.totals import CallTotals, MediaTotals
from edge_interpreter.config.calls import CallRoute, Calls
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.text.glossary import Glossary

log = logging.getLogger(__name__)

PLAYED_OUT_S = 0.2
"""How long the last sound may be on its way to a telephone."""

Dialler = Callable[[str], MediaLeg]
"""Makes a leg that calls a URI."""


class Switchboard:
    """Where calls come in, wait, are joined and end. Event loop only."""

    def __init__(
        self,
        config: Calls,
        pipeline: Pipeline,
        announcer: Announcer,
        records: CallRecords | None = None,
        keep: Keep | None = None,
    ) -> None:
        self.config = config
        self.pipeline = pipeline
        self.records = records
        self.keep = keep
        self.glossaries = RouteGlossaries(config.routes)
        self.ticker = Ticker()
        self.admission = Admission(config, pipeline)
        self.calls: dict[str, Call] = {}
        self.waiting: list[Call] = []
        self.diallers: dict[str, Dialler] = {}
        self.refused = 0
        self.totals = CallTotals()
        self.draining = False
        self._announcer = announcer
        self._ready_agents: deque[_ReadyAgent] = deque()
        self._work: set[asyncio.Task[None]] = set()
        self._background: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to watch for calls that ring or wait too long, and to write records."""
        self._background = [asyncio.create_task(self._watch_times(), name="call times")]
        if self.records is not None:
            writing = self.records.recorder.run()
            self._background.append(asyncio.create_task(writing, name="call records"))

    async def stop(self) -> None:
        """End every call and wait until they are recorded."""
        self.draining = True
        self.end_all()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, *self._work, return_exceptions=True)
        await self.ticker.stop()
        if self.records is not None:
            await self.records.recorder.close()

    async def play_out(self) -> None:
        """Wait until everybody on a call has heard the translations that are made."""
        sides = [side for call in self.calls.values() for side in call.conversation.sides.values()]
        queued_ms = max((side.mixer.queued_ms for side in sides), default=0)
        if queued_ms:
            await asyncio.sleep(queued_ms / 1000 + PLAYED_OUT_S)

    def end_all(self) -> None:
        """End every call and send the agents home who wait for one."""
        for agent in tuple(self._ready_agents):
            agent.leave()
        for call in tuple(self.calls.values()):
            call.end(Cause.SHUTDOWN)

    def offer(self, leg: MediaLeg) -> Call | None:
        """A call comes in over `leg`: take it on its route, or refuse it and return None."""
        route = choose_route(self.config.routes, leg.party)
        if route is None:
            self._refuse(leg, Cause.UNREACHABLE)
            return None
        if route.role == "agent":
            self._agent_came(leg)
            return None
        refusal = self.refusal()
        if refusal is not None:
            self._refuse(leg, refusal)
            return None
        call = self._new_call(route)
        call.offered(leg)
        return call

    def dial_out(self, uri: str, route: CallRoute) -> Call | None:
        """Call `uri` and treat it as a caller on `route`; None when no more calls are taken."""
        if self.refusal() is not None:
            self.refused += 1
            return None
        call = self._new_call(route)
        call.wanted(uri)
        return call

    def take(self, call: Call, leg: MediaLeg) -> bool:
        """Make `leg` the agent of a waiting call; False when another was faster."""
        if call not in self.waiting:
            return False
        self.waiting.remove(call)
        call.taken(leg)
        return True

    def refusal(self) -> Cause | None:
        """Why no new call is taken now, or None."""
        if self.draining:
            return Cause.SHUTDOWN
        return self.admission.refusal(len(self.calls))

    def closed_for_s(self) -> int:
        """When those whose call is refused should try again; 0 while calls are taken."""
        return self.config.retry_after_s if self.refusal() is not None else 0

    def media(self) -> MediaTotals:
        """What the media of all calls went through since the start."""
        media = replace(self.totals.media)
        for call in self.calls.values():
            media.add(call.counters(), over=False)
        return media

    def configure(self, config: Calls) -> None:
        """Have other settings hold from now on; calls that run are left as they are."""
        self.config = config
        self.glossaries.use(config.routes)

    def refresh_terms(self) -> None:
        """Use glossaries as they are in their files now, on calls that run too."""
        if self.glossaries.refresh():
            for call in self.calls.values():
                call.refresh_terms()

    # What calls need of us (`Surroundings`)

    def dial(self, uri: str) -> MediaLeg:
        """See `Surroundings.dial`."""
        return self.diallers[uri.partition(":")[0].lower()](uri)

    def new_echo_canceller(self) -> EchoCanceller:
        """See `Surroundings.new_echo_canceller`."""
        return WebRtcEcho() if self.config.audio.echo_cancellation else NoEcho()

    def translated(self, delay_ms: int) -> None:
        """See `Surroundings.translated`."""
        self.admission.translated(delay_ms)

    def call_waits(self, call: Call) -> None:
        """See `Surroundings.call_waits`."""
        self.waiting.append(call)
        if self._ready_agents:
            agent = self._ready_agents[0]
            agent.leave_for(call)

    def call_over(self, call: Call) -> None:
        """See `Surroundings.call_over`."""
        self.ticker.remove(call.tick)
        self.calls.pop(call.id, None)
        self.totals.add(call.model.cause or Cause.FAILED, call.counters())
        if call in self.waiting:
            self.waiting.remove(call)
        log.info("call %s ended: %s", call.id, call.model.cause)
        if self.records is not None:
            self.records.keep(call.record())

    async def announcement(self, text: Announcement, language: str) -> Samples | None:
        """See `Surroundings.announcement`."""
        return await self._announcer.speech(text, language)

    def terms(self, route: CallRoute) -> Glossary:
        """See `Surroundings.terms`."""
        return self.glossaries.terms(route)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """See `Surroundings.spawn`."""
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work_done)

    # Inside

    def _new_call(self, route: CallRoute) -> Call:
        call = Call(secrets.token_hex(8), route, self)
        self.calls[call.id] = call
        self.ticker.add(call.tick)
        return call

    def _refuse(self, leg: MediaLeg, cause: Cause) -> None:
        self.refused += 1
        leg.reject(cause, self.config.retry_after_s)

    def _agent_came(self, leg: MediaLeg) -> None:
        if self.waiting:
            self.take(self.waiting[0], leg)
        elif len(self._ready_agents) < self.admission.limit:
            self._ready_agents.append(_ReadyAgent(leg, self, self._ready_agents))
        else:
            self._refuse(leg, Cause.LIMIT)

    def _work_done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("work for a call failed: %s", type(task.exception()).__name__)

    async def _watch_times(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.refresh_terms()
            for call in tuple(self.calls.values()):
                cause = call.overdue()
                if cause is not None:
                    call.end(cause)


class _ReadyAgent:
    """An agent who called before anybody waits: kept on the line in silence."""

    def __init__(self, leg: MediaLeg, board: Switchboard, queue: "deque[_ReadyAgent]") -> None:
        self._leg = leg
        self._board = board
        self._queue = queue
        leg.start(self)
        leg.answer()
        board.ticker.add(self._tick)

    def leave(self) -> None:
        """Go home."""
        self._leave_queue()
        self._leg.hang_up()

    def leave_for(self, call: Call) -> None:
        """Take a call; the line is up already."""
        self._leave_queue()
        if self._board.take(call, self._leg):
            call.leg_up(Role.AGENT)

    def _leave_queue(self) -> None:
        self._queue.remove(self)
        self._board.ticker.remove(self._tick)

    def _tick(self) -> None:
        self._leg.receive()
        self._leg.send(SILENCE)

    def leg_up(self) -> None:
        """See `LegListener.leg_up`."""

    def leg_digit(self, digit: str) -> None:
        """See `LegListener.leg_digit`: nobody is there to hear it."""

    def leg_held(self, held: bool) -> None:
        """See `LegListener.leg_held`."""

    def leg_ended(self, cause: Cause) -> None:
        """See `LegListener.leg_ended`."""
        del cause
        self._leave_queue()
