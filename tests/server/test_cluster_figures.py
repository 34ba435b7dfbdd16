from dataclasses import replace

import numpy as np
import pytest

from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import RecognitionRequest
from edge_interpreter.engines.remote.adapters import RemoteRecogniser
from edge_interpreter.engines.remote.stage import RemoteStage
from edge_interpreter.engines.remote.transport import Failure
from edge_interpreter.errors import WorkRefusedError
from edge_interpreter.server.cluster_figures import of_cluster
from tests.engines.remote.fakes import ScriptedCluster, known
from tests.pipeline.fakes import engines


def values(box: Engines) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in of_cluster(box)
        for sample in family.samples
    }


def test_requests_are_counted_by_what_became_of_them() -> None:
    stage = RemoteStage("recogniser", ["a:1"], ScriptedCluster([Failure.LOST, "", Failure.FULL]))
    recogniser = RemoteRecogniser(stage, known())
    box = replace(engines(), recogniser=recogniser)
    heard = recogniser.recognise([RecognitionRequest(np.zeros(160, np.float32))])
    assert heard[0].text == "from the cluster"
    with pytest.raises(WorkRefusedError):
        recogniser.recognise([RecognitionRequest(np.zeros(160, np.float32))])
    assert values(box) == {
        "edge_interpreter_cluster_up['recogniser']": 1.0,
        "edge_interpreter_cluster_answered_total['recogniser']": 1.0,
        "edge_interpreter_cluster_retried_total['recogniser']": 1.0,
        "edge_interpreter_cluster_own_total['recogniser']": 0.0,
        "edge_interpreter_cluster_refused_total['queue_full']": 1.0,
    }


def test_a_box_without_a_cluster_has_no_values() -> None:
    assert values(engines()) == {}
