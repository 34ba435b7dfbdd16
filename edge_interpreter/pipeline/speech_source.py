"""Speech of one sentence at the pipeline's own rate, the first clause as early as possible."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import soxr

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.engines.protocols import SpeechRequest, Synthesiser
from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.text.sentences import split_clauses


def speech_pieces(engine: Synthesiser, request: SpeechRequest) -> Iterator[Pcm16]:
    """Pieces of 16-bit mono speech at `SPEECH_RATE`, resampled without seams; worker threads."""
    for clause in split_clauses(request.text, request.language):
        resampler: soxr.ResampleStream | None = None
        for speech in engine.synthesise(replace(request, text=clause)):
            if speech.rate == SPEECH_RATE:
                yield speech.pcm
                continue
            if resampler is None:
                resampler = soxr.ResampleStream(speech.rate, SPEECH_RATE, 1, dtype="int16")
            yield from _some(resampler.resample_chunk(speech.pcm))
        if resampler is not None:
            yield from _some(resampler.resample_chunk(np.empty(0, np.int16), last=True))


def _some(pcm: Pcm16) -> Iterator[Pcm16]:
    if pcm.size:
        yield pcm
