"""The first node's commands to Ray Serve: serve the engines, say how they are, end them."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from edge_interpreter import __version__
from edge_interpreter.cluster.fingerprint import fingerprints
from edge_interpreter.cluster.node import environment
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore

LOAD_S = 180
"""How long replicas may take to load their models."""
_POLL_S = 0.5
_SERVICE = "edge_interpreter.cluster.service.add_to_server"


@dataclass(frozen=True, slots=True)
class Health:
    """One engine as Serve sees it: replicas by state, and what is wrong with it."""

    role: str
    status: str
    replicas: dict[str, int]
    message: str

    @property
    def running(self) -> bool:
        """Whether requests are answered."""
        return self.status == "RUNNING"


@contextmanager
def joined(config: Config) -> Iterator[Any]:
    """A connection to Ray from this node; gives the module `ray.serve`. Raises UserError."""
    os.environ.update(environment(config))
    import ray
    from ray import serve

    section = config.cluster
    try:
        ray.init(
            address=f"{section.head}:{section.port}",
            _node_ip_address=section.node,
            namespace="serve",
            log_to_driver=False,
            configure_logging=True,
            logging_level="ERROR",
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()
        raise UserError(
            f"the cluster at {section.head}:{section.port} cannot be reached: "
            f"{reason[0] if reason else type(error).__name__}"
        ) from None
    try:
        yield serve
    finally:
        ray.shutdown()


def serve_engines(config: Config, report: Callable[[str], None]) -> list[Health]:
    """Have every engine of `[cluster] stages` served; waits until they are or have failed."""
    os.environ.update(environment(config))  # Ray reads it when it is imported
    from edge_interpreter.cluster.deployments import Order, application

    store = ModelStore(config.models.directory, Catalog.load())
    with joined(config) as serve:
        serve.start(
            proxy_location="EveryNode",
            http_options={"host": "127.0.0.1", "port": 0},
            grpc_options={
                "port": config.cluster.inference_port,
                "grpc_servicer_functions": [_SERVICE],
                "enable_reflection": False,
            },
            logging_config={"enable_access_log": False},
        )
        written = config.model_dump_json()
        targets = []
        for role in config.cluster.stages:
            report(f"{role}: comparing weights")
            models = fingerprints(config, role, store)
            targets.append(application(config, Order(role, written, __version__, models)))
        serve.run_many(targets, wait_for_applications_running=False)
        return _wait(serve, report)


def status(config: Config) -> tuple[list[Health], list[str]]:
    """The engines, and the nodes that are alive with their CPUs and GPUs."""
    with joined(config) as serve:
        import ray

        nodes = [
            f"{node['NodeManagerAddress']}\t{_amount(node, 'CPU')} CPUs\t"
            f"{_amount(node, 'GPU')} GPUs"
            for node in ray.nodes()
            if node["Alive"]
        ]
        return _healths(serve), nodes


def end(config: Config) -> None:
    """Have Serve end every replica, on all nodes."""
    with joined(config) as serve:
        serve.shutdown()


def _wait(serve: Any, report: Callable[[str], None]) -> list[Health]:
    limit = time.monotonic() + LOAD_S
    while True:
        found = _healths(serve)
        waiting = [one.role for one in found if one.status in ("NOT_STARTED", "DEPLOYING")]
        if not waiting or time.monotonic() > limit:
            return found
        report(f"loading: {', '.join(waiting)}")
        time.sleep(_POLL_S)


def _healths(serve: Any) -> list[Health]:
    found = []
    for name, app in serve.status().applications.items():
        deployment = app.deployments.get(name)
        states = deployment.replica_states if deployment else {}
        replicas = {str(getattr(state, "value", state)): count for state, count in states.items()}
        message = (deployment.message if deployment else "") or app.message
        status_ = str(getattr(app.status, "value", app.status))
        found.append(Health(name, status_, replicas, _last_line(message)))
    return found


def _last_line(message: str) -> str:
    """What went wrong, without the frames of a traceback."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    telling = [line for line in lines if "Error: " in line]
    return (telling or lines or [""])[-1]


def _amount(node: dict[str, Any], kind: str) -> str:
    return f"{node.get('Resources', {}).get(kind, 0):g}"
