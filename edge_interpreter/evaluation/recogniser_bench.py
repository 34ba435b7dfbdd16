"""Our recogniser beside another, file by file.

The other is plain faster-whisper with the same weights and settings, or our own with another model.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.device import choose
from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.engines.whisper import WhisperRecogniser
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.recordings import read_sound
from edge_interpreter.evaluation.wer import pooled, word_errors
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

Recognise = Callable[[Samples], tuple[str, str]]
"""Text and language (BCP-47) of an utterance."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """One recording, recognised by both."""

    said: str
    ours: str
    reference: str
    seconds_ours: float
    seconds_reference: float
    language: str


def compare_recognisers(
    audio: Path,
    config: Config,
    *,
    language: str | None = None,
    limit: int = 0,
    against: str | None = None,
) -> dict[str, Any]:
    """Word error rates and time of both on the `*.wav` of a directory with words in `*.txt`.

    The two take turns, so that whatever else the machine does hits both; `time_ratio` is the
    median of reference time over ours. With no `language` both identify it. `against` is the id of
    a model that our own recogniser is to be compared with, alone. Raises UserError.
    """
    recordings = _recordings(audio, limit)
    ours = _ours(config, language, config.recogniser.models)
    reference = (
        _ours(config, language, (against,)) if against else plain_recogniser(config, language)
    )
    warm_up, _ = recordings[0]
    for recognise in (ours, reference):
        recognise(warm_up)
    trials = [
        _trial(said, samples, ours, reference, reference_first=bool(number % 2))
        for number, (samples, said) in enumerate(recordings)
    ]
    spoken = language or Counter(trial.language for trial in trials).most_common(1)[0][0]
    ratios = [trial.seconds_reference / trial.seconds_ours for trial in trials]
    return {
        "files": len(trials),
        "language": spoken,
        "audio_s": round(sum(samples.size for samples, _ in recordings) / SAMPLE_RATE, 1),
        "wer_ours": _rate([(trial.said, trial.ours) for trial in trials], spoken),
        "wer_reference": _rate([(trial.said, trial.reference) for trial in trials], spoken),
        "time_ours_s": round(statistics.median(t.seconds_ours for t in trials), 4),
        "time_ours_p95_s": round(_p95([t.seconds_ours for t in trials]), 4),
        "time_reference_s": round(statistics.median(t.seconds_reference for t in trials), 4),
        "time_reference_p95_s": round(_p95([t.seconds_reference for t in trials]), 4),
        "time_ratio": round(statistics.median(ratios), 2),
    }


def plain_recogniser(config: Config, language: str | None = None) -> Recognise:
    """faster-whisper with the configured weights, width and threads, and no times: it is faster."""
    model = _plain_model(config)

    def recognise(samples: Samples) -> tuple[str, str]:
        segments, info = model.transcribe(
            samples,
            language=language,
            beam_size=config.recogniser.beam_size,
            without_timestamps=True,
        )
        return " ".join(segment.text.strip() for segment in segments), info.language

    return recognise


def _plain_model(config: Config) -> "WhisperModel":
    from faster_whisper import WhisperModel

    section = config.recogniser
    device, compute_type = choose(section.device, section.compute_type)
    return WhisperModel(
        str(_weights(config, config.recogniser.model)),
        device=device,
        compute_type=compute_type,
        cpu_threads=section.threads,
    )


def _ours(config: Config, language: str | None, models: Sequence[str]) -> Recognise:
    section = config.recogniser
    first, *second = (_weights(config, model) for model in models)
    recogniser = WhisperRecogniser(
        first,
        device=section.device,
        compute_type=section.compute_type,
        threads=section.threads,
        beam_size=section.beam_size,
        second_dir=next(iter(second), None),
    )

    def recognise(samples: Samples) -> tuple[str, str]:
        (heard,) = recogniser.recognise([RecognitionRequest(samples, language)])
        return "" if heard.withheld else heard.text, heard.language

    return recognise


def _weights(config: Config, model: str) -> Path:
    return ModelStore(config.models.directory, Catalog.load()).path(model)


def _trial(
    said: str,
    samples: Samples,
    ours: Recognise,
    reference: Recognise,
    *,
    reference_first: bool,
) -> _Trial:
    if reference_first:
        (theirs, language), their_time = _timed(reference, samples)
        (heard, _), our_time = _timed(ours, samples)
    else:
        (heard, _), our_time = _timed(ours, samples)
        (theirs, language), their_time = _timed(reference, samples)
    return _Trial(said, heard, theirs, our_time, their_time, language)


def _timed(recognise: Recognise, samples: Samples) -> tuple[tuple[str, str], float]:
    began = time.perf_counter()
    return recognise(samples), time.perf_counter() - began


def _recordings(audio: Path, limit: int) -> list[tuple[Samples, str]]:
    files = sorted(path for path in audio.glob("*.wav") if path.with_suffix(".txt").is_file())
    if not files:
        raise UserError(f"{audio}: no NAME.wav with its words in NAME.txt")
    return [
        (read_sound(path), path.with_suffix(".txt").read_text("utf-8").strip())
        for path in files[: limit or None]
    ]


def _p95(seconds: Sequence[float]) -> float:
    return float(np.percentile(seconds, 95))


def _rate(pairs: list[tuple[str, str]], language: str) -> float:
    return round(pooled(word_errors(said, heard, language) for said, heard in pairs).rate, 4)
