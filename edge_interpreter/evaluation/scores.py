"""How true the whole pipeline is on recordings with known texts."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_interpreter.audio.frames import FRAME_MS, Frame
from edge_interpreter.capture.file import FileSource
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.wer import WordErrors, word_errors
from edge_interpreter.languages import normalise
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Event, Transcribed, Translated
from edge_interpreter.pipeline.feeding import feed, unhurried
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings

NO_SPEECH = "none"
"""Language of recordings that hold no speech: whatever is heard in them is invented."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A line of the manifest."""

    audio: Path
    language: str
    text: str
    translations: dict[str, str]


@dataclass(slots=True)
class _Sums:
    """What has been added up for one language."""

    files: int = 0
    errors: WordErrors = field(default_factory=WordErrors)
    utterances: int = 0
    right_language: int = 0
    heard_words: int = 0
    audio_s: float = 0.0
    work_s: float = 0.0
    withheld: Counter[str] = field(default_factory=Counter)
    pairs: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))


def read_manifest(path: Path) -> list[Recording]:
    """The recordings of a JSON-lines file; paths are relative to it. Raises UserError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}") from None
    return [_recording(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _recording(path: Path, number: int, line: str) -> Recording:
    try:
        fields = json.loads(line)
        audio, language = path.parent / fields["audio"], fields["language"]
        tag = language if language == NO_SPEECH else normalise(language)
        translations = {
            normalise(target): str(text) for target, text in fields.get("translations", {}).items()
        }
        return Recording(audio, tag, str(fields.get("text", "")), translations)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}, line {number}: {error!r}") from None


def evaluate(
    recordings: Iterable[Recording], engines: Engines, config: Config, *, given_language: bool
) -> dict[str, Any]:
    """Scores by language: word error rate, language identification, real-time factor, chrF, BLEU.

    With `given_language` the recogniser is told the language instead of finding it.
    """
    sums: dict[str, _Sums] = defaultdict(_Sums)
    asyncio.run(_run(recordings, engines, unhurried(config), sums, given_language))
    return {"languages": {tag: _figures(tag, found) for tag, found in sorted(sums.items())}}


async def _run(
    recordings: Iterable[Recording],
    engines: Engines,
    config: Config,
    sums: dict[str, _Sums],
    given_language: bool,
) -> None:
    pipeline = Pipeline(engines, config)
    await pipeline.start()
    try:
        for recording in recordings:
            fixed = given_language and recording.language != NO_SPEECH
            settings = StreamSettings(
                recording.language if fixed else None, config.recogniser.languages, partials=False
            )
            before = pipeline.ledger.dropped.copy()
            began = time.perf_counter()
            events, audio_s = await _interpret(pipeline, recording, settings)
            found = sums[recording.language]
            found.work_s += time.perf_counter() - began
            found.audio_s += audio_s
            found.withheld += pipeline.ledger.dropped - before
            _add(found, recording, events)
    finally:
        await pipeline.stop()


async def _interpret(
    pipeline: Pipeline, recording: Recording, settings: StreamSettings
) -> tuple[list[Event], float]:
    events: list[Event] = []
    counted = 0

    async def counting() -> AsyncIterator[Frame]:
        nonlocal counted
        async for frame in FileSource(recording.audio).frames():
            counted += 1
            yield frame

    demand = Demand(captions=frozenset(recording.translations))
    await feed(pipeline, counting(), settings, demand, events.append)
    return events, counted * FRAME_MS / 1000


def _add(found: _Sums, recording: Recording, events: list[Event]) -> None:
    said = [event for event in events if isinstance(event, Transcribed)]
    heard = " ".join(event.text for event in said)
    found.files += 1
    found.utterances += len(said)
    found.heard_words += len(heard.split())
    found.right_language += sum(event.language == recording.language for event in said)
    if recording.language == NO_SPEECH:
        return
    found.errors += word_errors(recording.text, heard, recording.language)
    for target, reference in recording.translations.items():
        shown = [e.text for e in events if isinstance(e, Translated) and e.target == target]
        found.pairs[target].append((" ".join(shown), reference))


def _figures(language: str, found: _Sums) -> dict[str, Any]:
    rtf = round(found.work_s / found.audio_s, 3) if found.audio_s else None
    withheld = dict(sorted(found.withheld.items()))
    if language == NO_SPEECH:
        hours = found.audio_s / 3600
        return {
            "files": found.files,
            "hours": round(hours, 3),
            "invented_words": found.heard_words,
            "invented_words_per_hour": round(found.heard_words / hours, 2) if hours else None,
            "withheld": withheld,
            "rtf": rtf,
        }
    share = found.right_language / found.utterances if found.utterances else None
    return {
        "files": found.files,
        "wer": round(found.errors.rate, 4),
        "language_id_accuracy": None if share is None else round(share, 4),
        "rtf": rtf,
        "chrf": {target: _chrf(pairs) for target, pairs in sorted(found.pairs.items())},
        "bleu": {target: _bleu(pairs) for target, pairs in sorted(found.pairs.items())},
        "withheld": withheld,
    }


def _chrf(pairs: list[tuple[str, str]]) -> float:
    from sacrebleu.metrics.chrf import CHRF

    return _corpus_score(CHRF(), pairs)


def _bleu(pairs: list[tuple[str, str]]) -> float:
    from sacrebleu.metrics.bleu import BLEU

    return _corpus_score(BLEU(), pairs)


def _corpus_score(metric: Any, pairs: list[tuple[str, str]]) -> float:
    translations, references = zip(*pairs, strict=True)
    return round(float(metric.corpus_score(list(translations), [list(references)]).score), 1)
