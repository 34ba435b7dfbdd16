"""What one call of an engine costs, as a function of what it is given, fitted to measurements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPREAD_POINTS = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One measured call: the size of each item in its batch, wall and processor seconds."""

    sizes: tuple[float, ...]
    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of a call on an otherwise idle machine: a call, each item, each unit, the longest.

    `spread` are quantiles of measured over fitted seconds, each as likely as the others. `cores`
    is how many cores a call keeps busy; `on_gpu` that the work itself is done on a graphics
    processor.
    """

    call_s: float
    item_s: float
    unit_s: float
    longest_s: float
    spread: tuple[float, ...] = (1.0,)
    cores: float = 1.0
    on_gpu: bool = False

    def seconds(self, sizes: Sequence[float]) -> float:
        """The fitted cost of one batch; `sizes` must not be empty."""
        terms = (self.call_s, self.item_s, self.unit_s, self.longest_s)
        return float(np.dot(_features(sizes), terms))


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known of one stage in one language or pair.

    `cost` is that of work nobody waits behind; `quick` of what is done in a hurry or for a first
    idea, None where that is the same.
    `yields` is what comes out for a unit that goes in: characters heard for a second of sound,
    translated characters for a character, seconds of sound for a character spoken.
    `speech_per_second` is how many seconds of somebody's speech it deals with in a second, one
    utterance at a time, and `batched_speech_per_second` the same in full batches, which are quick.
    """

    cost: Cost
    yields: float
    max_batch: int
    speech_per_second: float
    batched_speech_per_second: float
    quick: Cost | None = None

    def price(self, *, quick: bool) -> Cost:
        """What a call costs."""
        return self.quick if quick and self.quick else self.cost


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured of a machine.

    `sharing` says, for recogniser, translator and voice, how fast each goes on while all run at
    once, over its fair share of the cores. `own_cores` is what the pipeline itself keeps busy for
    each speaker. The keys of `stages`: voice_activity, recogniser/en, translator/en-fr, voice/fr.
    """

    cores: int
    sharing: Mapping[str, float]
    own_cores: float
    recognitions_at_once: int
    stages: Mapping[str, Stage]


def fit(trials: Sequence[Trial], *, on_gpu: bool = False) -> Cost:
    """The cost that fits best (least squares, no term below zero)."""
    features = np.array([_features(trial.sizes) for trial in trials])
    seconds = np.array([trial.seconds for trial in trials])
    terms = _without_negative(features, seconds)
    ratios = seconds / np.maximum(features @ terms, 1e-9)
    quantiles = np.quantile(ratios, (np.arange(SPREAD_POINTS) + 0.5) / SPREAD_POINTS)
    busy = sum(trial.cpu_s for trial in trials) / float(seconds.sum())
    call, item, unit, longest = (float(f"{term:.4g}") for term in terms)
    spread = tuple(round(float(value), 3) for value in quantiles)
    return Cost(call, item, unit, longest, spread, round(busy, 2), on_gpu)


def _features(sizes: Sequence[float]) -> tuple[float, float, float, float]:
    return 1.0, float(len(sizes)), float(sum(sizes)), float(max(sizes))


def _without_negative(
    features: NDArray[np.float64], seconds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Least squares, leaving out the worst term until none is negative."""
    used = list(range(features.shape[1]))
    terms = np.zeros(features.shape[1])
    while used:
        found = np.linalg.lstsq(features[:, used], seconds, rcond=None)[0]
        worst = int(np.argmin(found))
        if found[worst] >= 0:
            terms[used] = found
            break
        del used[worst]
    return terms
