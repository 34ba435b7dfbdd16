"""What is counted when it happens; everything else is read when somebody looks (`readings`)."""

import threading

from prometheus_client import CollectorRegistry, Counter, Histogram

from edge_interpreter.telemetry.labels import Labels

PREFIX = "edge_interpreter"
ENGINES = ("recogniser", "translator", "synthesiser")
STAGES = ("recognise", "translate", "speak")
LATENCIES = ("source_caption", "final_caption", "first_audio")
_WORK_S = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_LATENCY_S = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0)


class Instruments:
    """Histograms and counters in a registry of their own; any thread may use them."""

    def __init__(self) -> None:
        # No reuse of the library's registry: several servers may live in one process.
        self.registry = CollectorRegistry(auto_describe=False)
        self._lock = threading.Lock()
        self.busy_s = dict.fromkeys(ENGINES, 0.0)
        self.failures = dict.fromkeys(ENGINES, 0)
        work = Histogram(
            f"{PREFIX}_stage_seconds",
            "Time an engine took for a batch; of speak, until the first sound of a clause.",
            ["stage"],
            buckets=_WORK_S,
            registry=self.registry,
        )
        latency = Histogram(
            f"{PREFIX}_latency_seconds",
            "From the end of speech to the first result that listeners got.",
            ["result"],
            buckets=_LATENCY_S,
            registry=self.registry,
        )
        busy = Counter(
            f"{PREFIX}_engine_busy_seconds",
            "Time the engines worked.",
            ["engine"],
            registry=self.registry,
        )
        failures = Counter(
            f"{PREFIX}_engine_failures",
            "Batches an engine could not do.",
            ["engine"],
            registry=self.registry,
        )
        self._translations = Counter(
            f"{PREFIX}_translations",
            "Captions delivered, by how far they can be trusted.",
            ["fidelity"],
            registry=self.registry,
        )
        self._sound_lost = Counter(
            f"{PREFIX}_sound_lost_seconds",
            "Speakers' sound that was lost before it could be heard.",
            ["reason"],
            registry=self.registry,
        )
        self._label = Labels()
        # A rate needs a first value: what may happen is shown before it does. Looking a label up
        # takes as long as counting, so it is done once.
        self._work = {stage: work.labels(stage) for stage in STAGES}
        self._latency = {result: latency.labels(result) for result in LATENCIES}
        self._busy = {engine: busy.labels(engine) for engine in ENGINES}
        self._failures = {engine: failures.labels(engine) for engine in ENGINES}

    def worked(self, engine: str, stage: str, seconds: float, first_s: float) -> None:
        """An engine was busy for `seconds`, `first_s` of it until its first result."""
        with self._lock:
            self.busy_s[engine] += seconds
        self._busy[engine].inc(seconds)
        self._work[stage].observe(first_s)

    def failed(self, engine: str) -> None:
        """An engine failed."""
        with self._lock:
            self.failures[engine] += 1
        self._failures[engine].inc()

    def latency(self, result: str, seconds: float) -> None:
        """A result reached the listeners so long after the end of speech."""
        self._latency[result].observe(max(0.0, seconds))

    def translated(self, fidelity: str) -> None:
        """A caption was delivered."""
        self._translations.labels(self._label(fidelity)).inc()

    def sound_lost(self, reason: str, seconds: float) -> None:
        """Sound of a speaker was lost."""
        self._sound_lost.labels(self._label(reason)).inc(seconds)
