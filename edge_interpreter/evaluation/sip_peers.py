"""Callers and agents for the calls bench: sipp signals, its media is its own or ours."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.errors import UserError

_VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_FROM = "From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]C[call_number]"
_TO = "To: <sip:[field1]@[remote_ip]:[remote_port]>"
_LAST = "[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]"


MEDIA_ABOVE = 2_000
"""How far above its SIP port sipp's own media ports begin."""


@dataclass(frozen=True, slots=True)
class SippMedia:
    """Where the media of sipp's calls is: `file` (raw µ-law) played by sipp, or ports of ours."""

    file: Path | None = None
    ports: Sequence[int] = ()


def require_sipp() -> str:
    """The path of sipp; UserError where it is not installed."""
    path = shutil.which("sipp")
    if path is None:
        raise UserError("this bench needs sipp as the other end: apt-get install sip-tester")
    return path


@asynccontextmanager
async def callers(sip_port: int, port: int, count: int, media: SippMedia) -> AsyncIterator[None]:
    """`count` callers of the box at `sip_port`, two a second; the box hangs up."""
    async with _sipp(
        f"127.0.0.1:{sip_port}", _caller(media), port, count, media, ("-r", "2", "-l", str(count))
    ):
        yield


@asynccontextmanager
async def agents(port: int, count: int, media: SippMedia) -> AsyncIterator[None]:
    """Somebody who answers up to `count` calls at SIP port `port`; the box hangs up."""
    async with _sipp(None, _agent(media), port, count, media, ()):
        await asyncio.sleep(0.3)
        yield


@asynccontextmanager
async def _sipp(
    target: str | None,
    scenario: str,
    port: int,
    count: int,
    media: SippMedia,
    options: tuple[str, ...],
) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory(prefix="calls-bench-") as folder:
        script, table = _write_files(Path(folder), scenario, media.ports or [0] * count)
        process = await asyncio.create_subprocess_exec(
            require_sipp(), *([target] if target else []),
            "-sf", str(script), "-inf", str(table), "-m", str(count), "-p", str(port),
            "-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", str(port + MEDIA_ABOVE), "-nostdin",
            *options,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


def _write_files(folder: Path, scenario: str, ports: Sequence[int]) -> tuple[Path, Path]:
    """The scenario, and a table with the media port and the dialled number of each call."""
    script, table = folder / "scenario.xml", folder / "fields.csv"
    script.write_text(scenario, "utf-8")
    lines = [f"{port};{100 + number};" for number, port in enumerate(ports)]
    table.write_text("\n".join(["SEQUENTIAL", *lines, ""]), "utf-8")
    return script, table


def _sdp(media: SippMedia) -> str:
    port = "[rtpstream_audio_port]" if media.file else "[field0]"
    return (
        "v=0\no=sipp 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n"
        f"m=audio {port} RTP/AVP 0\na=rtpmap:0 PCMU/8000\na=ptime:20\n"
    )


def _play(media: SippMedia) -> str:
    if media.file is None:
        return ""
    return f'<nop><action><exec rtp_stream="{media.file},-1,0"/></action></nop>\n'


def _request(method: str, cseq: int, tag: str, body: str = "") -> str:
    kind = "Content-Type: application/sdp\n" if body else ""
    return (
        f"<send><![CDATA[\n{method} sip:[field1]@[remote_ip]:[remote_port] SIP/2.0\n{_VIA}\n"
        f"{_FROM}\n{_TO}{tag}\nCall-ID: [call_id]\nCSeq: {cseq} {method}\n"
        f"Contact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70\n{kind}"
        f"Content-Length: [len]\n\n{body}]]></send>\n"
    )


def _ok(body: str = "", tag: str = "", contact: str = "caller") -> str:
    kind = "Content-Type: application/sdp\n" if body else ""
    return (
        f"<send><![CDATA[\nSIP/2.0 200 OK\n{_LAST.format(tag=tag)}\n"
        f"Contact: <sip:{contact}@[local_ip]:[local_port]>\n{kind}"
        f"Content-Length: [len]\n\n{body}]]></send>\n"
    )


def _scenario(*steps: str) -> str:
    head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="bench">\n'
    return head + "".join(steps) + "</scenario>\n"


def _caller(media: SippMedia) -> str:
    # The endpoint sends a re-INVITE right after it has answered.
    return _scenario(
        _request("INVITE", 1, "", _sdp(media)),
        *(f'<recv response="{status}" optional="true"/>\n' for status in (100, 180, 183)),
        '<recv response="200" rrs="true"/>\n',
        _request("ACK", 1, "[peer_tag_param]"),
        '<recv request="INVITE"/>\n',
        _ok(_sdp(media)),
        '<recv request="ACK"/>\n',
        _play(media),
        '<recv request="BYE"/>\n',
        _ok(),
    )


def _agent(media: SippMedia) -> str:
    return _scenario(
        '<recv request="INVITE"/>\n',
        _ok(_sdp(media), ";tag=[pid]A[call_number]", "agent"),
        '<recv request="ACK"/>\n',
        _play(media),
        '<recv request="BYE"/>\n',
        _ok(contact="agent"),
    )
