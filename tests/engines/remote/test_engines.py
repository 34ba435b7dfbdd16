import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from edge_interpreter.config import Config
from edge_interpreter.config.cluster import Cluster
from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Speech,
    SpeechRequest,
    Translation,
    TranslationRequest,
)
from edge_interpreter.engines.remote import messages
from edge_interpreter.engines.remote.adapters import latest
from edge_interpreter.engines.remote.connecting import Connection
from edge_interpreter.engines.remote.transport import Failure
from edge_interpreter.errors import EngineError, WorkRefusedError

from .fakes import ScriptedCluster, until

SOUND = np.random.default_rng(1).normal(0, 0.1, 1_600).astype(np.float32)


class OwnRecogniser:
    languages = frozenset({"en"})
    max_batch = 4

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        return [Recognition("from here", "en", 1.0) for _ in requests]


class OwnTranslator:
    max_batch = 4

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({("en", "fr")})

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        return [Translation(f"near {one.text}") for one in requests]


class OwnVoice:
    def languages(self) -> frozenset[str]:
        return frozenset({"en"})

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        yield Speech(np.zeros(3, np.int16), 8_000)


OWN = {"recogniser": OwnRecogniser, "translator": OwnTranslator, "synthesiser": OwnVoice}


def connection(cluster: ScriptedCluster, *, fallback: bool = True) -> Connection:
    section = Cluster(endpoints=("127.0.0.1:1",), fallback=fallback)
    return Connection(Config(cluster=section), cluster, lambda role: OWN[role]())


def work(role: str, engine: Any, deadline: float | None = None) -> None:
    """Have the own engine do something."""
    if role == "recogniser":
        (heard,) = engine.recognise([RecognitionRequest(SOUND, deadline=deadline)])
        assert heard.text == "from here"
    elif role == "translator":
        (said,) = engine.translate([TranslationRequest("a", "en", "fr", deadline=deadline)])
        assert said.text == "near a"
    else:
        assert next(engine.synthesise(SpeechRequest("a", "en", deadline=deadline))).rate == 8_000


def test_a_recognition_request_arrives_as_it_was_sent() -> None:
    sent = RecognitionRequest(SOUND, None, ("en", "fr"), {"fr": 1.5}, "before", ("Ålesund",), True)
    got = messages.recognition_request(messages.utterance(sent))
    assert got.samples.tobytes() == sent.samples.tobytes()
    assert (got.language, got.candidates, dict(got.prior)) == (None, ("en", "fr"), {"fr": 1.5})
    assert (got.context, got.terms, got.partial) == ("before", ("Ålesund",), True)


def test_a_recognition_arrives_as_it_was_given() -> None:
    given = Recognition("x", "en", 0.123456789, 0.5, -0.25, 1.75, True, "repetition")
    assert messages.recognition(messages.heard(given)) == given


def test_the_cluster_answers_with_what_it_can_do() -> None:
    engine = connection(ScriptedCluster()).engine("translator")
    assert engine.pairs() == {("en", "fr")}
    assert engine.max_batch == 8
    assert engine.translate([TranslationRequest("a", "en", "fr")]) == [Translation("far a")]


@pytest.mark.parametrize("role", ["recogniser", "translator", "synthesiser"])
def test_own_engines_take_over_when_nobody_answers(role: str) -> None:
    cluster = ScriptedCluster()
    engine = connection(cluster).engine(role)
    cluster.dead.add("127.0.0.1:1")
    for _ in range(2):
        work(role, engine)
    assert engine.stage.counts.own == 2
    assert engine.stage.counts.retried == 1
    engine.close()
    assert cluster.closed


@pytest.mark.parametrize(("failure", "reason"), [(Failure.FULL, "queue_full"), ("too_late",) * 2])
def test_overload_is_not_carried_over_to_own_engines(failure: Failure | str, reason: str) -> None:
    engine = connection(ScriptedCluster([failure])).engine("recogniser")
    with pytest.raises(WorkRefusedError) as refusal:
        engine.recognise([RecognitionRequest(SOUND)])
    assert refusal.value.reason == reason
    assert engine.stage.counts.own == 0


@pytest.mark.parametrize("role", ["recogniser", "translator", "synthesiser"])
def test_own_engines_take_over_when_the_token_is_refused(role: str) -> None:
    cluster = ScriptedCluster()
    engine = connection(cluster).engine(role)
    cluster.closed_to_us.add("127.0.0.1:1")
    for _ in range(2):
        work(role, engine)
    assert engine.stage.down
    assert engine.stage.counts.own == 2
    engine.close()


