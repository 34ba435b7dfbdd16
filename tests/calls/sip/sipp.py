"""Drives sipp: scenarios put together from steps, run on loopback."""

import asyncio
import contextlib
import re
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.calls.legs.listening import until

SIPP = shutil.which("sipp")
needs_sipp = pytest.mark.skipif(SIPP is None, reason="sipp is not installed (sip-tester)")

PCMU = "0"
HEADER = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="test">\n'
FROM = "From: <sip:34600@[local_ip]:[local_port]>;tag=[pid]T[call_number]"
TO = "To: <sip:{number}@[remote_ip]:[remote_port]>"


def sdp(payload: str = PCMU, direction: str = "sendrecv", extra: str = "") -> str:
    names = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000", "3": "GSM/8000"}
    return f"""v=0
o=sipp 1 [cseq] IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP {payload} 101
a=rtpmap:{payload} {names[payload]}
a=rtpmap:101 telephone-event/8000
a=ptime:20
a={direction}{extra}
"""


def request(method: str, cseq: int, number: str = "100", body: str = "", headers: str = "") -> str:
    tag = "" if method == "INVITE" and cseq == 1 else "[peer_tag_param]"
    kind = "Content-Type: application/sdp\n" if body else ""
    return f"""<send retrans="500"><![CDATA[
{method} sip:{number}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
{FROM}
{TO.format(number=number)}{tag}
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:34600@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
{headers}{kind}Content-Length: [len]

{body}]]></send>
"""


def ack(cseq: int = 1, number: str = "100") -> str:
    return request("ACK", cseq, number).replace(' retrans="500"', "")


def cancel(back: int) -> str:
    """Take back an INVITE that was sent `back` steps before; its branch is used again."""
    text = request("CANCEL", 1).replace("[peer_tag_param]", "")
    return text.replace("[branch]", f"[branch-{back}]")


def receive(what: int | str, *, optional: bool = False) -> str:
    kind = "response" if isinstance(what, int) else "request"
    more = ' optional="true"' if optional else ""
    rrs = ' rrs="true"' if what == 200 else ""
    return f'<recv {kind}="{what}"{more}{rrs}/>\n'


def provisional() -> str:
    return "".join(receive(status, optional=True) for status in (100, 180, 183))


def ok(body: str = "") -> str:
    kind = "Content-Type: application/sdp\n" if body else ""
    return f"""<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:peer@[local_ip]:[local_port];transport=[transport]>
{kind}Content-Length: [len]

{body}]]></send>
"""


def answer(status: str = "200 OK", body: str = "", headers: str = "") -> str:
    """Answer the first request of a call that came to us."""
    kind = "Content-Type: application/sdp\n" if body else ""
    return f"""<send><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]A[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:agent@[local_ip]:[local_port];transport=[transport]>
{headers}{kind}Content-Length: [len]

{body}]]></send>
"""


INVITE_TO_AGENT = (
    '<recv request="INVITE" rrs="true"><action>'
    '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>'
    '<ereg regexp="sip:[^>]*" search_in="hdr" header="To:" assign_to="called"/>'
    "</action></recv>\n"
)


def bye_from_agent() -> str:
    """End a call that came to us, after `INVITE_TO_AGENT`."""
    return f"""<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <[$called]>;tag=[pid]A[call_number]
To: [$caller]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
{receive(200)}"""


def pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>\n'


def refresh() -> str:
    """The re-INVITE that baresip sends right after an answer."""
    return receive("INVITE") + ok(sdp()) + receive("ACK")


def invite(number: str = "100", payload: str = PCMU, headers: str = "") -> str:
    return request("INVITE", 1, number, sdp(payload), headers)


def established(number: str = "100", payload: str = PCMU, headers: str = "") -> str:
    return invite(number, payload, headers) + provisional() + receive(200) + ack(1, number)


def bye(cseq: int = 2, number: str = "100") -> str:
    return request("BYE", cseq, number) + receive(200)


@dataclass
class Sipp:
    """A running sipp."""

    process: asyncio.subprocess.Process
    log: Path
    messages: Path
    port: int
    media_port: int

    async def succeeds(self, seconds: float = 60.0) -> None:
        """Wait for its end and see that the scenario went as written."""
        code = await self.ends(seconds)
        assert code == 0, self.log.read_text(errors="replace")[-3000:]

    async def settled(self) -> None:
        """Wait until the box has negotiated again: then it may hang up as the scenario says."""
        await until(lambda: calls_with("ACK", seen(self.messages)) == 1)

    async def ends(self, seconds: float = 60.0) -> int:
        """Wait for its end: 0 if the scenario went as written."""
        async with asyncio.timeout(seconds):
            return await self.process.wait()


def seen(messages: Path) -> str:
    """Every message so far; sipp makes the file with the first one."""
    return messages.read_text(errors="replace") if messages.exists() else ""


def calls_with(method: str, messages: str) -> int:
    """In how many calls a request of the other side came; repetitions are not counted."""
    came = rf"^\w+ message received .*\n\n{method} .*\n(?:.+\n)*?Call-ID: (.*)\n"
    return len(set(re.findall(came, messages, re.MULTILINE)))


@dataclass
class Peers:
    """Starts sipps and ends those that are left."""

    folder: Path
    running: list[Sipp] = field(default_factory=list)

    async def start(
        self,
        steps: str,
        to: int | None = None,
        *,
        address: str = "127.0.0.1",
        transport: str = "u1",
    ) -> Sipp:
        """A caller of the SIP port `to`, or somebody who waits for a call."""
        number = len(self.running)
        scenario = self.folder / f"scenario-{number}.xml"
        scenario.write_text(HEADER + steps + "</scenario>\n")
        port, media_port = free_port(), free_port()
        log, messages = (self.folder / f"{what}-{number}.log" for what in ("sipp", "messages"))
        target = [f"127.0.0.1:{to}"] if to else []
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                str(SIPP), *target, "-sf", str(scenario), "-i", address, "-mi", address,
                "-p", str(port), "-mp", str(media_port), "-m", "1", "-t", transport,
                "-nostdin", "-timeout", "60", "-trace_msg", "-message_file", str(messages),
                stdout=out, stderr=asyncio.subprocess.STDOUT, cwd=self.folder,
            )  # fmt: skip
        sipp = Sipp(process, log, messages, port, media_port)
        self.running.append(sipp)
        if to is None:
            await until(lambda: is_open(port))
        return sipp

    async def close(self) -> None:
        for sipp in self.running:
            if sipp.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    sipp.process.kill()
            await sipp.process.wait()


@pytest.fixture
async def peers(tmp_path: Path) -> AsyncIterator[Peers]:
    peers = Peers(tmp_path)
    yield peers
    await peers.close()


def is_open(port: int) -> bool:
    """Whether a program of this machine listens at it."""
    tables = [Path(f"/proc/net/{kind}").read_text() for kind in ("udp", "udp6", "tcp", "tcp6")]
    return any(f":{port:04X} 0000" in table for table in tables)


def free_port() -> int:
    """An even UDP and TCP port that is free with its neighbour."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            port: int = sock.getsockname()[1] & ~1
        if 20_000 < port < 60_000 and all(_is_free(port + i) for i in range(2)):
            return port


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
