"""A pipeline on a virtual clock, and somebody who speaks into it."""

import asyncio
from typing import Any

from edge_interpreter.audio.frames import Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.virtual_time import VirtualWorkers
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import Stream, StreamSettings
from edge_interpreter.pipeline.workers import Role
from tests.pipeline.fakes import Listener, engines, frames, silence

FRENCH = Demand(captions=frozenset({"fr"}), speech=frozenset({"fr"}))
PAUSE = silence(600)


class Box:
    """A pipeline on a virtual clock."""

    def __init__(
        self, cost_s: dict[Role, float] | None = None, config: Config | None = None, **replaced: Any
    ) -> None:
        self.engines = engines(**replaced)
        costs = {} if cost_s is None else cost_s
        self.pipeline = Pipeline(
            self.engines,
            config or Config(),
            VirtualWorkers(
                lambda role, _: costs.get(role, 0.0),
                {Role.RECOGNISER: (config or Config()).recogniser.workers},
            ),
        )

    async def __aenter__(self) -> "Box":
        await self.pipeline.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pipeline.stop()
        assert self.pipeline.ledger.balanced

    def open(
        self,
        demand: Demand = FRENCH,
        name: str = "speaker",
    ) -> tuple[Stream, Listener]:
        listener = Listener()
        settings = StreamSettings(language="en")
        return self.pipeline.open(name, settings, lambda: demand, listener), listener


async def speak(stream: Stream, *sounds: Samples, speed: float = 1.0) -> None:
    """Feed sound at the pace at which it is spoken."""
    for frame in frames(*sounds):
        stream.feed(frame)
        await asyncio.sleep(0.02 / speed)
