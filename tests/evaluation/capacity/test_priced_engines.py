"""What engines that do nothing put on the bill."""

import random

import numpy as np
import pytest

from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.evaluation.capacity.costs import Cost, Stage
from edge_interpreter.evaluation.capacity.priced_engines import Bill, priced_engines
from tests.evaluation.capacity.machines import TRACES, machine

SOUND = np.zeros(32_000, np.float32)
CALM, HURRIED = RecognitionRequest(SOUND), RecognitionRequest(SOUND, hurried=True)
PARTIAL = RecognitionRequest(SOUND, partial=True)


def cost(seconds: float) -> Cost:
    return Cost(0.0, seconds, 0.0, 0.0)


@pytest.mark.parametrize(
    ("quick", "requests", "owed"),
    [
        (cost(0.1), [CALM], [0.3]),
        (cost(0.1), [HURRIED, PARTIAL], [0.2]),
        (cost(0.1), [HURRIED, CALM], [0.3, 0.1]),
        (None, [HURRIED], [0.3]),
    ],
)
def test_what_is_hurried_or_partial_costs_what_quick_work_does(
    quick: Cost | None, requests: list[RecognitionRequest], owed: list[float]
) -> None:
    stage = Stage(cost(0.3), 15.0, 4, 6.0, 0.0, quick)
    measured = machine(stages={"recogniser/en": stage, "recogniser/fr": stage})
    bill = Bill(measured, random.Random(1))

    priced_engines(TRACES, ["fr", "en"], bill).recogniser.recognise(requests)

    assert [work.seconds for work in bill.settle()] == pytest.approx(owed)
