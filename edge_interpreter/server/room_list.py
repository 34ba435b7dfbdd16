"""Remembers which rooms are open, so that they are again after a restart.

Settings alone, in `rooms.json` of the state directory: nobody's name and nothing that was said.
"""

import asyncio
import json
import logging
from typing import Any

from pydantic import ValidationError

from edge_interpreter.config.server import RoomSettings
from edge_interpreter.errors import UserError
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.registry import Rooms
from edge_interpreter.server.state import StateDirectory

log = logging.getLogger(__name__)

ROOM_LIST = "rooms.json"
SAVE_EVERY_S = 1.0


class RoomList:
    """Keeps `rooms.json` like the rooms that are open."""

    def __init__(self, rooms: Rooms, state: StateDirectory) -> None:
        self._rooms = rooms
        self._state = state
        self._saved: bytes | None = None
        self._failed = False
        self._finished = False

    def restore(self) -> None:
        """Open the rooms that were open; what cannot be read or opened is said and left out."""
        try:
            self._saved = self._state.read(ROOM_LIST)
            entries = json.loads(self._saved)["rooms"] if self._saved else []
            known = [(RoomSettings(**entry["settings"]), entry["paused"]) for entry in entries]
        except (UserError, ValueError, KeyError, TypeError, ValidationError):
            log.warning("%s cannot be read: rooms are not restored", self._state.path(ROOM_LIST))
            return
        for settings, paused in known:
            self._restore(settings, paused is True)

    async def run(self) -> None:
        """Save for ever what has changed."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            await self.save()

    async def finish(self) -> None:
        """Save for the last time: what closes from now on does so because the server ends."""
        await self.save()
        self._finished = True

    async def save(self) -> None:
        """Write the list if it has changed; a full disk is said once and stops nothing."""
        content = self._content()
        if self._finished or content == self._saved:
            return
        try:
            await asyncio.to_thread(self._state.write, ROOM_LIST, content)
        except UserError as error:
            if not self._failed:
                log.error("open rooms are not saved and would not survive a restart: %s", error)
            self._failed = True
            return
        if self._failed:
            log.warning("open rooms are saved again")
        self._saved, self._failed = content, False

    def _restore(self, settings: RoomSettings, paused: bool) -> None:
        try:
            room = self._rooms.find(settings.name) or self._rooms.open(settings)
        except Refusal as refusal:
            log.warning("a room is not restored: %s", refusal.text)
            return
        if paused:
            room.pause(on=True)

    def _content(self) -> bytes:
        entries: list[dict[str, Any]] = [
            {"settings": room.settings.model_dump(mode="json"), "paused": room.paused}
            for room in self._rooms.all()
            if room.paused or not self._rooms.is_fixed(room.settings.name)
        ]
        return json.dumps({"rooms": entries}, indent=1).encode()
