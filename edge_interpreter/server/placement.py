"""Keeps each room on one box where several boxes stand behind a proxy.

The proxy decides where a room lives, and may decide anew when a box fails or comes back. This box
asks at the front door, as anybody would, which box serves the rooms that have people here. Where
that is twice in a row the same other box, they are sent there, so that no room stays split.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from edge_interpreter.server.services import Services

log = logging.getLogger(__name__)

CHECK_S = 1.0
ANSWER_S = 2.0
MOST_SILENCES = 3
"""A proxy that answers for none of so many rooms in turn is asked after no more."""
Ask = Callable[[str, Sequence[str]], dict[str, str]]


class Placement:
    """Sends the people of a room to the box where the proxy has it. Event loop only.

    `ask(front_url, rooms)` gives the instance that serves each room, as far as one answers.
    """

    def __init__(self, services: Services, ask: Ask | None = None) -> None:
        self._services = services
        self._ask = ask or ask_front
        self._elsewhere: dict[str, str] = {}
        self._leaving: set[str] = set()

    async def run(self) -> None:
        """Look for ever."""
        async with asyncio.TaskGroup() as departures:
            while True:
                await asyncio.sleep(CHECK_S)
                await self.check(departures)

    async def check(self, departures: asyncio.TaskGroup) -> None:
        """Look once after the rooms that have people; those that have to go do so meanwhile."""
        services = self._services
        if not (front := services.config.boxes.front_url):
            return
        busy = [room.settings.name for room in services.rooms.all() if room.participants]
        rooms = [name for name in busy if name not in self._leaving]
        found = await asyncio.to_thread(self._ask, front, rooms) if rooms else {}
        before = self._elsewhere
        self._elsewhere = {
            name: instance for name, instance in found.items() if instance != services.instance
        }
        leaving = [name for name, at in self._elsewhere.items() if before.get(name) == at]
        for name in leaving:
            log.warning("room %s goes on at another box: the proxy has it there", name)
            self._leaving.add(name)
            departures.create_task(self._send_away(name))

    async def _send_away(self, name: str) -> None:
        try:
            await self._services.rooms.send_away(name, self._services.config.server.drain_s)
        finally:
            self._leaving.discard(name)


def ask_front(front_url: str, rooms: Sequence[str]) -> dict[str, str]:
    """The instance that the proxy gives each room to, from its `GET /ready`; blocks.

    Rooms for which there is no answer are left out.
    """
    parts = urlsplit(front_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    found: dict[str, str] = {}
    silences = 0
    with closing(kind(parts.netloc, timeout=ANSWER_S)) as connection:
        for room in rooms:
            if silences == MOST_SILENCES:
                break
            try:
                connection.request("GET", f"/ready?room={room}")
                # A box that is overloaded or stopping answers too.
                instance = _instance(connection.getresponse().read())
            except (OSError, HTTPException):
                connection.close()
                silences += 1
                continue
            silences = 0
            if instance is not None:
                found[room] = instance
    return found


def _instance(body: bytes) -> str | None:
    try:
        found = json.loads(body)["instance"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None
