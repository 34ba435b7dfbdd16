"""All rooms of the server."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from edge_interpreter.config.server import RoomSettings
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.rooms.capabilities import Capabilities
from edge_interpreter.rooms.messages import Remembered
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.room import Load, Room, RoomRules
from edge_interpreter.rooms.turns import LagRule

log = logging.getLogger(__name__)

TICK_S = 0.25
RECONNECT_AFTER_S = 5
SETTLE_S = 1.0


class Rooms:
    """Opens, finds and closes rooms; those of the configuration are open from the start.

    `clock` counts seconds, `wall_clock` Unix seconds.
    """

    def __init__(
        self,
        config: Config,
        pipeline: Pipeline,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        keep: Callable[[str, str, Remembered], None] | None = None,
    ) -> None:
        self.capabilities = Capabilities.of(pipeline.engines)
        self._pipeline = pipeline
        self._clock = clock
        self._wall_clock = wall_clock
        self._keep = keep
        self._rooms: dict[str, Room] = {}
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Have a configuration hold from now on.

        New rooms are opened; those that are no longer in it close when they are empty, and those
        whose settings are others now are opened anew once nobody is in them.
        """
        self._most = config.limits.rooms
        self._empty_s = config.rooms.empty_s
        self._fixed = {settings.name: settings for settings in config.rooms.open}
        self._rules = RoomRules(
            participants=config.limits.participants,
            speakers=config.limits.speakers,
            history=config.rooms.history,
            away_s=config.rooms.away_s,
            speech=StreamSettings(
                None, config.recogniser.languages, config.pipeline.partials != "off"
            ),
            lag=LagRule(config.rooms.faster_above_s, config.rooms.captions_only_above_s),
        )
        for room in self.all():
            room.rules = self._rules
        for settings in config.rooms.open:
            if settings.name not in self._rooms:
                self._open_fixed(settings)

    def _open_fixed(self, settings: RoomSettings) -> None:
        try:
            self.open(settings)
        except Refusal as refusal:
            log.warning("room %s is not opened: %s", settings.name, refusal.text)

    def all(self) -> list[Room]:
        """Every open room, in the order of opening."""
        return list(self._rooms.values())

    def is_fixed(self, name: str) -> bool:
        """Whether it is a room of the configuration."""
        return name in self._fixed

    def find(self, name: str) -> Room | None:
        """An open room."""
        return self._rooms.get(name)

    def get(self, name: str) -> Room:
        """An open room. Raises Refusal where there is none."""
        room = self._rooms.get(name)
        if room is None:
            raise Refusal("no_such_room", "there is no such room")
        return room

    def open(self, settings: RoomSettings) -> Room:
        """A new room. Raises Refusal where one of that name is open, or there are too many."""
        if settings.name in self._rooms:
            raise Refusal("room_exists", "a room of that name is open already")
        if len(self._rooms) >= self._most:
            raise Refusal("server_full", "there are too many rooms open", retry_after_s=60)
        room = Room(
            settings,
            self._rules,
            self._pipeline,
            self.capabilities,
            clock=self._clock,
            wall_clock=self._wall_clock,
            load=self.load,
            keep=self._keep,
        )
        self._rooms[settings.name] = room
        return room

    def close(self, name: str) -> None:
        """Close a room and send everybody in it away. Raises Refusal where there is none."""
        room = self.get(name)
        del self._rooms[name]
        room.close("room_closed")

    async def send_away(self, name: str, within_s: float) -> None:
        """Deliver what was said in a room, and send its people to where it goes on."""
        room = self.find(name)
        if room is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await room.finish()
        if self._rooms.get(name) is not room:
            return
        del self._rooms[name]
        room.close("moved", reconnect_after_s=0)
        if name in self._fixed:
            self._open_fixed(self._fixed[name])

    def load(self) -> Load:
        """How busy the pipeline is."""
        snapshot = self._pipeline.snapshot()
        return Load(lag_ms=snapshot.oldest_ms, overloaded=self._pipeline.overloaded)

    def tick(self) -> None:
        """What happens by itself in all rooms; rooms long empty are closed."""
        now = self._clock()
        for room in self.all():
            room.tick()
            wanted = self._fixed.get(room.settings.name, room.settings)
            if wanted != room.settings and not room.participants:
                self.close(wanted.name)
                self._open_fixed(wanted)
                continue
            empty = room.empty_since is not None and now - room.empty_since >= self._empty_s
            if empty and room.settings.name not in self._fixed:
                self.close(room.settings.name)

    async def run(self) -> None:
        """Tick for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    async def drain(self) -> None:
        """Take no more sound and wait until what was said is delivered, on calls too."""
        for room in self.all():
            room.drain()
        await self._pipeline.drain()

    async def dismiss(self, reconnect_after_s: int = RECONNECT_AFTER_S) -> None:
        """Send everybody away; they are told when to come back."""
        closed = self.all()
        for room in closed:
            room.close("shutdown", reconnect_after_s)
        self._rooms.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await asyncio.gather(*(room.settled() for room in closed))
