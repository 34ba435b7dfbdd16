import time
from collections.abc import Callable

import pytest

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.stage import LONGEST_S, SETTLE_S, RemoteStage
from edge_interpreter.engines.remote.transport import Failure
from edge_interpreter.errors import EngineError, WorkRefusedError

from .fakes import ScriptedCluster, until

NOW = 100.0


def stage(cluster: ScriptedCluster, *endpoints: str, **options: float) -> RemoteStage:
    return RemoteStage(
        "recogniser",
        endpoints or ("a:1",),
        cluster,
        clock=cluster.clock,
        probe_every_s=0.01,
        **options,
    )


def ask(one: RemoteStage, deadline: float | None = NOW + 4) -> object:
    return one.ask(pb.RecogniseRequest(utterances=[pb.Utterance()]), deadline)


def reason(work: Callable[[], object]) -> str:
    with pytest.raises(WorkRefusedError) as refusal:
        work()
    return refusal.value.reason


def test_the_time_that_is_left_travels_with_the_request() -> None:
    cluster = ScriptedCluster()
    ask(stage(cluster), deadline=NOW + 2.5)
    _, request, timeout_s = cluster.asked[0]
    assert isinstance(request, pb.RecogniseRequest)
    assert request.remaining_ms == 2_500
    assert timeout_s == 2.5


def test_late_work_is_not_sent_at_all() -> None:
    cluster = ScriptedCluster()
    one = stage(cluster)
    assert reason(lambda: ask(one, deadline=NOW)) == "too_late"
    assert not cluster.asked
    assert one.counts.refused == {"too_late": 1}


def test_what_the_cluster_did_not_start_in_time_is_too_late() -> None:
    one = stage(ScriptedCluster(["too_late"]))
    assert reason(lambda: ask(one)) == "too_late"
    assert not one.down


def test_a_lost_request_is_made_once_more_elsewhere() -> None:
    cluster = ScriptedCluster([Failure.LOST])
    one = stage(cluster, "a:1", "b:2")
    assert ask(one)
    assert [endpoint for endpoint, _, _ in cluster.asked] == ["a:1", "b:2"]
    assert one.counts.retried == 1
    ask(one)
    assert cluster.asked[-1][0] == "b:2"


def test_a_request_whose_replica_died_is_made_once_more_when_that_is_known() -> None:
    cluster = ScriptedCluster([Failure.DIED])
    one = stage(cluster)
    began = time.monotonic()
    assert ask(one)
    assert time.monotonic() - began >= SETTLE_S
    assert one.counts.retried == 1


def test_a_request_lost_twice_is_given_up_and_nobody_is_asked_for_a_while() -> None:
    cluster = ScriptedCluster(dead={"a:1"})
    one = stage(cluster)
    assert reason(lambda: ask(one)) == "cluster_unavailable"
    assert len(cluster.asked) == 2
    assert one.down
    assert reason(lambda: ask(one)) == "cluster_unavailable"
    assert len(cluster.asked) == 2
    one.close()


def test_the_cluster_is_asked_again_once_it_answers() -> None:
    cluster = ScriptedCluster(dead={"a:1"})
    one = stage(cluster)
    assert reason(lambda: ask(one)) == "cluster_unavailable"
    until(lambda: cluster.probes > 2)
    assert one.down
    cluster.dead.clear()
    until(lambda: not one.down)
    assert ask(one)


def test_a_full_queue_is_our_overload_and_is_not_tried_again() -> None:
    cluster = ScriptedCluster([Failure.FULL])
    one = stage(cluster, "a:1", "b:2")
    assert reason(lambda: ask(one)) == "queue_full"
    assert len(cluster.asked) == 1
    assert not one.down
    assert one.counts.refused == {"queue_full": 1}


def test_no_answer_within_the_deadline_is_too_late() -> None:
    one = stage(ScriptedCluster([Failure.LATE]))
    assert reason(lambda: ask(one)) == "too_late"
    assert not one.down


