"""The engines as Ray Serve deployments: one application for each kind of engine."""

import asyncio
import math
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray import serve
from ray.serve import RunTarget

from edge_interpreter import __version__
from edge_interpreter.cluster.fingerprint import fingerprints, require_same
from edge_interpreter.cluster.work import Bench, Done, Gate, Job, Run, allowed
from edge_interpreter.config.cluster import Deployment
from edge_interpreter.config.tree import Config
from edge_interpreter.engines import warming
from edge_interpreter.engines.loading import load_own
from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote import messages
from edge_interpreter.engines.remote.connecting import describe
from edge_interpreter.errors import EngineError
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore

TOKEN = "EDGE_INTERPRETER_CLUSTER__TOKEN"  # noqa: S105 - the name of a variable
DIRECTORY = "EDGE_INTERPRETER_MODELS__DIRECTORY"
"""Where a node's own weights lie; `cluster up` sets both for all of Ray's processes."""
RESOURCE = "edge_interpreter"
"""Only nodes that `cluster up` started have it, having looked at their weights."""
SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Order:
    """What all replicas of an engine are made of, as the first node says."""

    role: str
    config: str
    version: str
    models: dict[str, str]


@serve.deployment
class Served:
    """One replica: the engine, and the requests of all boxes to it."""

    def __init__(self, order: Order) -> None:
        self._node = ray.util.get_node_ip_address()
        self._token = os.environ.get(TOKEN, "")
        if order.version != __version__:
            raise EngineError(
                f"node {self._node} is refused: it has version {__version__}, "
                f"the cluster {order.version}"
            )
        config = _on_this_node(order)
        store = ModelStore(config.models.directory, Catalog.load())
        require_same(order.models, fingerprints(config, order.role, store), self._node)
        self._engine = load_own(config, order.role)
        getattr(warming, f"warm_{order.role}")(self._engine)
        self._models = order.models
        self._bench = Bench(_run(order.role, self._engine))
        self._gate = Gate()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=order.role)
        section: Deployment = getattr(config.cluster, order.role)
        self._together.set_max_batch_size(section.max_batch)
        self._together.set_batch_wait_timeout_s(section.batch_wait_ms / 1000)

    async def Recognise(  # noqa: N802 - the method's name in inference.proto
        self, request: pb.RecogniseRequest, grpc_context: Any
    ) -> pb.RecogniseReply:
        """Recognise utterances."""
        items = [messages.recognition_request(one) for one in request.utterances]
        done = await self._do(items, request.remaining_ms, grpc_context)
        return pb.RecogniseReply(outcome=_outcome(done), heard=map(messages.heard, done.answers))

    async def Translate(  # noqa: N802
        self, request: pb.TranslateRequest, grpc_context: Any
    ) -> pb.TranslateReply:
        """Translate sentences."""
        items = [messages.translation_request(one) for one in request.sentences]
        done = await self._do(items, request.remaining_ms, grpc_context)
        return pb.TranslateReply(
            outcome=_outcome(done), translated=map(messages.translated, done.answers)
        )

    async def Synthesise(  # noqa: N802
        self, request: pb.SynthesiseRequest, grpc_context: Any
    ) -> pb.SynthesiseReply:
        """Speak a clause."""
        items = [messages.speech_request(request.clause)]
        done = await self._do(items, request.remaining_ms, grpc_context)
        return pb.SynthesiseReply(
            outcome=_outcome(done), sounds=messages.sounds(done.answers[0] if done.answers else ())
        )

    async def Describe(  # noqa: N802
        self, _request: pb.DescribeRequest, grpc_context: Any
    ) -> pb.DescribeReply:
        """Say what this replica can do and what it did."""
        if not allowed(grpc_context.invocation_metadata(), self._token):
            return pb.DescribeReply(outcome=pb.Outcome(refused="not_allowed"))
        known = describe(self._engine)
        known.node = f"{self._node} (process {os.getpid()})"
        known.models.update(self._models)
        known.counts.update(self._bench.counts)
        return known

    async def _do(self, items: Sequence[Any], remaining_ms: int, grpc_context: Any) -> Done:
        if not allowed(grpc_context.invocation_metadata(), self._token):
            return Done(refused="not_allowed")
        deadline = time.monotonic() + remaining_ms / 1000 if remaining_ms else None
        await self._gate.wait()
        done: Done = await self._together(Job(tuple(items), deadline))
        return done

    @serve.batch  # type: ignore[untyped-decorator]
    async def _together(self, jobs: list[Job]) -> list[Done]:
        async with self._gate:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._bench.work, jobs)


def application(config: Config, order: Order) -> RunTarget:
    """The application that serves one engine."""
    section: Deployment = getattr(config.cluster, order.role)
    served: Any = Served
    deployment = served.options(
        name=order.role,
        num_replicas=section.replicas,
        max_ongoing_requests=2 * section.max_batch + 2,
        max_queued_requests=section.queue,
        ray_actor_options={
            "num_cpus": section.cpus,
            "num_gpus": section.gpus,
            "resources": {RESOURCE: SHARE},
        },
        health_check_period_s=2,
        health_check_timeout_s=20,
        logging_config={"enable_access_log": False},
    )
    return RunTarget(deployment.bind(order), name=order.role, route_prefix=f"/{order.role}")


def _on_this_node(order: Order) -> Config:
    """The cluster's configuration, with this node's weights and as many threads as CPUs."""
    config = Config.model_validate_json(order.config)
    section: Deployment = getattr(config.cluster, order.role)
    engine = getattr(config, order.role)
    changes: dict[str, Any] = {"threads": engine.threads or max(1, math.ceil(section.cpus))}
    if order.role == "recogniser":
        changes |= {"max_batch": section.max_batch, "workers": 1}
    directory = Path(os.environ.get(DIRECTORY, config.models.directory))
    return config.model_copy(
        update={
            order.role: engine.model_copy(update=changes),
            "models": config.models.model_copy(update={"directory": directory}),
        }
    )


def _run(role: str, engine: Any) -> Run:
    if role == "recogniser":
        return lambda items: list(engine.recognise(items))
    if role == "translator":
        return lambda items: list(engine.translate(items))
    return lambda items: [list(engine.synthesise(item)) for item in items]


def _outcome(done: Done) -> pb.Outcome:
    return pb.Outcome(refused=done.refused, fault=done.fault, worked_ms=done.worked_ms)
