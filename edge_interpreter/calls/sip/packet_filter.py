"""Drops packets from unwelcome addresses in the kernel, before anything of ours reads them.

Classic BPF programs on sockets (Linux `SO_ATTACH_FILTER`, no privilege needed). A dropped packet
gets no answer of any kind, a dropped SYN no RST; dropped datagrams are counted by the kernel.
"""

import ctypes
import ipaddress
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

_SO_ATTACH_FILTER = 26
_NETWORK_HEADER = 0xFFF00000  # SKF_NET_OFF: offsets from here count from the IP header
_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE = 0x20, 0x28, 0x30
_AND, _RIGHT = 0x54, 0x74
_JUMP, _IF_EQUAL = 0x05, 0x15
_RETURN = 0x06
_ACCEPT, _DROP = 0xFFFFFFFF, 0
_V4_SOURCE, _V6_SOURCE = 12, 8

Instruction = tuple[int, int, int, int]


def allow_networks(networks: Iterable[str]) -> bytes:
    """A program that lets only packets from `networks` (CIDR, IPv4 or IPv6) pass."""
    parsed = [ipaddress.ip_network(network, strict=False) for network in networks]
    v4 = [_network_test(network) for network in parsed if network.version == 4]
    v6 = [_network_test(network) for network in parsed if network.version == 6]
    return _by_version([*_flatten(v4), (_RETURN, 0, 0, _DROP)], _flatten(v6))


def allow_peer(address: str, port: int, also: Iterable[str] = ()) -> bytes:
    """A program that lets only UDP packets from a peer's address and port pass.

    `also` are addresses that may send from any port.
    """
    peer = ipaddress.ip_network(address)
    test = _network_test(peer)
    body, accept = test[:-1], test[-1]
    # Socket filters see a datagram from its UDP header on: the source port comes first.
    port_test = [(_LOAD_HALF, 0, 0, 0), (_IF_EQUAL, 0, 1, port), accept]
    exact = [*_longer_misses(body, 2), *port_test]
    others = [_network_test(ipaddress.ip_network(other)) for other in also]
    v4 = [t for t, n in zip(others, also, strict=True) if ipaddress.ip_network(n).version == 4]
    v6 = [t for t, n in zip(others, also, strict=True) if ipaddress.ip_network(n).version == 6]
    (v4 if peer.version == 4 else v6).insert(0, exact)
    return _by_version([*_flatten(v4), (_RETURN, 0, 0, _DROP)], _flatten(v6))


def attach(sock: socket.socket, program: bytes) -> None:
    """Filter what `sock` receives from now on; OSError where the system cannot."""
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HL", len(program) // 8, ctypes.addressof(code))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, head)


def dropped_datagrams(port: int) -> int:
    """How many datagrams the kernel dropped on our UDP `port`, by /proc/net/udp."""
    count = 0
    for table in ("udp", "udp6"):
        try:
            lines = Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if int(fields[1].rsplit(":", 1)[1], 16) == port:
                count += int(fields[-1])
    return count


def _by_version(v4: list[Instruction], v6: list[Instruction]) -> bytes:
    program: list[Instruction] = [
        (_LOAD_BYTE, 0, 0, _NETWORK_HEADER),
        (_RIGHT, 0, 0, 4),
        (_IF_EQUAL, 0, 1, 6),
        (_JUMP, 0, 0, len(v4)),
        *v4,
        *v6,
        (_RETURN, 0, 0, _DROP),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def _network_test(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> list[Instruction]:
    """Accept when the source address is in `network`, else go on after these instructions."""
    offset = _V4_SOURCE if network.version == 4 else _V6_SOURCE
    size = network.max_prefixlen // 8
    values = struct.unpack(f"!{size // 4}I", network.network_address.packed)
    masks = struct.unpack(f"!{size // 4}I", network.netmask.packed)
    test: list[Instruction] = []
    for number, (value, mask) in enumerate(zip(values, masks, strict=True)):
        if mask:
            test.append((_LOAD_WORD, 0, 0, _NETWORK_HEADER + offset + 4 * number))
            test.append((_AND, 0, 0, mask))
            test.append((_IF_EQUAL, 0, 0, value))
    whole = [*test, (_RETURN, 0, 0, _ACCEPT)]
    return [
        (code, yes, len(whole) - 1 - at if code == _IF_EQUAL else no, value)
        for at, (code, yes, no, value) in enumerate(whole)
    ]


def _longer_misses(test: list[Instruction], more: int) -> list[Instruction]:
    return [
        (code, yes, no + more if code == _IF_EQUAL else no, value) for code, yes, no, value in test
    ]


def _flatten(tests: list[list[Instruction]]) -> list[Instruction]:
    return [instruction for test in tests for instruction in test]
