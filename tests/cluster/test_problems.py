from typing import Any

import pytest
from pydantic import SecretStr

from edge_interpreter.cluster.problems import problems
from edge_interpreter.config import Config
from edge_interpreter.config.cluster import Cluster

SAFE = {
    "node": "10.0.0.11",
    "head": "10.0.0.11",
    "token": "b" * 32,
    "node_token": "n" * 32,
    "endpoints": ("10.0.0.11:8200",),
}


def found(**changes: Any) -> list[str]:
    return problems(Config(cluster=Cluster(**{**SAFE, **changes})))


def test_as_shipped_there_is_nothing_to_say() -> None:
    assert problems(Config()) == []


def test_a_private_network_with_two_tokens_is_in_order() -> None:
    assert found() == []


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_ray_on_all_interfaces_is_refused(address: str) -> None:
    (line,) = found(node=address)
    assert "all interfaces" in line
    assert "cluster.node" in line


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_an_address_that_ray_would_replace_is_refused(address: str) -> None:
    (line,) = found(node=address)
    assert "127.0.0.2" in line


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860::1", "gpu.example.com"])
def test_ray_on_a_public_address_is_refused(address: str) -> None:
    assert any("private network" in line for line in found(head=address))


@pytest.mark.parametrize("key", ["token", "node_token"])
@pytest.mark.parametrize("value", ["", "short"])
def test_without_a_good_token_anybody_could_come(key: str, value: str) -> None:
    assert any(line.startswith(f"cluster.{key} is ") for line in found(**{key: value}))


def test_boxes_must_not_have_the_token_of_nodes() -> None:
    assert any("the same" in line for line in found(node_token="b" * 32))


def test_a_box_that_sends_speech_over_a_public_network_is_told() -> None:
    (line,) = found(endpoints=("10.0.0.11:8200", "9.9.9.9:8200"))
    assert "9.9.9.9:8200" in line
    assert "without encryption" in line


def test_a_box_alone_needs_no_token_of_nodes() -> None:
    section = Cluster(endpoints=("192.168.1.2:8200",), token=SecretStr("b" * 32))
    assert problems(Config(cluster=section)) == []
    assert problems(Config(cluster=section), node=True)


def test_no_secret_is_in_what_is_said() -> None:
    said = " ".join(found(token="hunter2", node="0.0.0.0"))
    assert "hunter2" not in said
