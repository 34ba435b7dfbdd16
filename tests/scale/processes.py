"""Boxes and proxies as processes with addresses of their own on the loopback."""

import asyncio
import itertools
import os
import shutil
import signal
import socket
import ssl
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx

from tests.scale.slow import FOLDER

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
START_S = 120
SHIPPED = ROOT / "docs/scale/rooms"
BOX = """
[server]
host = "{address}"
port = {port}
https_port = 0
state = "state"
drain_s = {drain_s}
trusted_proxies = ["127.0.0.1"]
public_url = "{people}"
[boxes]
keys = "{keys}"
front_url = "{questions}"
[rooms]
on_demand = {on_demand}
[limits]
requests_per_s = 1000
[voice_activity]
provider = "tests.server.providers:vad"
[recogniser]
provider = "tests.server.providers:recogniser"
[translator]
provider = "tests.scale.slow:translator"
[synthesiser]
provider = "tests.server.providers:synthesiser"
"""


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


TRUSTING = trusting()
"""To make one takes long."""


def free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


async def until(
    condition: Callable[[], Awaitable[T | None]], seconds: float = 60, every_s: float = 0.05
) -> T:
    """What a condition gives as soon as it is true."""
    async with asyncio.timeout(seconds):
        for _ in itertools.count():
            if found := await condition():
                return found
            await asyncio.sleep(every_s)
    raise AssertionError


@dataclass
class BoxProcess:
    """A box that can be killed and started again under the same address."""

    folder: Path
    address: str
    port: int
    process: Process | None = None
    operator: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "edge_interpreter", "serve"),
                *("--config", str(self.folder / "config.toml")),
                cwd=ROOT,
                env={**os.environ, FOLDER: str(self.folder)},
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=log,
            )
        await until(self.instance, START_S)

    async def instance(self) -> str | None:
        """Which process answers, None where none does."""
        with suppress(httpx.HTTPError):
            answer = await self.ask("/ready")
            if answer.status_code == 200:
                return str(answer.json()["instance"])
        return None

    async def ask(self, path: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.operator}"} if self.operator else {}
        async with httpx.AsyncClient(
            base_url=self.url, headers=headers, verify=TRUSTING, trust_env=False, timeout=5
        ) as client:
            return await client.get(path)

    async def people(self) -> dict[str, int]:
        """Rooms that have people, and how many."""
        with suppress(httpx.HTTPError):
            answer = await self.ask("/api/rooms")
            return {each["name"]: n for each in answer.json() if (n := each["participants"])}
        return {}

    async def command(self, *words: str) -> str:
        """What `edge-interpreter token …` prints on this box, its last line."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "edge_interpreter", *words),
            *("--config", str(self.folder / "config.toml")),
            cwd=ROOT,
            stdout=PIPE,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode().split("\n")[0]

    async def end(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()


@dataclass
class Site:
    """Two boxes behind a proxy; `people`, `plain` and `questions` are the proxy's addresses."""

    folder: Path
    proxy: str
    people: str
    plain: str
    questions: str
    boxes: list[BoxProcess] = field(default_factory=list)
    operator: str = ""
    proxy_process: Process | None = None

    @property
    def configuration(self) -> Path:
        """The proxy's file."""
        return self.folder / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[self.proxy]

    @property
    def websocket(self) -> str:
        return self.people.replace("http", "ws") + "/ws"

    async def home(self, room: str) -> BoxProcess:
        """The box with the people of a room, once they are all on one."""

        async def found() -> BoxProcess | None:
            having = [box for box in self.boxes if room in await box.people()]
            return having[0] if len(having) == 1 else None

        return await until(found)

    def other(self, box: BoxProcess) -> BoxProcess:
        return next(each for each in self.boxes if each is not box)


@asynccontextmanager
async def site(
    folder: Path, proxy: str, *, on_demand: bool = True, drain_s: int = 6
) -> AsyncIterator[Site]:
    """Two boxes behind `nginx` or `haproxy` with its shipped configuration."""
    front, plain, private = (f"127.0.0.2:{free_port('127.0.0.2')}" for _ in range(3))
    place = Site(folder, proxy, f"https://{front}", f"http://{plain}", f"http://{private}")
    for address in ("127.0.0.11", "127.0.0.12"):
        own = folder / address
        own.mkdir()
        box = BoxProcess(own, address, free_port(address))
        (own / "config.toml").write_text(
            BOX.format(
                address=address,
                port=box.port,
                keys=folder / "keys",
                people=place.people,
                questions=place.questions,
                on_demand=str(on_demand).lower(),
                drain_s=drain_s,
            )
        )
        place.boxes.append(box)
    await place.boxes[0].command("token", "rotate")
    # What one box makes, the other accepts.
    words = ("token", "create", "--room", "*", "--role", "operate")
    place.operator = await place.boxes[0].command(*words)
    for box in place.boxes:
        box.operator = place.operator
    try:
        await asyncio.gather(*(box.start() for box in place.boxes))
        place.proxy_process = await _start_proxy(place)
        await until(lambda: _answers(place), START_S)
        yield place
    finally:
        for box in place.boxes:
            await box.end()
        process = place.proxy_process
        if process is not None and process.returncode is None:
            process.terminate()
            await process.communicate()


async def _answers(place: Site) -> bool:
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(verify=TRUSTING, trust_env=False) as client:
            return (await client.get(f"{place.people}/api/info")).status_code == 200
    return False


async def _start_proxy(place: Site) -> Process:
    from edge_interpreter.server.certificates import ensure_certificate
    from edge_interpreter.server.state import StateDirectory

    made = ensure_certificate(StateDirectory(place.folder / "tls"), ["127.0.0.2"])
    pair = place.folder / "pair.pem"
    pair.write_bytes(made.certificate.read_bytes() + made.key.read_bytes())
    first, second = (f"{box.address}:{box.port}" for box in place.boxes)
    front, plain = (each.partition("//")[2] for each in (place.people, place.plain))
    replaced = {
        "10.0.0.11:8080": first,
        "10.0.0.12:8080": second,
        "10.0.0.2:8081": place.questions.removeprefix("http://"),
        "10.0.0.0/24": "127.0.0.0/8",
        "bind :80 ": f"bind {plain} ",
        "bind :443 ": f"bind {front} ",
        "listen 80;": f"listen {plain};",
        "listen 443 ": f"listen {front} ",
        "interpreter.example;": "127.0.0.2;",
        "ssl crt /etc/ssl/interpreter.example.pem": f"ssl crt {pair}",
        "/etc/ssl/interpreter.example.pem": str(made.certificate),
        "/etc/ssl/interpreter.example.key": str(made.key),
        "log /dev/log local0": "log stdout format raw local0",
        "/run/haproxy/admin.sock": str(place.folder / "admin.sock"),
        "127.0.0.1:10000": f"127.0.0.1:{free_port('127.0.0.1')}",
        "user haproxy": "",
        "group haproxy": "",
    }
    proxy, file = place.proxy, place.configuration
    text = (SHIPPED / file.name).read_text()
    for shipped, here in replaced.items():
        text = text.replace(shipped, here)
    file.write_text(text if proxy == "haproxy" else _around(place.folder, text))
    program = shutil.which(proxy, path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    options = {"nginx": ("-c", str(file)), "haproxy": ("-db", "-f", str(file))}[proxy]
    with (place.folder / "proxy.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            program, *options, stdin=DEVNULL, stdout=log, stderr=STDOUT
        )


def _around(folder: Path, text: str) -> str:
    """What Debian's nginx.conf is around a file of conf.d, in a folder of its own."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"""
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
access_log {folder}/access.log;
{paths}
{text}
}}
"""
