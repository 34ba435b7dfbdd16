"""Keeps each room on one box where several boxes stand behind a proxy.

The proxy decides where a room lives, and may decide anew when a box fails or comes back. This box
asks at the front door, as anybody would, which box serves the rooms that have people here. Where
that is twice in a row the same other box, they are sent there, so that no room stays split.
"""

import asyncio
import json
import logging
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from urllib.error import HTTPError

from edge_interpreter.server.services import Services

log = logging.getLogger(__name__)

CHECK_S = 1.0
ANSWER_S = 2.0
MOST_BYTES = 4_096
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Placement:
    """Sends the people of a room to the box where the proxy has it. Event loop only.

    `ask(front_url, room)` gives the instance that serves a room, None where none answers.
    """

    def __init__(
        self, services: Services, ask: Callable[[str, str], str | None] | None = None
    ) -> None:
        self._services = services
        self._ask = ask or ask_front
        self._elsewhere: dict[str, str] = {}

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(CHECK_S)
            await self.check()

    async def check(self) -> None:
        """Look once after each room that has people."""
        services = self._services
        if not (front := services.config.boxes.front_url):
            return
        before, self._elsewhere = self._elsewhere, {}
        leaving = []
        for name in [room.settings.name for room in services.rooms.all() if room.participants]:
            found = await asyncio.to_thread(self._ask, front, name)
            # With no answer nothing is known.
            if found in (None, services.instance):
                continue
            if before.get(name) == found:
                leaving.append(name)
            else:
                self._elsewhere[name] = found
        for name in leaving:
            log.warning("room %s goes on at another box: the proxy has it there", name)
        drain_s = services.config.server.drain_s
        moves = (services.rooms.send_away(name, drain_s) for name in leaving)
        # A room may have been closed meanwhile.
        await asyncio.gather(*moves, return_exceptions=True)


def ask_front(front_url: str, room: str) -> str | None:
    """The instance that the proxy gives a room to, from its `GET /ready`; blocks."""
    url = f"{front_url}/ready?room={room}"
    try:
        with _direct.open(url, timeout=ANSWER_S) as answer:
            return _instance(answer.read(MOST_BYTES))
    except HTTPError as refused:
        # A box that is overloaded or stopping answers too.
        with refused:
            return _instance(refused.read(MOST_BYTES))
    except (OSError, HTTPException):
        return None


def _instance(body: bytes) -> str | None:
    try:
        found = json.loads(body)["instance"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None
