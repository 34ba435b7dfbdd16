"""The sockets of the server: opened before anything is loaded, so that a taken port is said."""

import socket
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.server.addresses import is_loopback, lan_addresses, names
from edge_interpreter.server.state import StateDirectory

SEND_BUFFER = 256 * 1024
"""Bytes the kernel keeps for one connection; the rest waits, bounded, in the outbox."""


def listen(host: str, port: int, *, at_once: bool = True) -> socket.socket:
    """A TCP socket that listens, or only has its port; port 0 takes any free one.

    Raises UserError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listener.bind((host, port))
        if at_once:
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


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """Files for the HTTPS port, and the authority's certificate (PEM) for people to install."""

    certificate: Path
    key: Path
    authority: bytes


@dataclass(frozen=True, slots=True)
class Listeners:
    """Open sockets: plain, and secure with its certificate where there is HTTPS."""

    plain: socket.socket
    secure: socket.socket | None = None
    certificate: ServerCertificate | None = None


def open_listeners(config: Config) -> Listeners:
    """Take the ports. Raises UserError."""
    server = config.server
    # What comes early waits until the models are loaded; a proxy shall ask another box instead.
    at_once = not config.boxes.front_url
    plain = listen(server.host, server.port, at_once=at_once)
    wants_https = server.https_port and (config.tls.certificate or not is_loopback(server.host))
    if not wants_https:
        return Listeners(plain)
    secure = listen(server.host, server.https_port, at_once=at_once)
    if config.tls.certificate and config.tls.key:
        own = ServerCertificate(config.tls.certificate, config.tls.key, b"")
        return Listeners(plain, secure, own)
    covered = [*names(server.names), *lan_addresses(), "127.0.0.1", "::1"]
    from edge_interpreter.server.certificates import ensure_certificate

    made = ensure_certificate(StateDirectory(server.state), covered)
    return Listeners(plain, secure, made)
