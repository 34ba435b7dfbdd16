"""Whether telephones get in, and trunks answer: asks with OPTIONS (RFC 3261 section 11)."""

import ipaddress
import re
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from edge_interpreter.config.calls import Sip, SipTrunk
from edge_interpreter.doctor.finding import Finding, Patient, ok, problem

ANSWER_S = 3.0
ATTEMPTS = 2
_PORTS = {"udp": 5_060, "tcp": 5_060, "tls": 5_061}
_STATUS = re.compile(rb"SIP/2\.0 (\d{3})")


def check_trunks(patient: Patient) -> Iterator[Finding]:
    """One question to each trunk; nothing is asked of anybody where none is configured."""
    sip = patient.config.calls.sip
    if sip.enabled and not _is_local(sip.listen) and sip.allow and all(map(_is_local, sip.allow)):
        yield problem(
            f"[calls.sip] listens on {sip.listen}, but allow has only addresses of this machine:"
            " nobody else gets an answer",
            "add the address of the PBX, trunk or Kamailio that calls",
        )
    if not sip.enabled or not sip.trunks:
        yield ok("no trunk is configured: nothing to reach")
    for trunk in sip.trunks if sip.enabled else ():
        yield _ask(sip, trunk)


def _is_local(network: str) -> bool:
    try:
        return ipaddress.ip_network(network, strict=False).is_loopback
    except ValueError:
        return False


def _ask(sip: Sip, trunk: SipTrunk) -> Finding:
    host, port = _peer(trunk)
    name = f"trunk {trunk.domain} ({host} port {port}, {trunk.transport.upper()})"
    began = time.monotonic()
    try:
        status = ask_options(host, port, trunk, sip)
    except TimeoutError:
        return problem(
            f"{name} does not answer",
            "look at address, firewall, and whether the trunk knows this box's address",
        )
    except OSError as error:
        return problem(f"{name}: {error.strerror or error}", "look at address, port and transport")
    # Whatever the answer, somebody who speaks SIP is there; many refuse OPTIONS of strangers.
    took = round(1_000 * (time.monotonic() - began))
    return ok(f"{name} answers with {status} after {took} ms", status=status, ms=took)


def _peer(trunk: SipTrunk) -> tuple[str, int]:
    where = trunk.proxy or trunk.domain
    where = where.removeprefix("sip:").removeprefix("sips:").split(";")[0].rpartition("@")[2]
    parts = urlsplit(f"//{where}")
    return parts.hostname or where, parts.port or _PORTS[trunk.transport]


def ask_options(host: str, port: int, trunk: SipTrunk, sip: Sip) -> int:
    """The status of the answer. Raises TimeoutError, OSError."""
    if trunk.transport == "udp":
        return _over_udp(host, port, trunk)
    with socket.create_connection((host, port), ANSWER_S) as plain:
        if trunk.transport == "tcp":
            return _over_stream(plain, trunk)
        context = ssl.create_default_context(cafile=_authorities(sip))
        with context.wrap_socket(plain, server_hostname=host) as secure:
            return _over_stream(secure, trunk)


def _authorities(sip: Sip) -> str | None:
    return str(sip.authorities) if sip.authorities and Path(sip.authorities).exists() else None


def _over_udp(host: str, port: int, trunk: SipTrunk) -> int:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as peer:
        peer.settimeout(ANSWER_S / ATTEMPTS)
        peer.connect(address)
        for attempt in range(1, ATTEMPTS + 1):
            peer.send(_options(trunk, peer))
            try:
                return _status(peer.recv(65_535))
            except TimeoutError:
                if attempt == ATTEMPTS:
                    raise
    raise TimeoutError


def _over_stream(peer: socket.socket, trunk: SipTrunk) -> int:
    peer.sendall(_options(trunk, peer))
    return _status(peer.recv(65_535))


def _status(answer: bytes) -> int:
    match = _STATUS.match(answer)
    if match is None:
        raise OSError("what answers there does not speak SIP")
    return int(match[1])


def _options(trunk: SipTrunk, peer: socket.socket) -> bytes:
    host, port = peer.getsockname()[:2]
    local = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    via = f"SIP/2.0/{trunk.transport.upper()} {local}"
    lines = (
        f"OPTIONS sip:{trunk.domain} SIP/2.0",
        f"Via: {via};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <sip:{trunk.user}@{trunk.domain}>;tag={secrets.token_hex(6)}",
        f"To: <sip:{trunk.domain}>",
        f"Call-ID: {secrets.token_hex(12)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:{trunk.user}@{local}>",
        "Accept: application/sdp",
        "User-Agent: edge-interpreter doctor",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
