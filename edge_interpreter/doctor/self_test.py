"""Two seconds of a recording through the whole pipeline, with the engines that are configured."""

import asyncio
import difflib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.audio.frames import SAMPLE_RATE, Frame
from edge_interpreter.config.tree import Config
from edge_interpreter.doctor.finding import Finding, Patient, Status, Value, note, ok, problem
from edge_interpreter.engines.loading import Engines
from edge_interpreter.errors import UserError
from edge_interpreter.pipeline.events import Event, Finished, Spoken, Transcribed, Translated

if TYPE_CHECKING:
    from edge_interpreter.capture.file import FileSource

SAMPLE = "capture/samples/kennedy.flac"
SECONDS = 2.4
SAID = "and so my fellow americans"
LANGUAGE = "en"
ALIKE = 0.7
"""How much of the text must be as it was said (0 to 1)."""


def check_pipeline(patient: Patient) -> Iterator[Finding]:
    """Recognised, translated and spoken: what came out, and how long it took."""
    from edge_interpreter.engines.loading import load_engines

    config = patient.config
    began = time.monotonic()
    try:
        engines = load_engines(config)
    except UserError as error:
        yield problem(f"the engines do not start: {error}", "see the findings on models above")
        return
    try:
        yield ok(f"the engines are ready after {time.monotonic() - began:.1f} s")
        yield from _test(config, engines)
    finally:
        engines.close()


def _test(config: Config, engines: Engines) -> Iterator[Finding]:
    targets = sorted(target for source, target in engines.translator.pairs() if source == LANGUAGE)
    if LANGUAGE not in engines.recogniser.languages or not targets:
        yield note(
            "no self-test: the sample is English, and no model in use translates from it",
            "speak into a room to try it",
        )
        return
    spoken = [target for target in targets if target in engines.synthesiser.languages()]
    target = (spoken or targets)[0]
    began = time.monotonic()
    events = asyncio.run(_interpret(config, engines, target, speak=bool(spoken)))
    took_ms = round(1_000 * (time.monotonic() - began))
    yield from _judge(events, target, took_ms, speaks=bool(spoken))


async def _interpret(config: Config, engines: Engines, target: str, *, speak: bool) -> list[Event]:
    from edge_interpreter.capture.file import FileSource
    from edge_interpreter.pipeline.demand import Demand
    from edge_interpreter.pipeline.feeding import feed, unhurried
    from edge_interpreter.pipeline.pipeline import Pipeline
    from edge_interpreter.pipeline.stream import StreamSettings

    pipeline = Pipeline(engines, unhurried(config))
    events: list[Event] = []
    wanted = frozenset({target})
    path = Path(str(resources.files("edge_interpreter"))) / SAMPLE
    await pipeline.start()
    try:
        await feed(
            pipeline,
            _beginning(FileSource(path, realtime=True)),
            StreamSettings(LANGUAGE, (), partials=False),
            Demand(wanted, wanted if speak else frozenset()),
            events.append,
        )
    finally:
        await pipeline.stop()
    return events


async def _beginning(source: "FileSource") -> AsyncIterator[Frame]:
    heard = 0
    async with aclosing(source.frames()) as frames:
        async for frame in frames:
            yield frame
            heard += frame.samples.size
            if heard >= SECONDS * SAMPLE_RATE:
                return


def _judge(events: list[Event], target: str, took_ms: int, *, speaks: bool) -> Iterator[Finding]:
    heard = " ".join(event.text for event in events if isinstance(event, Transcribed))
    translated = " ".join(event.text for event in events if isinstance(event, Translated))
    samples = sum(event.pcm.size for event in events if isinstance(event, Spoken))
    times = next((event.latency_ms for event in events if isinstance(event, Finished)), {})
    advice = "run: edge-interpreter models verify; look at device and compute_type"
    words = "".join(letter for letter in heard.lower() if letter.isalpha() or letter == " ")
    if difflib.SequenceMatcher(None, words, SAID).ratio() < ALIKE:
        yield problem(f'"{SAID}" was recognised as "{heard}"', advice)
        return
    if not translated.strip() or (speaks and not samples):
        lost = "translation" if not translated.strip() else "speech"
        yield problem(f"the sample was recognised, but no {lost} into {target} came out", advice)
        return
    stages = ", ".join(f"{name} {value} ms" for name, value in times.items())
    details: dict[str, Value] = {f"after_{name}_ms": value for name, value in times.items()}
    details |= {"recognised": heard, "translated": translated, "took_ms": took_ms}
    text = f'"{heard}" became "{translated}" ({target}); after the end of speech: {stages}'
    yield Finding(Status.OK, text, "", details)
    if not speaks:
        yield note("no voice speaks a language that English is translated into: captions only")
