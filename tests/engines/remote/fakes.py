"""A cluster that answers as it is told, without sockets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.transport import Failure, Request, TransportError

Answer = Failure | str
"""How a request fails, or what the reply refuses it for ("" answers it)."""


@dataclass
class ScriptedCluster:
    """Answers requests in the order of `script`, then always; `dead` endpoints are lost."""

    script: list[Answer] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    asked: list[tuple[str, Request, float]] = field(default_factory=list)
    probes: int = 0
    before: Callable[[], None] = lambda: None
    closed: bool = False

    def ask(self, endpoint: str, stage: str, request: Request, timeout_s: float) -> Any:
        if isinstance(request, pb.DescribeRequest):
            self.probes += 1
            if endpoint in self.dead:
                raise TransportError(Failure.LOST)
            return known()
        self.asked.append(
            (endpoint, type(request).FromString(request.SerializeToString()), timeout_s)
        )
        self.before()
        answer = Failure.LOST if endpoint in self.dead else (self.script or [""]).pop(0)
        if isinstance(answer, Failure):
            raise TransportError(answer)
        return reply(request, pb.Outcome(refused=answer, worked_ms=7.0))

    def close(self) -> None:
        self.closed = True


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
