"""Engines that do nothing, and say what it would have cost on a machine that was measured."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Translation,
    TranslationRequest,
    VadState,
)
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.capacity.costs import Machine, Stage
from edge_interpreter.evaluation.capacity.traces import Trace, heard, probability, stretched
from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.pipeline.segmenter import WINDOW_SAMPLES


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds that something takes alone, and what it keeps busy meanwhile."""

    seconds: float
    cores: float
    efficiency: float
    on_gpu: bool


@dataclass(slots=True)
class Bill:
    """Work that engines have said they did and nobody has waited for yet."""

    machine: Machine
    rng: random.Random
    owed: list[Work] = field(default_factory=list)

    def add(self, kind: str, name: str, sizes: Sequence[float], *, quick: bool = False) -> None:
        """One batch, as much dearer or cheaper than the fit as one of those measured was."""
        cost = stage(self.machine, kind, name).price(quick=quick)
        seconds = cost.seconds(sizes) * self.rng.choice(cost.spread)
        efficiency = self.machine.sharing.get(kind, 1.0)
        self.owed.append(Work(seconds, cost.cores, efficiency, cost.on_gpu))

    def settle(self) -> list[Work]:
        """What is owed; nothing is, after this."""
        owed, self.owed = self.owed, []
        return owed


def priced_engines(traces: Sequence[Trace], targets: Sequence[str], bill: Bill) -> Engines:
    """Engines that know the words of `traces`, translate them into `targets` and speak those.

    A language or pair that was not measured costs what the dearest measured one of its kind does.
    """
    sources = sorted({trace.language for trace in traces})
    return Engines(
        _VoiceActivity(bill),
        _Recogniser(bill, traces),
        _Translator(bill, sources, targets),
        _Synthesiser(bill, targets),
        warm=True,
    )


class _VoiceActivity:
    window_samples = WINDOW_SAMPLES

    def __init__(self, bill: Bill) -> None:
        self._bill = bill

    def new_state(self) -> VadState:
        return object()

    def probabilities(
        self, states: Sequence[VadState], windows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        self._bill.add("voice_activity", "", [1.0] * len(states))
        return np.array([probability(window) for window in windows], np.float32)


class _Recogniser:
    def __init__(self, bill: Bill, traces: Sequence[Trace]) -> None:
        self._traces = traces
        self._bill = bill
        self.languages = frozenset(trace.language for trace in traces)
        known = [stage(bill.machine, "recogniser", tag) for tag in self.languages]
        self.max_batch = min(one.max_batch for one in known)

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        found = [heard(request.samples, self._traces) for request in requests]
        tags = [tag or min(self.languages) for _, tag in found]
        for quick in (False, True):
            sizes = [
                request.samples.size / SAMPLE_RATE
                for request in requests
                if (request.hurried or request.partial) is quick
            ]
            if sizes:
                # A batch of several languages costs what the first one's would.
                self._bill.add("recogniser", tags[0], sizes, quick=quick)
        return [
            Recognition(text, tag, 1.0, withheld=None if text else "no_speech")
            for (text, _), tag in zip(found, tags, strict=True)
        ]


class _Translator:
    def __init__(self, bill: Bill, sources: Sequence[str], targets: Sequence[str]) -> None:
        self._bill = bill
        self._stages = {
            (source, target): stage(bill.machine, "translator", f"{source}-{target}")
            for source in sources
            for target in targets
            if source != target
        }
        self.max_batch = min(known.max_batch for known in self._stages.values())

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._stages)

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        by_pair: dict[str, list[float]] = {}
        for request in requests:
            pair = f"{request.source}-{request.target}"
            by_pair.setdefault(pair, []).append(float(len(request.text)))
        for pair, sizes in by_pair.items():
            self._bill.add("translator", pair, sizes)
        growths = [self._stages[request.source, request.target].yields for request in requests]
        return [
            Translation(stretched(request.text, growth))
            for request, growth in zip(requests, growths, strict=True)
        ]


class _Synthesiser:
    def __init__(self, bill: Bill, targets: Sequence[str]) -> None:
        self._bill = bill
        self._stages = {tag: stage(bill.machine, "voice", tag) for tag in targets}

    def languages(self) -> frozenset[str]:
        return frozenset(self._stages)

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        self._bill.add("voice", request.language, [float(len(request.text))])
        voice = self._stages[request.language]
        seconds = voice.yields * len(request.text) / request.speed
        yield Speech(np.zeros(round(seconds * SPEECH_RATE), np.int16), SPEECH_RATE)


def stage(machine: Machine, kind: str, name: str) -> Stage:
    """What was measured, else the dearest of its kind: the one that does least in a second.

    Raises UserError where nothing of its kind was measured.
    """
    measured = machine.stages.get(f"{kind}/{name}")
    if measured is not None:
        return measured
    of_kind = [one for key, one in machine.stages.items() if key.split("/")[0] == kind]
    if not of_kind:
        raise UserError(f"no {kind} was measured: edge-interpreter models list")
    return min(of_kind, key=lambda one: one.speech_per_second)
