"""How well our voices are understood: what the recogniser hears of sentences that they speak."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.engines.protocols import (
    Recogniser,
    RecognitionRequest,
    SpeechRequest,
    Synthesiser,
)
from edge_interpreter.evaluation.wer import pooled, word_errors
from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.pipeline.speech_source import speech_pieces
from edge_interpreter.text.spoken import spoken_form

_PAUSE = np.zeros(SAMPLE_RATE // 4, np.float32)


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A sentence that was spoken, what was heard of it, and how many words were wrong."""

    text: str
    heard: str
    errors: int


def round_trips(
    texts: Iterable[str], language: str, voice: Synthesiser, recogniser: Recogniser
) -> list[RoundTrip]:
    """Speak each text in `language` (BCP-47) and recognise it, the language given."""
    trips = []
    for text in texts:
        request = RecognitionRequest(_spoken(voice, text, language), language)
        (answer,) = recogniser.recognise([request])
        heard = "" if answer.withheld else answer.text
        found = word_errors(_as_read(text, language), _as_read(heard, language), language)
        errors = found.substitutions + found.deletions + found.insertions
        trips.append(RoundTrip(text, heard, errors))
    return trips


def error_rate(trips: Sequence[RoundTrip], language: str) -> float:
    """Words wrong per word spoken, over all sentences."""
    found = pooled(
        word_errors(_as_read(trip.text, language), _as_read(trip.heard, language), language)
        for trip in trips
    )
    return round(found.rate, 4)


def _as_read(text: str, language: str) -> str:
    """Numbers in words, so that "2" that was heard as "two" is no error."""
    return spoken_form(text, language)


def _spoken(voice: Synthesiser, text: str, language: str) -> Samples:
    pieces = list(speech_pieces(voice, SpeechRequest(text, language)))
    pcm = np.concatenate(pieces) if pieces else np.empty(0, np.int16)
    sound = soxr.resample(pcm.astype(np.float32) / 32768, SPEECH_RATE, SAMPLE_RATE)
    return np.concatenate((_PAUSE, np.asarray(sound, np.float32), _PAUSE))
