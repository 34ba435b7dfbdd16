"""The simulation beside the real pipeline: same speakers, same recordings, same machine."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from edge_interpreter.audio.frames import Samples
from edge_interpreter.engines.loading import Engines
from edge_interpreter.evaluation.capacity.scenes import Scene, rooms
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.streams_bench import PAUSE_S, delays

SEEDS = 5


def compare(
    scene: Scene,
    engines: Engines,
    recordings: Sequence[Samples],
    counts: Sequence[int],
    seconds: int,
) -> list[dict[str, Any]]:
    """Continuous speakers: milliseconds to the first translated sound, simulated and measured.

    Both as `bench streams`, for the same time: without partial captions, a set pause after each
    recording. The simulation is of `SEEDS` seeds together.
    """
    languages = list(dict.fromkeys(trace.language for trace in scene.traces))
    spoken, target = languages[:2]
    found = []
    for count in counts:
        real = delays(engines, scene.config, recordings, target, count, seconds)
        simulated = [
            ms
            for seed in range(scene.seed, scene.seed + SEEDS)
            for ms in rooms(
                replace(scene, seed=seed, speaker_s=0.0, shortest_s=float(seconds)),
                *(count, spoken, [target], lambda _: PAUSE_S),
                partials=False,
            ).first_audio_ms
        ]
        ours, theirs = percentiles(simulated), percentiles(real)
        found.append(
            {
                "speakers": count,
                "simulated_ms": ours,
                "measured_ms": theirs,
                "error_percent": {point: _error(ours[point], theirs[point]) for point in ours},
            }
        )
    return found


def _error(simulated: int | None, measured: int | None) -> int | None:
    """By how much the simulation is over (or, below zero, under) what was measured."""
    if simulated is None or not measured:
        return None
    return round(100 * (simulated / measured - 1))
