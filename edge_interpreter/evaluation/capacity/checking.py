"""The simulation beside the real pipeline: same speakers, same recordings, same machine."""

from collections.abc import Sequence
from typing import Any

from edge_interpreter.audio.frames import Samples
from edge_interpreter.engines.loading import Engines
from edge_interpreter.evaluation.capacity.scenes import Scene, rooms
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.streams_bench import PAUSE_S, delays


def compare(
    scene: Scene,
    engines: Engines,
    recordings: Sequence[Samples],
    counts: Sequence[int],
    seconds: int,
) -> list[dict[str, Any]]:
    """Continuous speakers: milliseconds to the first translated sound, simulated and measured.

    Both as `bench streams`: without partial captions, a set pause after each recording.
    """
    languages = list(dict.fromkeys(trace.language for trace in scene.traces))
    spoken, target = languages[:2]
    found = []
    for count in counts:
        simulated = rooms(scene, count, spoken, [target], lambda _: PAUSE_S, partials=False)
        real = delays(engines, scene.config, recordings, target, count, seconds)
        ours, theirs = percentiles(simulated.first_audio_ms), percentiles(real)
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
