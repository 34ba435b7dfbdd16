"""Counts and logs what happens in the pipeline: figures and times, nothing of what is said."""

import logging
import time
from collections import deque
from collections.abc import Callable

from edge_interpreter.pipeline.events import (
    Event,
    Finished,
    Lane,
    Skipped,
    SoundLost,
    Translated,
)
from edge_interpreter.pipeline.ledger import Ledger
from edge_interpreter.telemetry import logs
from edge_interpreter.telemetry.instruments import Instruments

log = logging.getLogger(logs.UTTERANCES)

_STAGES = {"recogniser": "recognise", "translator": "translate", "synthesiser": "speak"}
_RESULTS = {"source_caption": "source_caption", "caption": "final_caption", "speech": "first_audio"}
RECENT_S = 60.0


class Watching:
    """An `Observer` that feeds instruments and the log."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.monotonic) -> None:
        self.instruments = Instruments()
        self._ledger = ledger
        self._clock = clock
        self._given_up: dict[tuple[str, int], Skipped] = {}
        self._recent: deque[tuple[float, float, int]] = deque([self._work_so_far()])

    def worked(self, role: str, seconds: float, first_s: float) -> None:
        """See `Observer.worked`."""
        self.instruments.worked(role, _STAGES[role], seconds, first_s)

    def failed(self, role: str) -> None:
        """See `Observer.failed`."""
        self.instruments.failed(role)

    def happened(self, event: Event) -> None:
        """See `Observer.happened`."""
        if isinstance(event, Finished):
            self._finished(event)
        elif isinstance(event, Translated):
            self.instruments.translated(event.fidelity.value)
        elif isinstance(event, SoundLost):
            self.instruments.sound_lost(event.reason, event.lost_ms / 1000)
        elif isinstance(event, Skipped) and event.lane is Lane.SOURCE:
            self._given_up[event.utterance.stream, event.utterance.index] = event

    def real_time_factor(self) -> float | None:
        """Seconds of recognition for a second of sound, of the last minute; None of no sound."""
        now, busy, recognised = self._work_so_far()
        while len(self._recent) > 1 and self._recent[0][0] < now - RECENT_S:
            self._recent.popleft()
        _, busy_before, recognised_before = self._recent[0]
        sound_ms = recognised - recognised_before
        return (busy - busy_before) * 1000 / sound_ms if sound_ms > 0 else None

    def _finished(self, event: Finished) -> None:
        utterance = event.utterance
        given_up = self._given_up.pop((utterance.stream, utterance.index), None)
        if not utterance.typed:
            for stage, milliseconds in event.latency_ms.items():
                self.instruments.latency(_RESULTS[stage], milliseconds / 1000)
        self._recent.append(self._work_so_far())
        while self._recent[0][0] < self._recent[-1][0] - RECENT_S:
            self._recent.popleft()
        outcome = "delivered"
        if given_up:
            outcome = "withheld" if given_up.withheld else "dropped"
        logs.event(
            log,
            logging.INFO,
            f"utterance {outcome}",
            event="utterance",
            session=utterance.stream,
            utterance=utterance.index,
            outcome=outcome,
            reason=given_up.reason if given_up else None,
            typed=utterance.typed,
            speech_ms=utterance.end_ms - utterance.start_ms,
            **{f"{_RESULTS[stage]}_ms": value for stage, value in event.latency_ms.items()},
        )

    def _work_so_far(self) -> tuple[float, float, int]:
        return self._clock(), self.instruments.busy_s["recogniser"], self._ledger.recognised_ms
