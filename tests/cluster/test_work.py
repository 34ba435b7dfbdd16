import asyncio
from typing import Any

import pytest

from edge_interpreter.cluster.work import Bench, Gate, Job, allowed
from edge_interpreter.errors import EngineError


class Doubler:
    """Doubles numbers; cannot do 13."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, items: list[Any]) -> list[Any]:
        self.batches.append(items)
        if 13 in items:
            raise EngineError("13 brings bad luck")
        return [2 * item for item in items]


def test_requests_of_several_boxes_are_done_together_and_given_back_apart() -> None:
    engine = Doubler()
    done = Bench(engine).work([Job((1, 2)), Job((3,)), Job(())])
    assert engine.batches == [[1, 2, 3]]
    assert [one.answers for one in done] == [(2, 4), (6,), ()]


def test_late_requests_are_left_before_work_is_put_into_them() -> None:
    engine = Doubler()
    bench = Bench(engine, clock=lambda: 10.0)
    done = bench.work([Job((1,), 9.9), Job((2,), 10.1), Job((3,), None)])
    assert engine.batches == [[2, 3]]
    assert [one.refused for one in done] == ["too_late", "", ""]
    assert bench.counts["too_late"] == 1
    assert bench.counts["jobs"] == 3


def test_when_all_is_late_the_engine_is_not_troubled() -> None:
    engine = Doubler()
    bench = Bench(engine, clock=lambda: 10.0)
    bench.work([Job((1,), 9.9)])
    assert not engine.batches
    assert not bench.counts["batches"]


def test_one_bad_request_does_not_fail_the_others() -> None:
    done = Bench(Doubler()).work([Job((1,)), Job((13,)), Job((2,))])
    assert [one.answers for one in done] == [(2,), (), (4,)]
    assert done[1].fault == "13 brings bad luck"


def test_of_an_unexpected_fault_only_the_kind_leaves_the_node() -> None:
    def broken(items: list[Any]) -> list[Any]:
        raise ValueError(f"what was said: {items}")

    assert Bench(broken).work([Job(("secret",))])[0].fault == "ValueError"


async def test_what_comes_while_the_engine_works_passes_together_afterwards() -> None:
    gate, passed = Gate(), list[int]()

    async def request(number: int) -> None:
        await gate.wait()
        passed.append(number)

    async with gate:
        waiting = [asyncio.create_task(request(number)) for number in range(3)]
        await asyncio.sleep(0)
        assert not passed
    await asyncio.gather(*waiting)
    assert passed == [0, 1, 2]


@pytest.mark.parametrize(
    ("metadata", "token", "let_in"),
    [
        ([("authorization", "Bearer abc")], "abc", True),
        ([("authorization", b"Bearer abc")], "abc", True),
        ([("authorization", "Bearer abd")], "abc", False),
        ([("authorization", "abc")], "abc", False),
        ([("other", "Bearer abc")], "abc", False),
        ([], "abc", False),
        ([("authorization", "Bearer ")], "", False),
    ],
)
def test_only_the_token_opens(metadata: list[Any], token: str, let_in: bool) -> None:
    assert allowed(metadata, token) is let_in
