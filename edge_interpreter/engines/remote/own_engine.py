"""The box's own engines take over while the cluster does not answer.

Only then: work that the cluster refuses because it is late or too much is not done here either,
since that is what the overload policy is about.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from edge_interpreter.engines.protocols import (
    Recogniser,
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Synthesiser,
    Translation,
    TranslationRequest,
    Translator,
)
from edge_interpreter.engines.remote.adapters import (
    RemoteRecogniser,
    RemoteSynthesiser,
    RemoteTranslator,
)
from edge_interpreter.engines.remote.stage import UNAVAILABLE, RemoteStage
from edge_interpreter.errors import WorkRefusedError


class RecogniserWithOwn:
    """Asks the cluster, else the recogniser of this box."""

    max_batch = 1

    def __init__(self, remote: RemoteRecogniser, own: Recogniser) -> None:
        self.stage = remote.stage
        self.languages = remote.languages
        self.at_once = remote.at_once
        self._remote, self.own = remote, own

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """See `Recogniser.recognise`."""
        try:
            return self._remote.recognise(requests)
        except WorkRefusedError as refusal:
            take_over(refusal, self.stage)
        return self.own.recognise(requests)

    def close(self) -> None:
        """Let go of both."""
        self._remote.close()
        close(self.own)


class TranslatorWithOwn:
    """Asks the cluster, else the translator of this box."""

    def __init__(self, remote: RemoteTranslator, own: Translator) -> None:
        self.stage = remote.stage
        self.max_batch = remote.max_batch
        self._remote, self.own = remote, own

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs of the cluster; those that are not the own engine's fail while it is away."""
        return self._remote.pairs()

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        """See `Translator.translate`."""
        try:
            return self._remote.translate(requests)
        except WorkRefusedError as refusal:
            take_over(refusal, self.stage)
        return self.own.translate(requests)

    def close(self) -> None:
        """Let go of both."""
        self._remote.close()
        close(self.own)


class SynthesiserWithOwn:
    """Asks the cluster, else the voices of this box."""

    def __init__(self, remote: RemoteSynthesiser, own: Synthesiser) -> None:
        self.stage = remote.stage
        self._remote, self.own = remote, own

    def languages(self) -> frozenset[str]:
        """The languages that have a voice in the cluster."""
        return self._remote.languages()

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        """See `Synthesiser.synthesise`."""
        try:
            pieces = list(self._remote.synthesise(request))
        except WorkRefusedError as refusal:
            take_over(refusal, self.stage)
        else:
            yield from pieces
            return
        yield from self.own.synthesise(request)

    def close(self) -> None:
        """Let go of both."""
        self._remote.close()
        close(self.own)


def take_over(refusal: WorkRefusedError, stage: RemoteStage) -> None:
    """Count that the own engine does it; raises the refusal where it must not."""
    if refusal.reason != UNAVAILABLE:
        raise refusal
    stage.counts.own += 1


def close(engine: object) -> None:
    """Close an engine that can be closed."""
    with suppress(AttributeError):
        engine.close()  # type: ignore[attr-defined]
