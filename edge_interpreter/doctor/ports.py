"""Whether the ports that the server wants are free, or held by the server itself."""

import errno
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from edge_interpreter.config.tree import Config
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem
from edge_interpreter.server.addresses import is_loopback

_ASK_S = 2.0


@dataclass(frozen=True, slots=True)
class _Port:
    """A port that the configuration names; `key` is where."""

    key: str
    host: str
    number: int
    kind: socket.SocketKind = socket.SOCK_STREAM
    scheme: str = ""


def check_ports(patient: Patient) -> Iterator[Finding]:
    """Each port that a start of the server would take."""
    for port in _wanted(patient.config):
        yield _look(port)


def wants_https(config: Config) -> bool:
    """Whether the server opens its HTTPS port with this configuration."""
    own = config.tls.certificate is not None
    return bool(config.server.https_port) and (own or not is_loopback(config.server.host))


def _wanted(config: Config) -> Iterator[_Port]:
    server, calls = config.server, config.calls
    yield _Port("server.port", server.host, server.port, scheme="http")
    if wants_https(config):
        yield _Port("server.https_port", server.host, server.https_port, scheme="https")
    if calls.sip.enabled:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            yield _Port("calls.sip.port", calls.sip.listen, calls.sip.port, kind)
    if calls.audiosocket.port:
        yield _Port("calls.audiosocket.port", calls.audiosocket.host, calls.audiosocket.port)
    if calls.rtp.port:
        yield _Port("calls.rtp.port", calls.rtp.host, calls.rtp.port, socket.SOCK_DGRAM)


def _look(port: _Port) -> Finding:
    protocol = "UDP" if port.kind is socket.SOCK_DGRAM else "TCP"
    name = f"{port.key} {port.number} ({protocol}, {port.host})"
    if not port.number:
        return note(f"{port.key} = 0: any free port is taken")
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    try:
        with socket.socket(family, port.kind) as probe:
            if port.kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((port.host, port.number))
    except OSError as error:
        return _explain(port, name, error)
    return ok(f"{name} is free", port=port.number, held_by="nobody")


def _explain(port: _Port, name: str, error: OSError) -> Finding:
    if error.errno == errno.EADDRINUSE:
        if _is_ours(port):
            return ok(f"{name} is held by the running server", port=port.number, held_by="us")
        advice = f"find it with: ss -lpn 'sport = :{port.number}'; end it, or change {port.key}"
        return problem(f"{name} is held by another program", advice, port=port.number)
    if error.errno == errno.EACCES:
        return problem(
            f"{name} may not be opened by this user: ports under 1024 are reserved",
            "take a higher one, or give the unit AmbientCapabilities=CAP_NET_BIND_SERVICE",
        )
    return problem(f"{name}: {error.strerror}", f"correct {port.key} and the address beside it")


def _is_ours(port: _Port) -> bool:
    return _answers_as_ours(port) if port.scheme else _held_by_ours(port.number)


def _answers_as_ours(port: _Port) -> bool:
    """Whether our REST interface answers there."""
    host = "127.0.0.1" if port.host in ("0.0.0.0", "") else port.host  # noqa: S104 - compared
    host = "::1" if port.host == "::" else host
    if port.scheme == "https":
        # Only asks who is there: the certificate has a check of its own.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        asking: HTTPConnection = HTTPSConnection(host, port.number, timeout=_ASK_S, context=context)
    else:
        asking = HTTPConnection(host, port.number, timeout=_ASK_S)
    try:
        asking.request("GET", "/api/info")
        answer = json.loads(asking.getresponse().read(65_536))
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        asking.close()
    return isinstance(answer, dict) and answer.get("name") == "edge-interpreter"


def _held_by_ours(number: int) -> bool:
    """Whether a process of ours has a socket of that port; others' processes may not be seen."""
    inodes = {
        fields[9]
        for table in ("tcp", "tcp6", "udp", "udp6")
        for fields in map(str.split, _lines(Path("/proc/net") / table)[1:])
        if int(fields[1].rsplit(":", 1)[1], 16) == number
    }
    wanted = {f"socket:[{inode}]" for inode in inodes}
    return any(_is_our_process(process, wanted) for process in Path("/proc").glob("[0-9]*"))


def _is_our_process(process: Path, sockets: set[str]) -> bool:
    try:
        arguments = (process / "cmdline").read_bytes().replace(b"-", b"_")
        held = (str(entry.readlink()) for entry in (process / "fd").iterdir())
        return b"edge_interpreter" in arguments and any(link in sockets for link in held)
    except OSError:
        return False


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").splitlines()
    except OSError:
        return []
