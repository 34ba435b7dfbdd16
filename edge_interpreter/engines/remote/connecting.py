"""Puts the cluster in the place of the engines that `[cluster]` names."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge_interpreter import __version__
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.adapters import (
    RemoteRecogniser,
    RemoteSynthesiser,
    RemoteTranslator,
)
from edge_interpreter.engines.remote.own_engine import (
    RecogniserWithOwn,
    SynthesiserWithOwn,
    TranslatorWithOwn,
)
from edge_interpreter.engines.remote.stage import LONGEST_S, RemoteStage
from edge_interpreter.engines.remote.transport import GrpcTransport, Transport
from edge_interpreter.errors import EngineError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """The box's end of the cluster; `own` loads an engine of the box."""

    config: Config
    transport: Transport
    own: Callable[[str], Any]

    def engine(self, role: str) -> Any:
        """The engine for a role: the cluster's, backed by the box's own if configured.

        Raises EngineError where there is neither.
        """
        section = self.config.cluster
        if role not in section.stages:
            return self.own(role)
        answer_s = section.answer_ms / 1000 if section.fallback else LONGEST_S
        stage = RemoteStage(role, section.endpoints, self.transport, answer_s=answer_s)
        own = self.own(role) if section.fallback else None
        known = self._describe(stage, may_fail=own is not None)
        if known is None:
            stage.lost()
            known = describe(own)
        elif known.version != __version__:
            log.warning("cluster: runs version %s, this box %s", known.version, __version__)
        return _engine(role, stage, known, own, self.config)

    def _describe(self, stage: RemoteStage, *, may_fail: bool) -> pb.DescribeReply | None:
        try:
            known = stage.describe()
        except EngineError:  # the stage says why when it looks again
            if may_fail:
                return None
            raise
        if known is None and not may_fail:
            raise EngineError(
                f"no endpoint of [cluster] answers for the {stage.name}: "
                f"{', '.join(self.config.cluster.endpoints)}; and [cluster] fallback is off"
            )
        return known


def connect(config: Config, own: Callable[[str], Any]) -> Connection:
    """The connection that `[cluster]` asks for; raises EngineError."""
    token = config.cluster.token.get_secret_value()
    if not token:
        raise EngineError("[cluster] endpoints need cluster.token: the one of the nodes")
    return Connection(config, GrpcTransport(token), own)


def describe(engine: Any) -> pb.DescribeReply:
    """What an engine can do."""
    known = pb.DescribeReply(version=__version__, max_batch=getattr(engine, "max_batch", 1))
    if hasattr(engine, "pairs"):
        known.pairs.extend(pb.Pair(source=a, target=b) for a, b in sorted(engine.pairs()))
    else:
        languages = engine.languages
        known.languages.extend(sorted(languages() if callable(languages) else languages))
    return known


def _engine(
    role: str, stage: RemoteStage, known: pb.DescribeReply, own: Any, config: Config
) -> Any:
    if role == "recogniser":
        recogniser = RemoteRecogniser(stage, known, config.cluster.at_once)
        return RecogniserWithOwn(recogniser, own, config.recogniser.workers) if own else recogniser
    if role == "translator":
        translator = RemoteTranslator(stage, known)
        return TranslatorWithOwn(translator, own) if own else translator
    synthesiser = RemoteSynthesiser(stage, known)
    return SynthesiserWithOwn(synthesiser, own) if own else synthesiser
