"""Times calls of engines: wall seconds and processor seconds of all our processes."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from edge_interpreter.evaluation.capacity.costs import Trial
from edge_interpreter.evaluation.overhead_bench import overhead
from edge_interpreter.telemetry.processes import processes

TRIES = 2
"""Each call is made so often; the fastest counts, since other work can only add to it."""
TOGETHER_S = 8.0
"""How long all engines run side by side."""
OWN_SPEAKERS, OWN_S = 8, 6
"""How the pipeline itself is measured."""

T = TypeVar("T")


def tried(sizes: Sequence[float], work: Callable[[], T]) -> tuple[Trial, T]:
    """Make a call and time it; `sizes` is what each item of its batch measures."""
    tries = [_once(tuple(sizes), work) for _ in range(TRIES)]
    return min(tries, key=lambda one: one[0].seconds)


def slowdown(jobs: Sequence[Callable[[], object]]) -> list[float]:
    """How many times as long each job takes while all of them run, over and over."""
    alone = [tried((), job)[0].seconds for job in jobs]
    until = time.perf_counter() + TOGETHER_S
    taken: list[list[float]] = [[] for _ in jobs]

    def repeat(place: int) -> None:
        while not taken[place] or time.perf_counter() < until:
            began = time.perf_counter()
            jobs[place]()
            taken[place].append(time.perf_counter() - began)

    threads = [threading.Thread(target=repeat, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [sum(some) / len(some) / one for some, one in zip(taken, alone, strict=True)]


def own_cores() -> float:
    """Cores that the pipeline keeps busy for each speaker, without any engine."""
    began, cpu = time.perf_counter(), time.process_time()
    overhead(OWN_SPEAKERS, OWN_S)
    busy = (time.process_time() - cpu) / (time.perf_counter() - began)
    return round(busy / OWN_SPEAKERS, 4)


def _once(sizes: tuple[float, ...], work: Callable[[], T]) -> tuple[Trial, T]:
    cpu, began = _cpu_s(), time.perf_counter()
    answer = work()
    seconds = time.perf_counter() - began
    return Trial(sizes, seconds, _cpu_s() - cpu), answer


def _cpu_s() -> float:
    return sum(processes().cpu_s.values())
