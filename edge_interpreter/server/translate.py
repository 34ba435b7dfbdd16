"""One text through the live pipeline, for trying it out."""

import asyncio
import secrets

from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Finished, Translated
from edge_interpreter.pipeline.pipeline import Overloaded, Pipeline
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.rooms.refusal import Refusal

TIMEOUT_S = 30.0


async def translate(pipeline: Pipeline, text: str, source: str, target: str) -> Translated:
    """The caption that listeners of `target` would see. Raises Refusal."""
    answer: asyncio.Future[Translated] = asyncio.get_running_loop().create_future()

    def sink(event: Event) -> None:
        if answer.done():
            return
        if isinstance(event, Translated):
            answer.set_result(event)
        elif isinstance(event, Finished):
            answer.set_exception(Refusal("overloaded", "no translation came in time", 10))

    demand = Demand(captions=frozenset({target}))
    try:
        stream = pipeline.open(
            f"test/{secrets.token_hex(4)}", StreamSettings(source), lambda: demand, sink
        )
    except Overloaded as busy:
        raise Refusal("overloaded", "the box is busy", busy.retry_after_s) from None
    try:
        stream.say(text, source)
        async with asyncio.timeout(TIMEOUT_S):
            return await answer
    except TimeoutError:
        raise Refusal("overloaded", "no translation came in time", 10) from None
    finally:
        answer.cancel()
        stream.abort()
