"""The box's own engines take over while the cluster does not answer.

Only then: work that the cluster refuses because it is late or too much is not done here either,
since that is what the overload policy is about; nor is what got late while the cluster was waited
for, or the own engine.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

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
    latest,
)
from edge_interpreter.engines.remote.stage import UNAVAILABLE
from edge_interpreter.errors import WorkRefusedError


class RecogniserWithOwn:
    """Asks the cluster, else the recogniser of this box, which `workers` may use at once."""

    max_batch = 1

    def __init__(self, remote: RemoteRecogniser, own: Recogniser, workers: int = 1) -> None:
        self.stage = remote.stage
        self._places = threading.Semaphore(workers)
        self.languages = remote.languages
        self.at_once = remote.at_once
        self._remote, self.own = remote, own

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """See `Recogniser.recognise`."""
        try:
            return self._remote.recognise(requests)
        except WorkRefusedError as refusal:
            require_outage(refusal)
        with self._place() as waited:
            self.stage.leave_to_own(latest(requests))
            # Where one had to wait, others do.
            if waited:
                requests = [replace(one, hurried=True) for one in requests]
            return self.own.recognise(requests)

    @contextmanager
    def _place(self) -> Iterator[bool]:
        """One of the places at the own engine, and whether it had to be waited for."""
        waited = not self._places.acquire(blocking=False)
        if waited:
            self._places.acquire()
        try:
            yield waited
        finally:
            self._places.release()

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
            require_outage(refusal)
        self.stage.leave_to_own(latest(requests))
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
            require_outage(refusal)
        else:
            yield from pieces
            return
        self.stage.leave_to_own(request.deadline)
        yield from self.own.synthesise(request)

    def close(self) -> None:
        """Let go of both."""
        self._remote.close()
        close(self.own)


def require_outage(refusal: WorkRefusedError) -> None:
    """Raise a refusal that is of overload."""
    if refusal.reason != UNAVAILABLE:
        raise refusal


def close(engine: object) -> None:
    """Close an engine that can be closed."""
    with suppress(AttributeError):
        engine.close()  # type: ignore[attr-defined]
