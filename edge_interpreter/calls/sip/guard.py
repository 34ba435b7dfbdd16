"""Puts packet filters on the stack's sockets, which belong to this process but not to our code."""

import contextlib
import os
import socket
from collections.abc import Collection, Iterable
from pathlib import Path

from edge_interpreter.calls.sip.native import MediaPath
from edge_interpreter.calls.sip.packet_filter import allow_networks, allow_peer, attach


def guard_listeners(networks: Iterable[str], ports: Collection[int]) -> int:
    """Let only `networks` reach this process's sockets on `ports`; returns how many there were.

    Connections that a guarded listener accepts are guarded too.
    """
    program = allow_networks(networks)
    guarded = 0
    for entry in tuple(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError), _borrowed(int(entry.name)) as sock:
            bound = sock.getsockname()
            if isinstance(bound, tuple) and bound[1] in ports:
                attach(sock, program)
                guarded += 1
    return guarded


def guard_media(path: MediaPath) -> int:
    """Let only the peer of `path` reach its RTP socket; returns our port, 0 on failure."""
    with contextlib.suppress(OSError), _borrowed(path.descriptor) as sock:
        attach(sock, allow_peer(path.address, path.port))
        port: int = sock.getsockname()[1]
        return port
    return 0


def _borrowed(descriptor: int) -> socket.socket:
    """A socket object over a copy of `descriptor`; closing it leaves the original open."""
    if not str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith("socket:"):
        raise OSError("not a socket")
    return socket.socket(fileno=os.dup(descriptor))
