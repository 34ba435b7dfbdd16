"""People in rooms behind a proxy: clients that come back by themselves as a page does."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from edge_interpreter.server.messages import CLOSE_CODES, ENDINGS
from tests.scale.processes import TRUSTING, until

FINAL = {4400, 4401, 4403, 4404, 4410, 4411, 4412, 4426}
"""As in connection.js."""
SAY_EVERY_S = 0.25
"""Less than [limits] lets one address type."""
assert set(CLOSE_CODES.values()) | set(ENDINGS.values()) >= FINAL


@dataclass
class Person:
    """Somebody in a room; `says` is typed again and again, with a number.

    `captions` has the texts with the time (time.monotonic) at which they came, `welcomed` the times
    of welcomes and `resumed` what each said, `closings` why connections ended.
    """

    url: str
    room: str
    says: str = ""
    token: str = ""
    address: str = "127.0.0.1"
    captions: list[tuple[float, str]] = field(default_factory=list)
    welcomed: list[float] = field(default_factory=list)
    resumed: list[bool] = field(default_factory=list)
    closings: list[str] = field(default_factory=list)
    refused: str = ""
    _hello: dict[str, Any] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def run(self) -> None:
        """Take part for ever, or until coming back is of no use."""
        self._hello = {
            "type": "hello",
            "protocol": 1,
            "room": self.room,
            "token": self.token,
            "speaks": "en" if self.says else "none",
            "wants": "en" if self.says else "fr",
        }
        attempts = 0
        while not self.refused:
            before = len(self.resumed)
            with suppress(OSError, websockets.InvalidHandshake, websockets.ConnectionClosed):
                await self._take_part()
            attempts = 0 if len(self.resumed) > before else attempts + 1
            doubled = min(15.0, 2.0**attempts)
            await asyncio.sleep(doubled * random.uniform(0.7, 1.0))

    async def hears(self, count: int = 1, since: float = 0.0, seconds: float = 60) -> float:
        """When the captions after a time were `count`."""

        async def found() -> float | None:
            times = [at for at, _ in self.captions if at > since]
            return times[count - 1] if len(times) >= count else None

        return await until(found, seconds, 0.01)

    async def has_answer(self) -> bool:
        return bool(self.resumed or self.refused)

    async def came_back(self) -> float | None:
        return self.welcomed[1] if len(self.welcomed) > 1 else None

    async def was_refused(self) -> str:
        return self.refused

    async def _take_part(self) -> None:
        address = f"{self.url}?room={self.room}"
        async with websockets.connect(
            address, ssl=TRUSTING, proxy=None, local_addr=(self.address, 0)
        ) as socket:
            await socket.send(json.dumps(self._hello))
            talking = asyncio.create_task(self._talk(socket))
            try:
                async for data in socket:
                    if isinstance(data, str):
                        self._take(json.loads(data))
            finally:
                talking.cancel()
                if socket.close_code in FINAL:
                    self.refused = self.refused or str(socket.close_code)

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "welcome":
                self.welcomed.append(time.monotonic())
                self.resumed.append(message["resumed"])
                self._hello["resume"] = message["resume"]
            case "caption":
                self.captions.append((time.monotonic(), message["text"]))
            case "closing":
                self.closings.append(message["reason"])
            case "error" if message["fatal"] and CLOSE_CODES[message["code"]] in FINAL:
                self.refused = message["code"]

    async def _talk(self, socket: ClientConnection) -> None:
        while self.says:
            await asyncio.sleep(SAY_EVERY_S)
            line = f"{self.says} {next(self._numbers)}"
            await socket.send(json.dumps({"type": "chat", "text": line}))


@asynccontextmanager
async def present(*people: Person) -> AsyncIterator[None]:
    """All of them take part, and have been let in."""
    tasks = [asyncio.create_task(each.run()) for each in people]
    try:
        for each in people:
            await until(each.has_answer)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
