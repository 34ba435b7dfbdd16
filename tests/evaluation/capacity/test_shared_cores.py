"""Who runs together runs slower: hand-worked times on a virtual clock."""

import asyncio
from collections.abc import Sequence

import pytest

from edge_interpreter.evaluation.capacity.shared_cores import SharedCores
from edge_interpreter.evaluation.virtual_time import run_virtually


def ends(cores: float, *jobs: tuple[float, float, float], efficiency: float = 1.0) -> list[float]:
    """When jobs of (begin, seconds alone, cores) are done."""

    async def run() -> Sequence[float]:
        shared = SharedCores(cores)

        async def one(begin: float, seconds: float, wanted: float) -> float:
            await asyncio.sleep(begin)
            await shared.work(seconds, wanted, efficiency=efficiency)
            return asyncio.get_running_loop().time()

        return await asyncio.gather(*(one(*job) for job in jobs))

    return [round(end, 6) for end in run_virtually(run)]


def test_jobs_that_fit_do_not_notice_each_other() -> None:
    assert ends(2, (0, 1.0, 1.0), (0, 3.0, 1.0)) == [1.0, 3.0]


def test_jobs_that_want_twice_the_cores_take_twice_the_time() -> None:
    assert ends(2, (0, 1.0, 2.0), (0, 1.0, 2.0)) == [2.0, 2.0]


def test_a_job_is_slow_only_while_another_runs() -> None:
    # From 1 s both run at half speed: the second needs 2 s for its 1 s, the first has 2 s left.
    assert ends(1, (0, 4.0, 1.0), (1, 1.0, 1.0)) == [5.0, 3.0]


def test_who_makes_less_of_a_share_takes_longer_but_loses_nothing_alone() -> None:
    assert ends(2, (0, 1.0, 2.0), (0, 1.0, 2.0), efficiency=0.8) == [2.5, 2.5]
    assert ends(2, (0, 1.0, 2.0), efficiency=0.8) == [1.0]


def test_jobs_on_a_graphics_processor_share_that_one() -> None:
    async def run() -> float:
        shared = SharedCores(16)
        await asyncio.gather(*(shared.work(1.0, 0.5, on_gpu=True) for _ in range(3)))
        return asyncio.get_running_loop().time()

    assert run_virtually(run) == pytest.approx(3.0)


def test_work_that_is_given_up_no_longer_slows_the_rest() -> None:
    async def run() -> float:
        shared = SharedCores(1)
        other = asyncio.create_task(shared.work(10.0, 1.0))
        mine = asyncio.create_task(shared.work(2.0, 1.0))
        await asyncio.sleep(2.0)
        other.cancel()
        await mine
        return asyncio.get_running_loop().time()

    # 2 s at half speed leave 1 s, done alone.
    assert run_virtually(run) == pytest.approx(3.0)
