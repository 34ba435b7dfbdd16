"""Ray Serve with the real engines on this machine; minutes, so by name: pytest -m cluster."""

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.cluster.node import own_processes
from edge_interpreter.engines.loading import Engines, load_engines
from edge_interpreter.engines.protocols import (
    RecognitionRequest,
    SpeechRequest,
    TranslationRequest,
)
from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote import messages
from edge_interpreter.engines.remote.transport import Failure, GrpcTransport, TransportError
from edge_interpreter.errors import WorkRefusedError
from edge_interpreter.evaluation.cluster_bench import cluster_overhead

from .running import (
    HEAD,
    SECOND,
    START_S,
    STOP_S,
    TOKEN,
    WEIGHTS,
    Nodes,
    cpu_s,
    first_at_work,
    free_ports,
    kill,
    running_nodes,
)

pytest.importorskip("ray", reason="ray is not installed: pip install edge-interpreter[cluster]")
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.models,
    pytest.mark.skipif(not (WEIGHTS / "whisper-base").is_dir(), reason="no weights"),
]

SAMPLE = Path(__file__).parents[2] / "edge_interpreter/capture/samples/kennedy.flac"
RECOVERY_S = 10
RELOADED_S = 120
"""How long a replica that was killed may take to come back with its model."""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    with running_nodes(tmp_path_factory.mktemp("nodes")) as started:
        yield started


@pytest.fixture(scope="module")
def box(nodes: Nodes) -> Iterator[Engines]:
    engines = load_engines(nodes.config())
    yield engines
    engines.close()


@pytest.fixture(scope="module")
def sound() -> np.ndarray[Any, np.dtype[np.float32]]:
    with AudioFile(SAMPLE) as file:
        return np.concatenate(list(file.blocks()))[: 11 * 16_000]


