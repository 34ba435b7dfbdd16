"""Engine requests and answers as messages, and back, for both sides; no sockets."""

from collections.abc import Sequence

import numpy as np

from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Translation,
    TranslationRequest,
)
from edge_interpreter.engines.remote import inference_pb2 as pb

_SAMPLES = np.dtype("<f4")
_PCM = np.dtype("<i2")


def utterance(request: RecognitionRequest) -> pb.Utterance:
    """An utterance as a message; the samples travel as they are, so that answers are the same."""
    return pb.Utterance(
        samples=np.ascontiguousarray(request.samples, _SAMPLES).tobytes(),
        language=request.language or "",
        candidates=request.candidates,
        prior=request.prior,
        context=request.context,
        terms=request.terms,
        partial=request.partial,
        hurried=request.hurried,
    )


def recognition_request(message: pb.Utterance) -> RecognitionRequest:
    """The request of a message. Raises ValueError for samples cut off in the middle."""
    return RecognitionRequest(
        samples=np.frombuffer(message.samples, _SAMPLES).astype(np.float32),
        language=message.language or None,
        candidates=tuple(message.candidates),
        prior=dict(message.prior),
        context=message.context,
        terms=tuple(message.terms),
        partial=message.partial,
        hurried=message.hurried,
    )


def heard(answer: Recognition) -> pb.Heard:
    """A recognition as a message."""
    return pb.Heard(
        text=answer.text,
        language=answer.language,
        language_probability=answer.language_probability,
        no_speech_probability=answer.no_speech_probability,
        average_logprob=answer.average_logprob,
        compression_ratio=answer.compression_ratio,
        retried=answer.retried,
        withheld=answer.withheld or "",
    )


def recognition(message: pb.Heard) -> Recognition:
    """The recognition of a message."""
    return Recognition(
        text=message.text,
        language=message.language,
        language_probability=message.language_probability,
        no_speech_probability=message.no_speech_probability,
        average_logprob=message.average_logprob,
        compression_ratio=message.compression_ratio,
        retried=message.retried,
        withheld=message.withheld or None,
    )


def sentence(request: TranslationRequest) -> pb.Sentence:
    """A sentence as a message."""
    return pb.Sentence(
        text=request.text, source=request.source, target=request.target, careful=request.careful
    )


def translation_request(message: pb.Sentence) -> TranslationRequest:
    """The request of a message."""
    return TranslationRequest(message.text, message.source, message.target, message.careful)


def translated(answer: Translation) -> pb.Translated:
    """A translation as a message."""
    return pb.Translated(text=answer.text, score=answer.score)


def translation(message: pb.Translated) -> Translation:
    """The translation of a message."""
    return Translation(message.text, message.score)


def clause(request: SpeechRequest) -> pb.Clause:
    """A clause to speak as a message."""
    return pb.Clause(text=request.text, language=request.language, speed=request.speed)


def speech_request(message: pb.Clause) -> SpeechRequest:
    """The request of a message."""
    return SpeechRequest(message.text, message.language, message.speed)


def sounds(pieces: Sequence[Speech]) -> list[pb.Sound]:
    """Speech as messages."""
    return [
        pb.Sound(pcm=np.ascontiguousarray(piece.pcm, _PCM).tobytes(), rate=piece.rate)
        for piece in pieces
    ]


def speech(message: pb.Sound) -> Speech:
    """The speech of a message."""
    return Speech(np.frombuffer(message.pcm, _PCM).astype(np.int16), message.rate)
