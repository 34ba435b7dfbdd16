"""A box with calls and nothing else, in a process of its own: `python -m …calls_host`.

Standard input: one line of JSON (configuration, kind of engines), then lines that ask for counts,
each answered with one line of JSON. It serves until the input ends.
"""

import asyncio
import json
import os
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_interpreter.calls.call import Call
from edge_interpreter.calls.leg import MediaLeg
from edge_interpreter.calls.model import Role
from edge_interpreter.calls.service import CallService
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import load_engines
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.timer_engines import timer_engines
from edge_interpreter.pipeline.events import Event, Finished
from edge_interpreter.pipeline.pipeline import Pipeline

HANG_UP_S = 0.7


def main() -> int:
    """Serve until standard input ends."""
    order = json.loads(sys.stdin.readline())
    config = Config.model_validate(order["config"])
    engines = timer_engines() if order["engines"] == "timer" else load_engines(config)
    try:
        asyncio.run(_serve(config, Pipeline(engines, config)))
    finally:
        engines.close()
    return 0


async def _serve(config: Config, pipeline: Pipeline) -> None:
    await pipeline.start()
    service = CallService(config.calls, pipeline)
    await service.start()
    _say({"ready": True})
    loop = asyncio.get_running_loop()
    legs: list[MediaLeg] = []
    stages: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    while await loop.run_in_executor(None, sys.stdin.readline):
        for call in service.board.calls.values():
            if call.id not in seen and call.state == "active":
                seen.add(call.id)
                _note_stages(call, stages)
            legs += [s.leg for s in call.conversation.sides.values() if s.leg not in legs]
        _say(_counts(service, pipeline))
    service.board.end_all()
    await asyncio.sleep(HANG_UP_S)
    counters = [leg.counters for leg in legs]
    _say(
        {
            "underruns": sum(counter.underruns for counter in counters),
            "concealed": sum(counter.concealed for counter in counters),
            "dropped": sum(counter.dropped for counter in counters),
            "lowest_reserve_ms": min(
                (c.lowest_reserve_ms for c in counters if c.lowest_reserve_ms is not None),
                default=None,
            ),
            "ledger": pipeline.ledger.as_dict(),
            "stages_ms": {name: percentiles(values, 50)["p50"] for name, values in stages.items()},
        }
    )
    await service.stop()
    await pipeline.stop()


def _note_stages(call: Call, stages: dict[str, list[int]]) -> None:
    """Collect when each stage of each utterance was done, in ms after the end of speech."""
    conversation = call.conversation
    before = conversation.on_event

    def note(role: Role, event: Event) -> None:
        before(role, event)
        if isinstance(event, Finished):
            for name, at in event.latency_ms.items():
                stages[name].append(at)

    conversation.on_event = note


def _counts(service: CallService, pipeline: Pipeline) -> dict[str, Any]:
    calls = service.board.calls.values()
    return {
        "cpu_s": _cpu_seconds_of_all(os.getpid()),
        "active": sum(call.state == "active" for call in calls),
        "refused": service.board.refused,
        "first_audio_ms": [ms for call in calls for ms in call.first_audio_ms],
        "ticks": service.board.ticker.stats.ticks,
        "ticks_on_time": service.board.ticker.stats.on_time,
        "latest_tick_ms": round(1000 * service.board.ticker.stats.latest_s, 1),
        "lag": pipeline.snapshot().lag_level.name.lower(),
    }


def _cpu_seconds_of_all(root: int) -> float:
    """User and system time of a process and its descendants, by /proc."""
    times: dict[int, float] = {}
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = entry.read_text("ascii", "replace").rpartition(")")[2].split()
            pid = int(entry.parent.name)
            parents[pid] = int(fields[1])
            times[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return sum(seconds for pid, seconds in times.items() if _descends(pid, root, parents))


def _descends(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid not in (root, 0):
        pid = parents.get(pid, 0)
    return pid == root


def _say(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
