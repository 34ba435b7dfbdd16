"""What `interpret` prints and writes: captions as they come, subtitles and speech."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge_interpreter.audio.timeline import TimelineWriter
from edge_interpreter.errors import UserError
from edge_interpreter.pipeline.events import (
    SPEECH_RATE,
    Event,
    Fidelity,
    Finished,
    Skipped,
    SoundLost,
    Spoken,
    Transcribed,
    Translated,
    Utterance,
)
from edge_interpreter.pipeline.ledger import Ledger
from edge_interpreter.text.subtitles import Cue, VttWriter


@dataclass(slots=True)
class _Caption:
    """What has come of one utterance so far."""

    said: Transcribed
    translations: dict[str, Translated] = field(default_factory=dict)


class Output:
    """The sink of an interpreted file; a context manager that completes the files it writes.

    In `directory`: `NAME.fr.wav` for each target language, `NAME.fr.vtt`, and `NAME.en.vtt` for
    each language that was spoken. Raises UserError where they cannot be written.
    """

    def __init__(
        self, name: str, targets: tuple[str, ...], directory: Path | None, *, as_json: bool
    ) -> None:
        self.targets = targets
        self._name = name
        self._directory = directory
        self._as_json = as_json
        self._open_files = ExitStack()
        self._voices: dict[str, TimelineWriter] = {}
        self._subtitles: dict[str, VttWriter] = {}
        self._captions: dict[int, _Caption] = {}
        self._printed = 0
        self._began = time.perf_counter()

    @property
    def wants_speech(self) -> bool:
        """Whether translated speech has a place to go."""
        return self._directory is not None

    def __enter__(self) -> Self:
        if self._directory is None:
            return self
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            for target in self.targets:
                path = self._directory / f"{self._name}.{target}.wav"
                voice = TimelineWriter(path, SPEECH_RATE)
                self._voices[target] = self._open_files.enter_context(voice)
                self._subtitle(target)
        except OSError as error:
            self._open_files.close()
            raise UserError(f"{self._directory}: {error.strerror}") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open_files.__exit__(kind, error, trace)

    def take(self, event: Event) -> None:
        """Print or write one event."""
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def warn(self, text: str) -> None:
        """Say something about the file that is not part of the result."""
        print(f"edge-interpreter: {text}", file=sys.stderr)

    def summarise(self, ledger: Ledger) -> None:
        """The last line: what came in and what became of it."""
        elapsed_ms = round((time.perf_counter() - self._began) * 1000)
        if self._as_json:
            self._print_json(
                {
                    "type": "summary",
                    "utterances": self._printed,
                    "elapsed_ms": elapsed_ms,
                    "ledger": ledger.as_dict(),
                }
            )
            return
        lost = {**ledger.dropped, **ledger.skipped}
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(lost.items()))
        print(f"\n{self._printed} utterances" + (f"; left out: {reasons}" if lost else ""))

    def _transcribed(self, event: Transcribed) -> None:
        self._captions[event.utterance.index] = _Caption(event)
        self._cue(event.language, event.utterance, event.text)
        if not self._as_json:
            print(f"{_clock(event.utterance.start_ms)} {event.language}  {event.text}", flush=True)

    def _translated(self, event: Translated) -> None:
        caption = self._captions[event.utterance.index]
        caption.translations[event.target] = event
        if event.fidelity is Fidelity.SAME:
            return
        self._cue(event.target, event.utterance, event.text)
        if not self._as_json:
            print(
                f"{_clock(event.utterance.start_ms)} {event.target}  {_marked(event)}", flush=True
            )

    def _spoken(self, event: Spoken) -> None:
        if event.pcm.size:
            self._voices[event.target].place(event.utterance.start_ms, event.pcm, SPEECH_RATE)

    def _skipped(self, event: Skipped) -> None:
        if self._as_json:
            fields = {"target": event.target, "lane": event.lane, "reason": event.reason}
            self._print_json({"type": "skipped", "index": event.utterance.index, **fields})
        elif not event.withheld:
            target = event.target or "all"
            print(f"{_clock(event.utterance.start_ms)} {target}  [{event.lane}: {event.reason}]")

    def _sound_lost(self, event: SoundLost) -> None:
        if self._as_json:
            self._print_json({"type": "sound_lost", "at_ms": event.at_ms, "lost_ms": event.lost_ms})
        else:
            print(f"{_clock(event.at_ms)} [{event.lost_ms} ms of sound missing]")

    def _finished(self, event: Finished) -> None:
        caption = self._captions.pop(event.utterance.index, None)
        if caption is None:
            return
        self._printed += 1
        if self._as_json:
            self._print_json(_utterance(caption, event))

    def _cue(self, language: str, utterance: Utterance, text: str) -> None:
        if self._directory is not None:
            self._subtitle(language).add(Cue(utterance.start_ms, utterance.end_ms, text))

    def _subtitle(self, language: str) -> VttWriter:
        if self._directory is None:
            raise ValueError("there is no folder for subtitles")
        if language not in self._subtitles:
            path = self._directory / f"{self._name}.{language}.vtt"
            file = self._open_files.enter_context(path.open("w", encoding="utf-8"))
            self._subtitles[language] = VttWriter(file)
        return self._subtitles[language]

    def _print_json(self, fields: dict[str, Any]) -> None:
        print(json.dumps(fields, ensure_ascii=False), flush=True)


_HANDLERS: dict[type[Event], Callable[[Output, Any], None]] = {
    Transcribed: Output._transcribed,
    Translated: Output._translated,
    Spoken: Output._spoken,
    Skipped: Output._skipped,
    SoundLost: Output._sound_lost,
    Finished: Output._finished,
}


def _utterance(caption: _Caption, finished: Finished) -> dict[str, Any]:
    said = caption.said
    doubts = {
        target: {"fidelity": shown.fidelity, "missing": list(shown.missing)}
        for target, shown in caption.translations.items()
        if shown.fidelity in (Fidelity.MARKED, Fidelity.UNTRANSLATED)
    }
    return {
        "type": "utterance",
        "index": finished.utterance.index,
        "start_ms": finished.utterance.start_ms,
        "end_ms": finished.utterance.end_ms,
        "source_language": said.language,
        "language_probability": round(said.language_probability, 3),
        "text": said.text,
        "translations": {target: shown.text for target, shown in caption.translations.items()},
        **({"doubts": doubts} if doubts else {}),
        "latency_ms": finished.latency_ms,
    }


def _marked(event: Translated) -> str:
    if event.fidelity is Fidelity.UNTRANSLATED:
        return f"[not translated] {event.text}"
    if event.missing:
        return f"{event.text} [original: {', '.join(event.missing)}]"
    return event.text


def _clock(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes:02}:{rest / 1000:04.1f}"
