"""Tells the service manager that work gets done, for as long as it does.

The manager restarts a service that it does not hear from: when an engine is stuck, which is told
at once, and when the event loop stands still, which cannot tell anything.
"""

import asyncio
import logging

from edge_interpreter.server.services import Services
from edge_interpreter.supervision.notify import ServiceManager

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0


class Watchdog:
    """Looks at the progress of every engine; `services.stuck` names those that make none."""

    def __init__(self, services: Services, manager: ServiceManager) -> None:
        self._services = services
        self._manager = manager
        self._said = ""
        self._every_s = min(LOOK_EVERY_S, (manager.watchdog_s or LOOK_EVERY_S) / 3)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await asyncio.sleep(self._every_s)

    def look(self) -> None:
        """Feed the watchdog if every engine that has work gets on with it."""
        stuck = tuple(role.value for role in self._services.pipeline.stuck())
        before, self._services.stuck = self._services.stuck, stuck
        if not stuck:
            if before:
                log.warning("%s: works again", ", ".join(before))
            self._manager.alive()
            self._say(self._summary())
        elif stuck != before:
            text = f"stuck: {', '.join(stuck)} finished nothing for {self._limit_s} s"
            log.error(text)
            self._manager.stuck(text)

    @property
    def _limit_s(self) -> int:
        return self._services.config.pipeline.stuck_s

    def _summary(self) -> str:
        rooms = self._services.rooms.all()
        people = sum(len(room.participants) for room in rooms)
        calls = len(self._services.calls.board.calls) if self._services.calls else 0
        what = "draining" if self._services.draining else "serving"
        return f"{what}: {len(rooms)} rooms, {people} participants, {calls} calls"

    def _say(self, status: str) -> None:
        if status != self._said and not self._services.stopping:
            self._said = status
            self._manager.status(status)