def until(condition: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_answers_are_those_of_the_own_engines(box: Engines, sound: Any) -> None:
    recogniser: Any = box.recogniser
    translator: Any = box.translator
    synthesiser: Any = box.synthesiser
    asked = [RecognitionRequest(sound, None, ("en", "fr"))]
    far = recogniser.recognise(asked)
    assert "country" in far[0].text
    own = recogniser.own.recognise(asked)
    assert [(one.text, one.language, one.withheld) for one in far] == [
        (one.text, one.language, one.withheld) for one in own
    ]
    # Quantised models multiply what the last digit of a sum differs by.
    assert far[0].average_logprob == pytest.approx(own[0].average_logprob, abs=0.05)
    said = [TranslationRequest(f"{far[0].text} Number {n}.", "en", "fr") for n in range(3)]
    assert [one.text for one in translator.translate(said)] == [
        one.text for one in translator.own.translate(said)
    ]
    pieces = list(synthesiser.synthesise(SpeechRequest("Hello there.", "en")))
    assert sum(piece.pcm.size / piece.rate for piece in pieces) > 0.3
    assert recogniser.stage.counts.own == 0
    assert translator.stage.counts.own == 0


def test_the_bench_tells_what_the_cluster_adds(box: Engines, tmp_path: Path) -> None:
    (tmp_path / SAMPLE.name).symlink_to(SAMPLE)
    figures = cluster_overhead(tmp_path, "en", "fr", box)
    assert figures["utterances"] == 1
    for role in ("recogniser", "translator", "synthesiser"):
        found = figures[role]
        assert 0 < found["added_ms_p50"] < found["cluster_ms_p50"]
        assert found["own_ms_p50"] > 0
    assert figures["added_ms_per_utterance_p50"] > 0


def test_a_wrong_token_opens_nothing(nodes: Nodes) -> None:
    transport = GrpcTransport("wrong")
    asked = pb.TranslateRequest(sentences=[pb.Sentence(text="Hi.", source="en", target="fr")])
    reply = transport.ask(f"127.0.0.1:{nodes.inference_port}", "translator", asked, 10)
    transport.close()
    assert reply.outcome.refused == "not_allowed"
    assert not reply.translated


def test_late_requests_are_dropped_before_work(nodes: Nodes, sound: Any) -> None:
    long = pb.RecogniseRequest(utterances=[messages.utterance(RecognitionRequest(sound, "en"))])
    late = pb.RecogniseRequest()
    late.CopyFrom(long)
    late.remaining_ms = 20
    endpoint = f"127.0.0.1:{nodes.inference_port}"
    transport = GrpcTransport(TOKEN)
    # As many as keep both replicas at work while the late ones are asked.
    before = {pid: cpu_s(pid) for pid in nodes.replicas("recogniser")}
    with ThreadPoolExecutor(16) as pool:
        busy = [pool.submit(transport.ask, endpoint, "recogniser", long, 120) for _ in range(12)]
        until(lambda: all(cpu_s(pid) - used > 0.1 for pid, used in before.items()), 60)
        asked = [pool.submit(transport.ask, endpoint, "recogniser", late, 60) for _ in range(4)]
        outcomes = [job.result().outcome.refused for job in asked]
        assert all(job.result().heard for job in busy)
    transport.close()
    assert outcomes.count("too_late") >= 2


def test_a_full_queue_is_told_and_not_waited_for(nodes: Nodes, box: Engines) -> None:
    translator: Any = box.translator
    counts = translator.stage.counts
    own, refused = counts.own, counts.refused["queue_full"]

    def work(number: int) -> str:
        text = f"This is sentence {number}."
        try:
            translator.translate([TranslationRequest(text, "en", "fr")])
        except WorkRefusedError as refusal:
            return refusal.reason
        return "done"

    with ThreadPoolExecutor(24) as pool:
        outcomes = list(pool.map(work, range(24)))
    assert outcomes.count("done") >= 1
    assert outcomes.count("queue_full") >= 1
    assert counts.refused["queue_full"] - refused == outcomes.count("queue_full")
    assert counts.own == own


def test_kill_9_of_a_replica_costs_at_most_one_retry(
    nodes: Nodes, box: Engines, sound: Any
) -> None:
    recogniser: Any = box.recogniser
    counts = recogniser.stage.counts
    asked = [RecognitionRequest(sound, "en")]
    expected = recogniser.recognise(asked)[0].text
    hit, own, refused = 0, counts.own, counts.refused.total()
    for _ in range(8):
        until(lambda: nodes.answering("recogniser") == 2, RELOADED_S)
        retried = counts.retried
        before = {pid: cpu_s(pid) for pid in nodes.replicas("recogniser")}
        heard: list[str] = []
        speaking = threading.Thread(
            target=lambda to=heard: to.append(recogniser.recognise(asked)[0].text)
        )
        speaking.start()
        kill(first_at_work(before))
        speaking.join(60)
        assert heard == [expected]
        assert counts.retried - retried <= 1
        assert counts.own == own
        hit += counts.retried > retried
        if hit == 2:
            break
    assert hit, "no replica was killed in the middle of an utterance"
    assert counts.refused.total() == refused
    until(lambda: nodes.answering("recogniser") == 2, RELOADED_S)


def test_a_node_with_other_weights_is_refused(nodes: Nodes, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    for model in WEIGHTS.iterdir():
        (weights / model.name).symlink_to(model.resolve())
    other = weights / "opus-mt-en-fr"
    other.unlink()
    shutil.copytree(WEIGHTS / "opus-mt-en-fr", other)
    record = json.loads((other / "installed.json").read_text())
    (other / "more.txt").write_text("not in the cluster")
    record["files"]["more.txt"] = {
        "size": 18,
        "sha256": hashlib.sha256(b"not in the cluster").hexdigest(),
        "mtime_ns": (other / "more.txt").stat().st_mtime_ns,
    }
    (other / "installed.json").write_text(json.dumps(record))
    done = nodes.command("up", nodes.file(SECOND, weights), START_S)
    assert done.returncode == 2
    assert f"node {SECOND} is refused" in done.stderr
    assert "model opus-mt-en-fr" in done.stderr
    assert not own_processes(nodes.config(SECOND))


def test_a_second_node_joins_and_its_loss_is_survived(
    nodes: Nodes, box: Engines, sound: Any
) -> None:
    nodes.up_second(free_ports(1)[0])
    said = nodes.command("status", nodes.file(), START_S).stdout
    assert f"node {HEAD}" in said
    assert f"node {SECOND}" in said
    # A replica that dies now may come back on either node.
    for _ in range(6):
        on_second = nodes.replicas("recogniser", SECOND)
        if len(on_second) == 1:
            break
        kill(nodes.replicas("recogniser")[0])
        until(lambda: nodes.answering("recogniser") == 2, RELOADED_S)
    recogniser: Any = box.recogniser
    asked = [RecognitionRequest(sound, "en")]
    expected = recogniser.recognise(asked)[0].text
    retried = recogniser.stage.counts.retried
    with ThreadPoolExecutor(1) as pool:
        for _ in range(20):
            before = {pid: cpu_s(pid) for pid in nodes.replicas("recogniser")}
            speaking = pool.submit(recogniser.recognise, asked)
            if first_at_work(before) in on_second:
                break
            speaking.result(60)
        nodes.kill_second()
        began = time.monotonic()
        assert speaking.result(30)[0].text == expected
    assert time.monotonic() - began < RECOVERY_S
    assert recogniser.stage.counts.retried - retried == 1
    assert recogniser.recognise(asked)[0].text == expected


def test_when_the_cluster_is_gone_own_engines_take_over(
    nodes: Nodes, box: Engines, sound: Any
) -> None:
    recogniser: Any = box.recogniser
    asked = [RecognitionRequest(sound, "en")]
    expected = recogniser.own.recognise(asked)[0].text
    began = time.monotonic()
    recogniser.own.recognise(asked)
    own_s = time.monotonic() - began
    nodes.command("down", nodes.file(), STOP_S)
    assert not own_processes(nodes.config())
    own = recogniser.stage.counts.own
    began = time.monotonic()
    assert recogniser.recognise(asked)[0].text == expected
    assert time.monotonic() - began < 2 * own_s + 3
    assert recogniser.stage.counts.own == own + 1
    with pytest.raises(TransportError) as failure:
        nodes.describe("recogniser")
    assert failure.value.failure is Failure.LOST


def test_nodes_are_not_started_where_anybody_could_reach_them(tmp_path: Path) -> None:
    one = Nodes(tmp_path, *free_ports(2))
    file = one.file("0.0.0.0")
    done = one.command("up", file, START_S)
    assert done.returncode == 2
    assert "all interfaces" in done.stderr
