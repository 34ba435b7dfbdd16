"""Keeps lines as they come, forgets them when their time is over, deletes them on request."""

import time
from collections.abc import Callable

from edge_interpreter.database.recorder import Recorder
from edge_interpreter.transcripts.line import Line, PlaceKind
from edge_interpreter.transcripts.store import Place, Store

DAY_MS = 86_400_000


class Keeper:
    """The transcripts of a running server. Event loop only; the database has a thread.

    `wall_clock` gives Unix seconds. Lines wait encrypted for the database, and never hold up what
    is being interpreted. All that is awaited raises DatabaseAwayError.
    """

    def __init__(
        self, store: Store, keep_days: int, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._keep_ms = keep_days * DAY_MS
        self._wall_clock = wall_clock
        self.recorder = Recorder("transcripts", store, self._expire)

    def keep(self, line: Line) -> None:
        """Keep a line; it is in the database within about a second, or when that is back."""
        self.recorder.put(self._store.seal(line))

    async def lines(self, kind: PlaceKind, name: str) -> list[Line]:
        """A transcript, oldest first."""
        return await self.recorder.ask(self._store.lines, kind, name)

    async def places(self) -> list[Place]:
        """What there are transcripts of."""
        return await self.recorder.ask(self._store.places)

    async def delete(self, kind: PlaceKind, name: str) -> int:
        """Delete a transcript; how many lines there were."""
        return await self.recorder.ask(self._store.delete, kind, name)

    async def delete_person(self, person: str) -> int:
        """Delete all that a person said; how many lines there were."""
        return await self.recorder.ask(self._store.delete_person, person)

    def _expire(self) -> int:
        return self._store.expire(round(self._wall_clock() * 1000) - self._keep_ms)
