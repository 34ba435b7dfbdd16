"""A stuck worker is told from a slow one and from an idle one."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from edge_interpreter.pipeline.progress import Progress
from edge_interpreter.pipeline.role import Role
from edge_interpreter.pipeline.workers import ThreadWorkers

LIMIT_S = 60.0


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def stuck(progress: Progress, **waiting: int) -> list[Role]:
    return progress.stuck({Role(name): count for name, count in waiting.items()}, LIMIT_S)


def test_an_idle_worker_is_never_stuck(clock: Clock) -> None:
    progress = Progress(clock)
    clock.now += 86_400
    assert stuck(progress) == []
    progress.ended(Role.RECOGNISER, progress.began(Role.RECOGNISER))
    clock.now += 86_400
    assert stuck(progress) == []


def test_a_call_that_never_ends_is_stuck(clock: Clock) -> None:
    progress = Progress(clock)
    call = progress.began(Role.RECOGNISER)
    clock.now += LIMIT_S - 1
    assert stuck(progress) == []
    clock.now += 1
    assert stuck(progress) == [Role.RECOGNISER]
    progress.ended(Role.RECOGNISER, call)
    assert stuck(progress) == []


def test_one_that_always_has_work_but_finishes_some_is_not_stuck(clock: Clock) -> None:
    progress = Progress(clock)
    for _ in range(100):
        call = progress.began(Role.TRANSLATOR)
        clock.now += LIMIT_S / 2
        assert stuck(progress, translator=5) == []
        progress.ended(Role.TRANSLATOR, call)


def test_one_of_several_workers_is_stuck_although_the_others_work(clock: Clock) -> None:
    progress = Progress(clock)
    progress.began(Role.RECOGNISER)
    for _ in range(4):
        call = progress.began(Role.RECOGNISER)
        assert stuck(progress) == []
        clock.now += LIMIT_S / 4
        progress.ended(Role.RECOGNISER, call)
    assert stuck(progress) == [Role.RECOGNISER]


def test_work_that_nobody_takes_up_counts_too(clock: Clock) -> None:
    progress = Progress(clock)
    assert stuck(progress, synthesiser=1) == []
    clock.now += LIMIT_S
    assert stuck(progress, synthesiser=3) == [Role.SYNTHESISER]
    assert stuck(progress) == []
    assert stuck(progress, synthesiser=1) == []


def test_the_others_are_not_blamed(clock: Clock) -> None:
    progress = Progress(clock)
    progress.began(Role.SYNTHESISER)
    for _ in range(4):
        call = progress.began(Role.TRANSLATOR)
        clock.now += LIMIT_S / 4
        progress.ended(Role.TRANSLATOR, call)
    assert stuck(progress, translator=1) == [Role.SYNTHESISER]


async def test_calls_of_real_threads_are_counted_also_when_nobody_waits_for_them() -> None:
    workers, release = ThreadWorkers(), threading.Event()
    call = asyncio.create_task(workers.call(Role.RECOGNISER, release.wait, 10))
    await asyncio.sleep(0.1)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await asyncio.sleep(0.1)
    assert workers.progress.stuck({}, 0.08) == [Role.RECOGNISER]
    release.set()
    workers.close()
    assert workers.progress.stuck({}, 0.0001) == []


async def test_each_piece_of_a_stream_is_progress() -> None:
    workers = ThreadWorkers()

    def pieces() -> Iterator[int]:
        for number in range(8):
            time.sleep(0.05)
            yield number

    async for _ in workers.stream(Role.SYNTHESISER, pieces):
        assert workers.progress.stuck({}, 0.2) == []
    workers.close()


async def test_a_call_that_fails_is_over() -> None:
    workers = ThreadWorkers()
    with pytest.raises(ZeroDivisionError):
        await workers.call(Role.RECOGNISER, lambda: 1 / 0)
    assert workers.progress.stuck({}, 0.0001) == []
    workers.close()
    with pytest.raises(RuntimeError):
        await workers.call(Role.RECOGNISER, lambda: 1)
    assert workers.progress.stuck({}, 0.0001) == []
