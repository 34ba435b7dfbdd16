"""A source that ends, such as a file, through the pipeline."""

from collections.abc import AsyncIterator, Callable

from edge_interpreter.audio.frames import Frame
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings

NEVER_LATE_MS = 24 * 3_600_000


def unhurried(config: Config) -> Config:
    """The configuration for sound that is read faster than it plays: nothing is ever late."""
    limits = config.pipeline.model_copy(update={"lag_budget_ms": NEVER_LATE_MS})
    return config.model_copy(update={"pipeline": limits})


async def feed(
    pipeline: Pipeline,
    frames: AsyncIterator[Frame],
    settings: StreamSettings,
    demand: Demand,
    sink: Callable[[Event], None],
) -> None:
    """Interpret all frames, no faster than the pipeline takes them; returns when all is out."""
    stream = pipeline.open("file", settings, lambda: demand, sink)
    try:
        async for frame in frames:
            await stream.ready()
            stream.feed(frame)
    except BaseException:
        stream.abort()
        raise
    await stream.close()
