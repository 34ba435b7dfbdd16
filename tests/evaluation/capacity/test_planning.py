"""From one machine to many: Erlang's loss formula by the book, the search, the rounding."""

import pytest

from edge_interpreter.evaluation.capacity.planning import (
    boxes_for,
    carried,
    erlang_b,
    largest,
    lines_for,
)
from edge_interpreter.evaluation.capacity.speakers import Noted


@pytest.mark.parametrize(
    ("offered", "lines", "blocked"),
    [(1.0, 1, 0.5), (2.0, 2, 0.4), (10.0, 10, 0.2146), (5.0, 10, 0.0184), (100.0, 117, 0.0098)],
)
def test_blocking_is_that_of_the_tables(offered: float, lines: int, blocked: float) -> None:
    assert erlang_b(offered, lines) == pytest.approx(blocked, abs=0.0001)


@pytest.mark.parametrize(
    ("offered", "lines"), [(1.0, 5), (4.46, 10), (10.0, 18), (12.0, 20), (84.0, 100), (100, 117)]
)
def test_lines_for_one_percent_are_those_of_the_tables(offered: float, lines: int) -> None:
    assert lines_for(offered, 0.01) == lines


def test_boxes_are_rounded_up_and_a_box_that_carries_nothing_is_no_plan() -> None:
    assert boxes_for(10, 3) == 4
    assert boxes_for(9, 3) == 3
    assert boxes_for(1, 0) is None


def noted(p95: float, lost: int = 0) -> Noted:
    return Noted([p95] * 20, 20, lost)


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 8, 13])
def test_the_search_ends_at_the_last_count_within_the_goal(limit: int) -> None:
    steps = largest(lambda count: noted(1000.0 if count <= limit else 3000.0), 2_500)

    assert carried(steps) == limit
    assert [step.count for step in steps] == sorted({step.count for step in steps})


def test_a_loss_is_not_within_any_goal() -> None:
    assert carried(largest(lambda count: noted(500.0, lost=count > 3), 2_500)) == 3


def test_the_search_does_not_go_on_for_ever() -> None:
    assert carried(largest(lambda _: noted(500.0), 2_500, most=13)) == 13