@pytest.mark.parametrize("role", ["recogniser", "translator", "synthesiser"])
def test_what_got_late_while_the_cluster_was_waited_for_is_left(role: str) -> None:
    cluster = ScriptedCluster()
    engine = connection(cluster).engine(role)
    cluster.dead.add("127.0.0.1:1")
    deadline = time.monotonic() + 0.05
    cluster.before = lambda: time.sleep(0.1)
    with pytest.raises(WorkRefusedError) as refusal:
        work(role, engine, deadline)
    assert refusal.value.reason == "too_late"
    assert engine.stage.counts.own == 0
    engine.close()


class BusyRecogniser(OwnRecogniser):
    """Works until it is told to go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.began: list[RecognitionRequest] = []

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        self.began += requests
        assert self.go_on.wait(20)
        return super().recognise(requests)


def test_meanwhile_no_more_go_to_the_own_recogniser_than_it_has_workers() -> None:
    cluster, own = ScriptedCluster(dead={"127.0.0.1:1"}), BusyRecogniser()
    config = connection(cluster).config
    workers = config.recogniser.model_copy(update={"workers": 2})
    config = config.model_copy(update={"recogniser": workers})
    engine = Connection(config, cluster, lambda _: own).engine("recogniser")
    late = time.monotonic() + 0.05
    with ThreadPoolExecutor(5) as pool:
        first = [pool.submit(engine.recognise, [RecognitionRequest(SOUND)]) for _ in range(2)]
        until(lambda: len(own.began) == 2)
        waiting = pool.submit(engine.recognise, [RecognitionRequest(SOUND)])
        unwanted = pool.submit(engine.recognise, [RecognitionRequest(SOUND, deadline=late)])
        until(lambda: engine.stage.counts.asked == 4 and time.monotonic() > late)
        assert len(own.began) == 2
        own.go_on.set()
        assert all(job.result()[0].text == "from here" for job in [*first, waiting])
        with pytest.raises(WorkRefusedError) as refusal:
            unwanted.result()
    assert refusal.value.reason == "too_late"
    assert [one.hurried for one in own.began] == [False, False, True]
    engine.close()


def test_a_box_starts_while_the_token_is_wrong_if_it_has_own_engines() -> None:
    cluster = ScriptedCluster(closed_to_us={"127.0.0.1:1"})
    engine = connection(cluster).engine("recogniser")
    assert engine.recognise([RecognitionRequest(SOUND)])[0].text == "from here"
    engine.close()
    with pytest.raises(EngineError, match=r"cluster\.token"):
        connection(cluster, fallback=False).engine("recogniser")


def test_a_box_starts_while_the_cluster_is_away_if_it_has_own_engines() -> None:
    cluster = ScriptedCluster(dead={"127.0.0.1:1"})
    engine = connection(cluster).engine("recogniser")
    assert engine.recognise([RecognitionRequest(SOUND)])[0].text == "from here"
    assert not cluster.asked
    engine.close()


def test_a_box_without_own_engines_says_who_does_not_answer() -> None:
    cluster = ScriptedCluster(dead={"127.0.0.1:1"})
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:1"):
        connection(cluster, fallback=False).engine("recogniser")


def test_without_own_engines_the_loss_is_told() -> None:
    cluster = ScriptedCluster()
    engine = connection(cluster, fallback=False).engine("synthesiser")
    cluster.dead.add("127.0.0.1:1")
    with pytest.raises(WorkRefusedError) as refusal:
        list(engine.synthesise(SpeechRequest("a", "en")))
    assert refusal.value.reason == "cluster_unavailable"
    engine.close()


def test_stages_that_are_not_named_stay_on_the_box() -> None:
    one = connection(ScriptedCluster())
    section = one.config.cluster.model_copy(update={"stages": ("translator",)})
    here = Connection(one.config.model_copy(update={"cluster": section}), one.transport, one.own)
    assert isinstance(here.engine("synthesiser"), OwnVoice)


def test_work_together_is_wanted_as_long_as_any_of_it() -> None:
    def of(*deadlines: float | None) -> list[SpeechRequest]:
        return [SpeechRequest("a", "en", 1.0, one) for one in deadlines]

    assert latest(of(3.0, 5.0)) == 5.0
    assert latest(of(3.0, None)) is None
    assert latest([]) is None
