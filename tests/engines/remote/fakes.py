"""A cluster that answers as it is told, without sockets."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.transport import Failure, Request, TransportError

Answer = Failure | str
"""How a request fails, or what the reply refuses it for ("" answers it)."""


@dataclass
class ScriptedCluster:
    """Answers requests in the order of `script`, then always.

    Endpoints that are `dead` are lost, those that are `mute` take all the time they are given, and
    those that are `closed_to_us` do not know our token.
    """

    script: list[Answer] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    closed_to_us: set[str] = field(default_factory=set)
    now: float = 100.0
    asked: list[tuple[str, Request, float]] = field(default_factory=list)
    probes: int = 0
    before: Callable[[], None] = lambda: None
    closed: bool = False

    def ask(self, endpoint: str, stage: str, request: Request, timeout_s: float) -> Any:
        if isinstance(request, pb.DescribeRequest):
            self.probes += 1
            if endpoint in self.dead | self.mute:
                raise TransportError(Failure.LOST)
            if endpoint in self.closed_to_us:
                return pb.DescribeReply(outcome=pb.Outcome(refused="not_allowed"))
            return known()
        self.asked.append(
            (endpoint, type(request).FromString(request.SerializeToString()), timeout_s)
        )
        self.before()
        answer = self._answer(endpoint)
        if answer is Failure.LATE:
            self.now += timeout_s
        if isinstance(answer, Failure):
            raise TransportError(answer)
        return reply(request, pb.Outcome(refused=answer, worked_ms=7.0))

    def _answer(self, endpoint: str) -> Answer:
        if endpoint in self.dead:
            return Failure.LOST
        if endpoint in self.mute:
            return Failure.LATE
        if endpoint in self.closed_to_us:
            return "not_allowed"
        return (self.script or [""]).pop(0)

    def clock(self) -> float:
        return self.now

    def close(self) -> None:
        self.closed = True


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.005)


def reply(request: Any, outcome: pb.Outcome) -> Any:
    if isinstance(request, pb.RecogniseRequest):
        heard = [pb.Heard(text="from the cluster", language="en") for _ in request.utterances]
        return pb.RecogniseReply(outcome=outcome, heard=heard)
    if isinstance(request, pb.TranslateRequest):
        translated = [pb.Translated(text=f"far {one.text}") for one in request.sentences]
        return pb.TranslateReply(outcome=outcome, translated=translated)
    return pb.SynthesiseReply(outcome=outcome, sounds=[pb.Sound(pcm=b"\1\0\2\0", rate=16_000)])


def known() -> pb.DescribeReply:
    return pb.DescribeReply(
        version="1",
        languages=["en", "fr"],
        pairs=[pb.Pair(source="en", target="fr")],
        max_batch=8,
    )
