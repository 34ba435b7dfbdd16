"""The three engines of a cluster as engines of this box."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Translation,
    TranslationRequest,
)
from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote import messages
from edge_interpreter.engines.remote.stage import RemoteStage
from edge_interpreter.errors import EngineError

T = TypeVar("T")


class _Timed(Protocol):
    @property
    def deadline(self) -> float | None: ...


class RemoteRecogniser:
    """Each utterance on its own: batches are made on the node, of all boxes' utterances."""

    max_batch = 1

    def __init__(self, stage: RemoteStage, known: pb.DescribeReply, at_once: int = 1) -> None:
        self.stage = stage
        self.languages = frozenset(known.languages)
        self.at_once = at_once

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """See `Recogniser.recognise`; raises WorkRefusedError."""
        asked = pb.RecogniseRequest(utterances=map(messages.utterance, requests))
        reply = self.stage.ask(asked, latest(requests))
        return _whole([messages.recognition(one) for one in reply.heard], requests)

    def close(self) -> None:
        """Ask no more."""
        self.stage.close()


class RemoteTranslator:
    """Sentences that come together go together."""

    def __init__(self, stage: RemoteStage, known: pb.DescribeReply) -> None:
        self.stage = stage
        self.max_batch = known.max_batch or 1
        self._pairs = frozenset((pair.source, pair.target) for pair in known.pairs)

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs that the cluster can translate."""
        return self._pairs

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        """See `Translator.translate`; raises WorkRefusedError."""
        asked = pb.TranslateRequest(sentences=map(messages.sentence, requests))
        reply = self.stage.ask(asked, latest(requests))
        return _whole([messages.translation(one) for one in reply.translated], requests)

    def close(self) -> None:
        """Ask no more."""
        self.stage.close()


class RemoteSynthesiser:
    """A clause comes back whole, so that a lost one can be asked for again."""

    def __init__(self, stage: RemoteStage, known: pb.DescribeReply) -> None:
        self.stage = stage
        self._languages = frozenset(known.languages)

    def languages(self) -> frozenset[str]:
        """The languages that have a voice in the cluster."""
        return self._languages

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        """See `Synthesiser.synthesise`; raises WorkRefusedError."""
        asked = pb.SynthesiseRequest(clause=messages.clause(request))
        reply = self.stage.ask(asked, request.deadline)
        yield from map(messages.speech, reply.sounds)

    def close(self) -> None:
        """Ask no more."""
        self.stage.close()


def latest(requests: Sequence[_Timed]) -> float | None:
    """When none of the requests is wanted any more; None where one always is."""
    deadlines = [request.deadline for request in requests if request.deadline is not None]
    return max(deadlines) if requests and len(deadlines) == len(requests) else None


def _whole(answers: list[T], requests: Sequence[object]) -> list[T]:
    if len(answers) != len(requests):
        raise EngineError(f"the cluster gave {len(answers)} answers to {len(requests)} requests")
    return answers