def test_no_answer_while_there_is_time_means_that_the_cluster_hangs() -> None:
    cluster = ScriptedCluster([Failure.LATE], dead=set())
    one = stage(cluster, answer_s=1.0)
    assert reason(lambda: ask(one)) == "cluster_unavailable"
    assert cluster.asked[0][2] == 1.0
    one.close()


def test_an_endpoint_that_is_silent_leaves_time_to_ask_another() -> None:
    cluster = ScriptedCluster(mute={"a:1"})
    one = stage(cluster, "a:1", "b:2")
    assert ask(one, deadline=NOW + 6)
    assert ask(one, deadline=cluster.now + 6)
    assert [endpoint for endpoint, _, _ in cluster.asked] == ["a:1", "b:2", "b:2"]
    assert one.counts.retried == 1
    assert not one.down


def test_where_there_is_no_time_for_two_tries_the_next_request_goes_elsewhere() -> None:
    cluster = ScriptedCluster(mute={"a:1"})
    one = stage(cluster, "a:1", "b:2")
    assert reason(lambda: ask(one, deadline=NOW + 1.5)) == "too_late"
    assert ask(one, deadline=cluster.now + 1.5)
    assert [endpoint for endpoint, _, _ in cluster.asked] == ["a:1", "b:2"]
    assert not one.counts.retried


def test_when_all_endpoints_are_silent_nobody_is_asked_for_a_while() -> None:
    cluster = ScriptedCluster(mute={"a:1", "b:2"})
    one = stage(cluster, "a:1", "b:2")
    assert reason(lambda: ask(one, deadline=NOW + 6)) == "too_late"
    assert cluster.now == NOW + 6
    assert reason(lambda: ask(one, deadline=cluster.now + 6)) == "cluster_unavailable"
    assert len(cluster.asked) == 2
    one.close()


def test_an_endpoint_that_does_not_know_the_token_is_left_for_one_that_does() -> None:
    cluster = ScriptedCluster(closed_to_us={"a:1"})
    one = stage(cluster, "a:1", "b:2")
    assert ask(one)
    assert [endpoint for endpoint, _, _ in cluster.asked] == ["a:1", "b:2"]
    assert one.describe() is not None


def test_a_token_that_no_node_knows_any_more_is_an_outage_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cluster = ScriptedCluster(closed_to_us={"a:1"})
    one = stage(cluster)
    assert reason(lambda: ask(one)) == "cluster_unavailable"
    assert one.down
    assert "token refused" in caplog.text
    caplog.clear()
    until(lambda: cluster.probes > 3)
    assert caplog.text.count("cluster.token") == 1
    cluster.closed_to_us.clear()
    until(lambda: not one.down)
    assert ask(one)


def test_work_without_a_deadline_is_bounded_all_the_same() -> None:
    cluster = ScriptedCluster()
    ask(stage(cluster), deadline=None)
    assert cluster.asked[0][2] == LONGEST_S


def test_a_fault_of_the_engine_is_told_and_is_no_outage() -> None:
    class Faulty(ScriptedCluster):
        def ask(self, *_: object) -> pb.RecogniseReply:
            return pb.RecogniseReply(outcome=pb.Outcome(fault="no such pair"))

    one = stage(Faulty())
    with pytest.raises(EngineError, match="no such pair"):
        ask(one)
    assert not one.down


def test_a_wrong_token_is_told_with_what_to_look_at() -> None:
    with pytest.raises(EngineError, match=r"a:1 .*cluster\.token"):
        stage(ScriptedCluster(closed_to_us={"a:1"})).describe()


def test_an_endpoint_that_knows_the_token_is_found_behind_one_that_does_not() -> None:
    cluster = ScriptedCluster(closed_to_us={"a:1"})
    one = stage(cluster, "a:1", "b:2")
    assert one.describe() is not None
    ask(one)
    assert [endpoint for endpoint, _, _ in cluster.asked] == ["b:2"]
