"""Machines as they might have been measured, and what is said on them."""

from collections.abc import Mapping

import numpy as np

from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.capacity.costs import Cost, Machine, Stage
from edge_interpreter.evaluation.capacity.scenes import Scene
from edge_interpreter.evaluation.capacity.traces import Trace


def machine(recogniser_s: float = 0.2, stages: Mapping[str, Stage] | None = None) -> Machine:
    """Recognition takes `recogniser_s` an utterance on both of two cores, the rest 0.1 s on one."""

    def stage(seconds: float, busy: float, yields: float, batch: int = 1) -> Stage:
        return Stage(Cost(0.0, seconds, 0.0, 0.0, cores=busy), yields, batch, 2 / seconds, 0.0)

    measured = {
        "voice_activity": stage(0.0002, 1.0, 1.0, 64),
        "recogniser/en": stage(recogniser_s, 2.0, 15.0),
        "recogniser/fr": stage(recogniser_s, 2.0, 15.0),
        "translator/en-fr": stage(0.1, 1.0, 1.1, 8),
        "translator/fr-en": stage(0.1, 1.0, 0.9, 8),
        "voice/fr": stage(0.1, 1.0, 0.06),
        "voice/en": stage(0.1, 1.0, 0.06),
    }
    return Machine(2, {}, 0.0, 1, {**measured, **(stages or {})})


def sentence(language: str, seconds: float = 2.0) -> Trace:
    """Somebody says five words between two bits of silence."""
    quiet = np.zeros(6, np.float32)
    likely = np.full(round(seconds / 0.032), 0.95, np.float32)
    words = ("Abcd", "efghi", "jklm", "nopqr", "stu.")
    return Trace(language, np.concatenate((quiet, likely, quiet)), words)


TRACES = [sentence("en"), sentence("fr"), sentence("en", 3.0), sentence("fr", 2.5)]


def scene(measured: Machine, seconds: float = 60.0, seed: int = 1) -> Scene:
    return Scene(measured, Config(), TRACES, seed, 0.0, seconds, seconds)
