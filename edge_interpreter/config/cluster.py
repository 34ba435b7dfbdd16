"""The `[cluster]` tables: inference on other machines, for boxes that ask and nodes that answer."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from edge_interpreter.config.section import Milliseconds, Port, Section

Endpoint = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\[\]\s]+):\d{1,5}$")]
"""`address:port`, an IPv6 address in brackets."""
OWN_ADDRESS = "127.0.0.2"
"""For a trial on one machine: 127.0.0.1 Ray takes for the address under which others reach it."""
Stage = Literal["recogniser", "translator", "synthesiser"]


class Deployment(Section):
    """How one engine is served: `replicas` processes, each with these shares of a node.

    `max_batch` requests of all boxes run together; a batch waits `batch_wait_ms` for company, and
    for the engine in any case. A node's front end holds `queue` requests for it; one more is
    refused. `gpus` may be a fraction: replicas then share a GPU.
    """

    replicas: Annotated[int, Field(ge=1)] = 1
    cpus: Annotated[float, Field(ge=0)] = 1.0
    gpus: Annotated[float, Field(ge=0)] = 0.0
    max_batch: Annotated[int, Field(ge=1, le=256)] = 8
    batch_wait_ms: Milliseconds = 0
    queue: Annotated[int, Field(ge=1)] = 32


class Cluster(Section):
    """Where a box sends its work, and how a node serves it; see docs/scale/inference.md.

    `token` lets a box ask for inference, `node_token` lets a machine join: whoever has the latter
    can run programs on every node.
    """

    endpoints: tuple[Endpoint, ...] = ()
    stages: tuple[Stage, ...] = ("recogniser", "translator", "synthesiser")
    fallback: bool = True
    answer_ms: Annotated[int, Field(ge=100)] = 3_000
    at_once: Annotated[int, Field(ge=1, le=64)] = 8
    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    node: str = OWN_ADDRESS
    head: str = OWN_ADDRESS
    port: Port = 6_379
    inference_port: Port = 8_200
    node_token: SecretStr = SecretStr("")
    node_token_file: Path | None = None
    recogniser: Deployment = Deployment()
    translator: Deployment = Deployment()
    synthesiser: Deployment = Deployment(max_batch=1)
