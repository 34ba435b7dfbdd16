"""What a batch costs, fitted to what was measured."""

import pytest

from edge_interpreter.evaluation.capacity.costs import Cost, Trial, fit


def test_the_cost_of_a_batch_is_of_its_call_its_items_their_sum_and_the_longest() -> None:
    cost = Cost(call_s=0.1, item_s=0.05, unit_s=0.01, longest_s=0.002)

    assert cost.seconds([4.0]) == pytest.approx(0.1 + 0.05 + 0.04 + 0.008)
    assert cost.seconds([4.0, 2.0, 3.0]) == pytest.approx(0.1 + 0.15 + 0.09 + 0.008)


def test_a_law_is_found_again_in_what_it_gave() -> None:
    law = Cost(call_s=0.02, item_s=0.08, unit_s=0.003, longest_s=0.03)
    batches = [[s] for s in (1.0, 2.0, 3.5, 5.0)] + [[1.0, 4.0], [2.0, 3.0], [1.0, 2.0, 5.0, 2.5]]

    found = fit([Trial(tuple(sizes), law.seconds(sizes), 0.0) for sizes in batches])

    assert found.seconds([2.2]) == pytest.approx(law.seconds([2.2]), rel=0.01)
    assert found.seconds([1.5, 4.5]) == pytest.approx(law.seconds([1.5, 4.5]), rel=0.01)
    assert found.spread == pytest.approx([1.0] * len(found.spread), abs=0.01)


def test_no_term_is_below_zero_where_longer_sounds_happened_to_be_cheaper() -> None:
    found = fit([Trial((1.0,), 0.3, 0.0), Trial((2.0,), 0.28, 0.0), Trial((3.0,), 0.26, 0.0)])

    assert min(found.call_s, found.item_s, found.unit_s, found.longest_s) >= 0
    assert found.seconds([10.0]) == pytest.approx(0.28, rel=0.01)


def test_the_spread_keeps_what_was_slow_now_and_then() -> None:
    trials = [Trial((2.0,), 1.0 if number % 10 == 0 else 0.2, 0.0) for number in range(40)]

    found = fit(trials)

    mean = sum(found.spread) / len(found.spread)
    assert mean == pytest.approx(1.0, abs=0.01)
    assert sum(ratio > 3 for ratio in found.spread) / len(found.spread) == pytest.approx(0.1)


def test_cores_kept_busy_are_processor_seconds_for_each_second() -> None:
    assert fit([Trial((1.0,), 0.5, 0.9), Trial((2.0,), 0.5, 0.7)]).cores == pytest.approx(1.6)
