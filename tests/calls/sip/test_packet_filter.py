"""The kernel's packet filters, tried on real sockets on loopback."""

import contextlib
import ipaddress
import random
import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.calls.sip.packet_filter import (
    allow_networks,
    allow_peer,
    attach,
    dropped_datagrams,
)


@contextlib.contextmanager
def udp(address: str = "127.0.0.1", port: int = 0) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.bind((address, port))
        yield sock


def passes(program: bytes, source: str = "127.0.0.1", to: str = "127.0.0.1", port: int = 0) -> bool:
    with udp(to) as receiver, udp(source, port) as sender:
        attach(receiver, program)
        sender.sendto(b"hello", receiver.getsockname())
        try:
            return receiver.recv(10) == b"hello"
        except TimeoutError:
            return False


@pytest.mark.parametrize(
    ("networks", "source", "passed"),
    [
        (["127.0.0.0/8"], "127.0.0.1", True),
        (["10.0.0.0/8"], "127.0.0.1", False),
        (["10.0.0.0/8", "127.0.0.2/32"], "127.0.0.2", True),
        (["10.0.0.0/8", "127.0.0.2/32"], "127.0.0.1", False),
        (["0.0.0.0/0"], "127.0.0.1", True),
        (["::/0"], "127.0.0.1", False),
    ],
)
def test_networks(networks: list[str], source: str, passed: bool) -> None:
    assert passes(allow_networks(networks), source) is passed


@pytest.mark.parametrize(
    ("network", "passed"), [("::1/128", True), ("2001:db8::/32", False), ("127.0.0.0/8", False)]
)
def test_ipv6(network: str, passed: bool) -> None:
    assert passes(allow_networks([network]), "::1", "::1") is passed


def test_hundreds_of_networks() -> None:
    many = [f"10.{i}.{j}.0/24" for i in range(30) for j in range(10)] + ["127.0.0.1/32"]
    assert passes(allow_networks([*many, "2001:db8::/48"]))
    assert not passes(allow_networks(many), "127.0.0.2")


def test_a_peer_is_its_address_and_port() -> None:
    with udp() as peer, udp() as stranger, udp() as receiver:
        attach(receiver, allow_peer(*peer.getsockname()))
        stranger.sendto(b"noise", receiver.getsockname())
        peer.sendto(b"speech", receiver.getsockname())
        assert receiver.recv(10) == b"speech"
        with pytest.raises(TimeoutError):
            receiver.recv(10)
        assert dropped_datagrams(receiver.getsockname()[1]) == 1


def test_a_peer_on_ipv6_and_further_addresses() -> None:
    with udp("::1") as peer, udp("::1") as receiver:
        attach(receiver, allow_peer("::1", peer.getsockname()[1]))
        peer.sendto(b"speech", receiver.getsockname())
        assert receiver.recv(10) == b"speech"
    assert passes(allow_peer("10.0.0.1", 4000, ["127.0.0.1"]))
    assert not passes(allow_peer("10.0.0.1", 4000, ["127.0.0.3"]))


def test_a_connection_from_elsewhere_gets_no_answer_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attach(server, allow_networks(["127.0.0.2/32"]))
        with pytest.raises(TimeoutError):
            socket.create_connection(server.getsockname(), timeout=0.2)
        with socket.create_connection(
            server.getsockname(), timeout=0.5, source_address=("127.0.0.2", 0)
        ):
            pass


def run(program: bytes, packet: bytes) -> bool:
    """The verdict of a program on a packet whose network header is `packet`."""
    code = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    value, at = 0, 0
    while True:
        kind, yes, no, k = code[at]
        at += 1
        match kind:
            case 0x20:
                value = struct.unpack_from("!I", packet, k - 0xFFF00000)[0]
            case 0x30:
                value = packet[k - 0xFFF00000]
            case 0x54:
                value &= k
            case 0x74:
                value >>= k
            case 0x15:
                at += yes if value == k else no
            case 0x05:
                at += k
            case 0x06:
                return bool(k)


@given(
    st.lists(st.tuples(st.ip_addresses(), st.integers(0, 32)), max_size=6),
    st.ip_addresses(),
    st.randoms(use_true_random=False),
)
def test_the_program_agrees_with_the_library(
    drawn: list[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]],
    source: ipaddress.IPv4Address | ipaddress.IPv6Address,
    chance: random.Random,
) -> None:
    networks = [ipaddress.ip_network(f"{address}/{bits}", strict=False) for address, bits in drawn]
    if networks and chance.random() < 0.5:
        source = chance.choice(networks)[0]
    packet = bytearray(40)
    packet[0] = source.version << 4
    offset = 12 if source.version == 4 else 8
    packet[offset : offset + len(source.packed)] = source.packed
    allowed = any(source in network for network in networks)
    assert run(allow_networks(map(str, networks)), bytes(packet)) is allowed
