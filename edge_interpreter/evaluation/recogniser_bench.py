"""Our recogniser against plain faster-whisper: the same weights, settings and sounds, in turn."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.engines.whisper import WhisperRecogniser
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.wer import WordErrors, word_errors
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

PlainRecogniser = Callable[[Samples], tuple[str, str]]


def compare_recognisers(
    audio: Path, config: Config, *, language: str | None = None, limit: int = 0
) -> dict[str, Any]:
    """Word error rates of both and the median of reference time ÷ our time, file by file.

    `audio` holds `*.wav` with `*.txt` of what is said. With `language` both are told it, else
    both find it. Raises UserError.
    """
    pairs = [(path, path.with_suffix(".txt")) for path in sorted(audio.glob("*.wav"))]
    pairs = [(path, text) for path, text in pairs if text.is_file()][: limit or None]
    if not pairs:
        raise UserError(f"{audio}: no *.wav with a *.txt of the same name")
    section = config.recogniser
    ours = WhisperRecogniser(
        _model(config),
        device=section.device,
        compute_type=section.compute_type,
        threads=section.threads,
        beam_size=section.beam_size,
    )
    reference = _plain(config)
    errors_ours, errors_reference = WordErrors(), WordErrors()
    ratios: list[float] = []
    ours_s: list[float] = []
    retried = 0
    for number, (path, text) in enumerate(pairs):
        samples = _read(path)
        said = text.read_text("utf-8")
        began = time.perf_counter()
        (heard,) = ours.recognise([RecognitionRequest(samples, language)])
        middle = time.perf_counter()
        plain, found = _transcribe(reference, samples, language, section.beam_size)
        ended = time.perf_counter()
        tag = language or found
        shown = "" if heard.withheld else heard.text
        errors_ours += word_errors(said, shown, tag)
        errors_reference += word_errors(said, plain, tag)
        retried += heard.retried
        # The first file warms both up.
        if number or len(pairs) == 1:
            ratios.append((ended - middle) / (middle - began))
            ours_s.append(middle - began)
    return {
        "files": len(pairs),
        "wer_ours": round(errors_ours.rate, 4),
        "wer_reference": round(errors_reference.rate, 4),
        "time_ratio": round(median(ratios), 2),
        "median_s": round(median(ours_s), 3),
        "retried": retried,
    }


def plain_recogniser(config: Config) -> PlainRecogniser:
    """faster-whisper as its users call it, with the configured weights."""
    model = _plain(config)

    def recognise(samples: Samples) -> tuple[str, str]:
        return _transcribe(model, samples, None, config.recogniser.beam_size)

    return recognise


def _plain(config: Config) -> "WhisperModel":
    from faster_whisper import WhisperModel

    section = config.recogniser
    return WhisperModel(
        str(_model(config)),
        device=section.device,
        compute_type="int8" if section.compute_type == "auto" else section.compute_type,
        cpu_threads=section.threads,
    )


def _model(config: Config) -> Path:
    return ModelStore(config.models.directory, Catalog.load()).path(config.recogniser.model)


def _transcribe(
    model: "WhisperModel", samples: Samples, language: str | None, beam_size: int
) -> tuple[str, str]:
    segments, info = model.transcribe(
        samples,
        language=language,
        beam_size=beam_size,
        without_timestamps=True,
        condition_on_previous_text=False,
    )
    return " ".join(segment.text.strip() for segment in segments), info.language


def _read(path: Path) -> Samples:
    with AudioFile(path) as file:
        return np.concatenate(list(file.blocks()))
