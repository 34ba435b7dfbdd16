"""The sockets of the server: opened before anything is loaded, so that a taken port is said."""

import socket

from edge_interpreter.errors import UserError

SEND_BUFFER = 256 * 1024
"""Bytes the kernel keeps for one connection; the rest waits, bounded, in the outbox."""


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes any free one. Raises UserError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listener.bind((host, port))
        listener.listen(2_048)
    except OSError as error:
        listener.close()
        raise UserError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; "
            "choose another with --port or [server] port"
        ) from None
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port really listened on."""
    port: int = listener.getsockname()[1]
    return port
