"""Calls of a trunk, made and taken by sipp through a proxy that stays in the way."""

import re
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.calls.sip.sipp import HEADER, calls_with, ok, receive, sdp, seen
from tests.scale.lab import Host

INVITE = f"""<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:34600@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:34600@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

{sdp()}]]></send>
"""
PROVISIONAL = "".join(receive(status, optional=True) for status in (100, 180, 183))
_MESSAGE = re.compile(
    r"^-{20,} (?P<when>[-\d]+ [\d:.]+)\nUDP message (?P<way>sent|received).*\n\n(?P<line>.*)\n"
    r"(?:.+\n)*?Call-ID: (?P<call>.*)\nCSeq: (?P<cseq>.*)\n",
    re.MULTILINE,
)
"""In sipp's file of messages."""


def within(method: str, cseq: int) -> str:
    """A further request of the call, along the route that the proxy recorded."""
    retrans = "" if method == "ACK" else ' retrans="500"'
    return f"""<send{retrans}><![CDATA[
{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:34600@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
[routes]
Call-ID: [call_id]
CSeq: {cseq} {method}
Max-Forwards: 70
Content-Length: 0

]]></send>
"""


CALL = INVITE + PROVISIONAL + receive(200) + within("ACK", 1)
ACK_OF_REFUSAL = (
    within("ACK", 1)
    .replace("[next_url]", "sip:[service]@[remote_ip]:[remote_port]")
    .replace("[routes]\n", "")
    .replace("[branch]", "[branch-5]")
)
"""After `INVITE`, `PROVISIONAL` and the refusal."""
LATE = receive(180, optional=True)
"""Kamailio has several processes: what the box said before its answer may come after that."""
REFRESHED = LATE + receive("INVITE") + ok(sdp()) + LATE + receive("ACK")
"""The box negotiates again right after an answer."""
HANG_UP = within("BYE", 2) + receive(200)
HUNG_UP_ON = receive("BYE") + ok()


def lasting(milliseconds: int) -> str:
    """A call that its caller ends."""
    return CALL + REFRESHED + f'<pause milliseconds="{milliseconds}"/>\n' + HANG_UP


def sounding(sound: Path) -> str:
    """A call that its caller never ends, and says a file of µ-law in, over and over."""
    call = CALL.replace("[media_port]", "[rtpstream_audio_port]")
    again = REFRESHED.replace("[media_port]", "[rtpstream_audio_port]")
    say = f'<nop><action><exec rtp_stream="{sound},-1,0"/></action></nop>\n'
    return call + again + say + HUNG_UP_ON


def ended_by_the_box() -> str:
    """A call that its caller never ends."""
    return CALL + REFRESHED + HUNG_UP_ON


@dataclass
class Calls:
    """A sipp that makes calls."""

    process: subprocess.Popen[bytes]
    log: Path
    messages: Path
    began: float = field(default_factory=time.monotonic)

    def succeed(self, seconds: float = 60) -> float:
        """Wait for their end, see that all went as written; how long it took, in seconds."""
        code = self.process.wait(seconds)
        took = time.monotonic() - self.began
        assert code == 0, self.log.read_text(errors="replace")[-3000:]
        return took

    def settled(self, count: int) -> bool:
        """Whether so many calls have all that they wait for but their end."""
        return calls_with("ACK", self.seen()) >= count

    def ended(self, count: int) -> bool:
        """Whether the box, or the proxy, has hung up so many calls."""
        return calls_with("BYE", self.seen()) >= count

    def seen(self) -> str:
        """Every message so far."""
        return seen(self.messages)

    @property
    def set_up_ms(self) -> list[float]:
        """INVITE to 200 of each call, in the order of their answers."""
        asked: dict[str, datetime] = {}
        answered: dict[str, datetime] = {}
        for match in _MESSAGE.finditer(self.seen()):
            when = datetime.fromisoformat(match["when"]).replace(tzinfo=UTC)
            if match["line"].startswith("INVITE sip:") and match["way"] == "sent":
                asked.setdefault(match["call"], when)
            elif match["line"].startswith("SIP/2.0 200") and match["cseq"] == "1 INVITE":
                answered.setdefault(match["call"], when)
        return [(when - asked[call]) / timedelta(milliseconds=1) for call, when in answered.items()]


@dataclass
class Trunk:
    """Who calls, at an address that Kamailio and boxes know."""

    host: Host
    folder: Path
    proxy: str
    made: list[Calls] = field(default_factory=list)

    def call(
        self, scenario: str, number: str = "100", *, count: int = 1, rate: int = 10, to: str = ""
    ) -> Calls:
        """Make `count` calls, `rate` a second."""
        port = 5070 + 2 * len(self.made)
        return self._start(
            scenario, port, f"{to or self.proxy}:5060", "-s", number,
            "-m", str(count), "-r", str(rate), "-l", str(count),
        )  # fmt: skip

    def take(self, scenario: str) -> Calls:
        """Be ready to be called, once."""
        waiting = self._start(scenario, 5060, "-m", "1")
        while not self.host.run("ss", "--no-header", "--udp", "--listening", "sport", "=", ":5060"):
            assert waiting.process.poll() is None
            time.sleep(0.1)
        return waiting

    def _start(self, scenario: str, port: int, *words: str) -> Calls:
        at, address = len(self.made), self.host.address
        path = self.folder / f"{address.replace('.', '-')}-{at}.xml"
        path.write_text(HEADER + scenario + "</scenario>\n")
        log, messages = path.with_suffix(".log"), path.with_suffix(".messages")
        command = (
            "sipp", *words, "-sf", str(path), "-i", address, "-mi", address, "-p", str(port),
            "-mp", str(20_000 + 200 * at), "-nostdin", "-timeout", "120",
            "-trace_msg", "-message_file", str(messages),
        )  # fmt: skip
        with log.open("wb") as out:
            process = subprocess.Popen(
                self.host.command(*command), stdout=out, stderr=subprocess.STDOUT, cwd=self.folder
            )
        calls = Calls(process, log, messages)
        self.made.append(calls)
        return calls

    def stop(self) -> None:
        """End what is left."""
        for calls in self.made:
            if calls.process.poll() is None:
                calls.process.kill()
            calls.process.wait(10)
