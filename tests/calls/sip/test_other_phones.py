"""Other people's telephones against the endpoint: Debian's baresip with TLS and SRTP, linphonec."""

import asyncio
import contextlib
import importlib.util
import shutil
import subprocess
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.calls.model import CallState, Cause, Role
from edge_interpreter.config.calls import CallRoute
from tests.calls.legs.listening import loudness, until
from tests.calls.sip.exchange import Exchange, Open, open_exchange
from tests.calls.sip.sipp import (
    Peers,
    established,
    free_port,
    is_open,
    needs_sipp,
    ok,
    peers,
    receive,
    refresh,
)

__all__ = ["open_exchange", "peers"]
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("baresip") is None,
    reason="the SIP endpoint is not installed (extra: sip)",
)
BARESIP = shutil.which("baresip")
MODULES = Path("/usr/lib/baresip/modules")
LINPHONE = shutil.which("linphonec")

CONFIG = """\
module_path {modules}
module g711.so
module g722.so
module opus.so
module srtp.so
module aufile.so
module account.so
module menu.so
module stdio.so
audio_source aufile,{folder}/tone.wav
audio_player aufile,{folder}/heard.wav
sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
rtp_ports {rtp}-{last}
"""


@contextlib.asynccontextmanager
async def phone(
    folder: Path, transport: str, media: str, dial: str, codec: str = "pcma"
) -> AsyncIterator[None]:
    """Debian's baresip: a tone of 440 Hz calls `dial`."""
    port, rtp = free_port(), free_port()
    text = CONFIG.format(modules=MODULES, folder=folder, port=port, rtp=rtp, last=rtp + 20)
    (folder / "config").write_text(text)
    rate, channels = {"g722": (16_000, 1), "opus": (48_000, 2)}.get(codec, (8_000, 1))
    _write_tone(folder / "tone.wav", rate, channels)
    name = codec if codec == "pcma" else f"{codec}/{rate}/{channels}"
    extra = ";mediaenc=srtp-mand" if media == "srtp" else ""
    (folder / "accounts").write_text(
        f"<sip:phone@127.0.0.1;transport={transport}>;regint=0;audio_codecs={name}{extra}\n"
    )
    with (folder / "phone.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(BARESIP), "-4", "-f", str(folder), "-e", f"/dial {dial}", "-t", "30",
            stdin=asyncio.subprocess.PIPE, stdout=log, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _write_tone(path: Path, rate: int = 8_000, channels: int = 1) -> None:
    time = np.repeat(np.arange(rate * 20) / rate, channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((8_000 * np.sin(2 * np.pi * 440 * time)).astype("<i2").tobytes())


def certificate(folder: Path) -> Path:
    """A self-signed certificate with its key."""
    path = folder / "box.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
         "-subj", "/CN=127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return path


@pytest.mark.skipif(not (BARESIP and MODULES.is_dir()), reason="baresip is not installed")
@pytest.mark.parametrize(
    ("transport", "media", "codec"),
    [
        ("udp", "rtp", "pcma"),
        ("tls", "srtp", "pcma"),
        ("udp", "rtp", "g722"),
        ("udp", "rtp", "opus"),
    ],
)
async def test_a_tone_from_baresip_is_heard(
    open_exchange: Open, tmp_path: Path, transport: str, media: str, codec: str
) -> None:
    pem = await asyncio.to_thread(certificate, tmp_path)
    route = CallRoute(agent_language="fr")
    exchange: Exchange = await open_exchange({"certificate": pem}, routes=(route,))
    port = exchange.port + (transport == "tls")
    dial = f"sip:100@127.0.0.1:{port};transport={transport}"
    folder = tmp_path / "phone"
    folder.mkdir()
    async with phone(folder, transport, media, dial, codec):
        await until(lambda: bool(exchange.board.waiting))
        call = exchange.the_call()
        leg = call.conversation.sides[Role.CALLER].leg
        exchange.board.ticker.remove(call.tick)
        heard = []
        for _ in range(60):
            await asyncio.sleep(0.02)
            frame = leg.receive()
            if frame is not None:
                heard.append(frame)
        sound = np.concatenate(heard[-25:])
        assert loudness(sound) > 0.05
        peak = np.argmax(np.abs(np.fft.rfft(sound))) * 16_000 / sound.size
        assert peak == pytest.approx(440, abs=5)
    assert call.state in (CallState.WAITING, CallState.ENDED)


LINPHONERC = """\
[sip]
sip_port={port}
sip_tcp_port=-1
sip_tls_port=-1
guess_hostname=0
contact=sip:agent@127.0.0.1
default_proxy=-1
[rtp]
audio_rtp_port={rtp}
[sound]
playback_dev_id=null
[net]
mtu=1300
"""


@needs_sipp
@pytest.mark.skipif(LINPHONE is None, reason="linphonec is not installed (linphone-cli)")
async def test_linphone_answers_as_the_agent(
    open_exchange: Open, peers: Peers, tmp_path: Path
) -> None:
    port, rtp = free_port(), free_port()
    (tmp_path / ".local/share/linphone").mkdir(parents=True)
    rc = tmp_path / "linphonerc"
    rc.write_text(LINPHONERC.format(port=port, rtp=rtp))
    with (tmp_path / "linphone.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(LINPHONE), "-a", "-c", str(rc), "-d", "0",
            stdin=asyncio.subprocess.PIPE, stdout=log, stderr=asyncio.subprocess.STDOUT,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    try:
        assert process.stdin
        process.stdin.write(b"soundcard use files\n")
        await until(lambda: is_open(port))
        route = CallRoute(agent=f"sip:agent@127.0.0.1:{port}", agent_language="fr")
        exchange: Exchange = await open_exchange(routes=(route,))
        steps = established() + refresh() + receive("BYE") + ok()
        caller = await peers.start(steps, exchange.port)
        call = await exchange.active()
        leg = call.conversation.sides[Role.AGENT].leg
        _write_tone(tmp_path / "tone.wav")
        process.stdin.write(f"play {tmp_path / 'tone.wav'}\n".encode())
        await until(lambda: leg.counters.received > 20)
        await caller.settled()
        call.end(Cause.OPERATOR)
        await caller.succeeds()
        await exchange.over()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
