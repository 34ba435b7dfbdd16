"""HTTPS with a local authority, as a browser that trusts it sees it."""

import ssl
import stat
from pathlib import Path

import httpx
import websockets

from edge_interpreter.server.certificates import ensure_certificate, fingerprint
from edge_interpreter.server.state import StateDirectory
from tests.server.box import box

NAMES = ["box.local", "localhost", "192.168.7.1", "127.0.0.1"]


def test_a_certificate_is_kept_until_a_name_is_added(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path)
    first = ensure_certificate(state, NAMES)
    served = first.certificate.read_bytes()
    assert ensure_certificate(state, NAMES[:2]).certificate.read_bytes() == served
    more = ensure_certificate(state, [*NAMES, "hall.example"])
    assert more.certificate.read_bytes() != served
    assert more.authority == first.authority


def test_a_damaged_certificate_is_made_anew_under_the_same_authority(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path)
    first = ensure_certificate(state, NAMES)
    first.certificate.write_bytes(b"garbage")
    assert ensure_certificate(state, NAMES).authority == first.authority


def test_private_keys_are_private(tmp_path: Path) -> None:
    made = ensure_certificate(StateDirectory(tmp_path), NAMES)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "ca-key.pem").stat().st_mode) == 0o600
    assert len(fingerprint(made.authority).split(":")) == 32


async def test_who_trusts_the_authority_may_speak_over_https(tmp_path: Path) -> None:
    server = {"host": "0.0.0.0", "https_port": 0}
    made = ensure_certificate(StateDirectory(tmp_path / "own"), ["localhost", "127.0.0.1"])
    tls = {"certificate": str(made.certificate), "key": str(made.key)}
    server["https_port"] = _free_port()
    async with box(tmp_path, {"server": server, "tls": tls}) as place:
        context = ssl.create_default_context(cadata=made.authority.decode())
        url = f"https://127.0.0.1:{place.services.secure_port}"
        async with httpx.AsyncClient(base_url=url, verify=context, trust_env=False) as client:
            assert (await client.get("/health")).json() == {"status": "ok"}
            assert (await client.get("/ca.crt")).status_code == 404
        address = f"wss://127.0.0.1:{place.services.secure_port}/ws"
        async with websockets.connect(address, ssl=context, proxy=None):
            pass


async def test_a_box_on_a_lan_makes_an_authority_and_hands_it_out(tmp_path: Path) -> None:
    server = {"host": "0.0.0.0", "https_port": _free_port()}
    async with box(tmp_path, {"server": server}) as place, place.http() as client:
        handed_out = await client.get("/ca.crt")
        assert handed_out.headers["content-type"] == "application/x-x509-ca-cert"
        context = ssl.create_default_context(cadata=handed_out.text)
        info = (await client.get("/api/info")).json()
        assert info["local_authority"]
        assert info["authority_sha256"] == fingerprint(handed_out.content)
        url = f"https://localhost:{info['https_port']}"
        async with httpx.AsyncClient(base_url=url, verify=context, trust_env=False) as secure:
            assert (await secure.get("/ready")).json()["ready"]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        port: int = probe.getsockname()[1]
        return port
