"""A phrase that is said, typed and written everywhere is then found nowhere."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np
import pytest
import websockets

from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.calls.wire.audiosocket import Kind, encode_audiosocket
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.transcripts.export import export
from edge_interpreter.transcripts.key import find_key
from edge_interpreter.transcripts.line import ORIGINAL, Line, in_language
from edge_interpreter.transcripts.store import Store
from tests.pipeline.fakes import silence, speech
from tests.server.box import HELLO, Client

ROOT = Path(__file__).parents[1]
CANARY = "quincunx zanzibar"
"""What is said. It reaches the recogniser backwards, so that no environment holds it."""
CONFIG = """
[server]
state = "state"
[logging]
level = "debug"
format = "json"
requests = true
[metrics]
open_to = ["127.0.0.0/8"]
[[rooms.open]]
name = "main"
glossary = "terms.csv"
[calls.audiosocket]
port = {audiosocket}
[[calls.routes]]
number = "*"
agent = "waiting"
caller_language = "en"
agent_language = "fr"
[calls.records]
database = "state/calls.sqlite3"
"""
FAKES = """
[voice_activity]
provider = "tests.server.providers:vad"
[recogniser]
provider = "tests.server.providers:parrot"
[translator]
provider = "tests.server.providers:faulty"
[synthesiser]
provider = "tests.server.providers:synthesiser"
"""


class Place:
    """A server process in a folder of its own, and all that it printed."""

    def __init__(self, folder: Path, process: Process, audiosocket: int) -> None:
        self.folder = folder
        self.process = process
        self.audiosocket = audiosocket
        self.url = self.token = ""
        self.printed = b""

    async def started(self) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while not (self.url and self.token):
                line = await self.process.stdout.readline()
                assert line, self.printed.decode()
                self.printed += line
                if found := re.search(rb"Open +(http://localhost:\d+)/", line):
                    self.url = found[1].decode()
                if found := re.search(rb"/operator\?\S*#token=(\S+)", line):
                    self.token = found[1].decode()

    async def stopped(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            output, _ = await self.process.communicate()
        self.printed += output
        assert self.process.returncode == 0, self.printed.decode()

    @asynccontextmanager
    async def join(self, **fields: object) -> AsyncIterator[Client]:
        address = self.url.replace("http", "ws") + "/ws"
        async with websockets.connect(address, proxy=None) as websocket:
            client = Client(websocket)
            await client.send(**{**HELLO, **fields})
            client.welcome = await client.expect("welcome")
            yield client


@asynccontextmanager
async def serve(folder: Path, config: str, canary: str) -> AsyncIterator[Place]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        audiosocket = probe.getsockname()[1]
    await asyncio.to_thread(_lay_out, folder, config.format(audiosocket=audiosocket), canary)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "edge_interpreter", "serve"),
        *("--config", "../etc/config.toml", "--port", "0"),
        cwd=folder / "work",
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(folder / "tmp"),
            "PARROT": canary[::-1],
        },
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    place = Place(folder, process, audiosocket)
    try:
        await place.started()
        yield place
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def _lay_out(folder: Path, config: str, canary: str) -> None:
    for name in ("etc", "work", "tmp"):
        (folder / name).mkdir()
    (folder / "etc/config.toml").write_text(config)
    (folder / "etc/terms.csv").write_text(f"en,fr\n{canary},{canary} (fr)\n")


async def visit(place: Place, *sounds: bytes, heard: str) -> None:
    """Guests say, type and are called the canary; some do so wrongly."""
    async with place.join(name=f"Ana {heard}", speaks="en", wants="fr", audio=True) as ana:
        for sound in sounds:
            await ana.socket.send(sound)
        await ana.expect("caption")
        await ana.send(type="chat", text=f"typed {heard}", language="en")
        while heard not in (await ana.expect("caption", typed=True))["text"]:
            pass
        await ana.send(type="chat", text=f"broken {heard}", language="en")
        await ana.expect("skipped")
        await ana.send(type="chat", text=f"/unknown {heard}")
        await ana.send(type="settings", wants=heard)
        await ana.send(type=heard)
        await ana.socket.send(f'{{"type": {heard}')
        for _ in range(4):
            await ana.expect("error")
        headers = {"authorization": f"Bearer {place.token}"}
        async with httpx.AsyncClient(base_url=place.url, headers=headers, trust_env=False) as http:
            body = {"text": heard, "source": "en", "target": "fr"}
            assert heard in (await http.post("/test/translate", json=body)).text
            await http.post("/test/translate", json={**body, "source": heard})
            await http.get(f"/api/rooms/talk?token={heard}")
            await http.delete("/api/transcripts", params={"person": f"Nobody {heard}"})
            guest = ana.welcome["participant"]
            await http.delete(f"/api/rooms/main/participants/{guest}")
            await ana.close_code()


async def call(place: Place, *, sound: bytes) -> None:
    """A caller and an agent at a browser; the caller speaks until both have captions."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.audiosocket)
    writer.write(encode_audiosocket(Kind.UUID, uuid4().bytes))
    address = place.url.replace("http", "ws") + "/ws/desk"
    async with websockets.connect(address, proxy=None) as websocket:
        desk = Client(websocket)
        await desk.send(type="hello", token=place.token)
        while not (waiting := (await desk.expect("calls"))["waiting"]):
            pass
        await desk.send(type="take", call=waiting[0])
        await desk.send(type="watch", call=waiting[0])
        await desk.expect("calls", mine=waiting[0])
        talking = asyncio.create_task(_talk(writer, sound))
        said = ""
        while CANARY not in said:
            caption = await desk.expect("caption")
            said = caption["text"] if caption["kind"] == "translation" else ""
        talking.cancel()
        await desk.send(type="end", call=waiting[0])
        await desk.expect("ended")
    writer.close()
    del reader


async def _talk(writer: asyncio.StreamWriter, sound: bytes) -> None:
    while True:
        for at in range(0, len(sound) - 320, 320):
            writer.write(encode_audiosocket(Kind.AUDIO_8K, sound[at : at + 320]))
            await asyncio.sleep(0.02)


def pcm(*, rate: int) -> bytes:
    samples = np.concatenate((speech("apple"), silence(900)))
    return to_pcm16(samples[:: 16_000 // rate]).tobytes()


def traces(pid: int) -> Iterator[tuple[str, bytes]]:
    """What other programs can read of a process and of those it started."""
    for name in ("environ", "cmdline", "comm"):
        yield f"/proc/{pid}/{name}", Path(f"/proc/{pid}/{name}").read_bytes()
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            with contextlib.suppress(FileNotFoundError):
                yield from traces(int(child))


def found_in(place: Place, canary: str) -> list[str]:
    """Where the phrase is, but for the configuration that an administrator wrote."""
    written = [
        (str(path.relative_to(place.folder)), path.read_bytes())
        for path in place.folder.rglob("*")
        if path.is_file() and "etc" not in path.relative_to(place.folder).parts[:1]
    ]
    words = [canary.encode(form) for form in ("utf-8", "utf-16-le")]
    words += [word.lower() for word in words]
    everything = [*written, ("printed", place.printed), *(("name", n.encode()) for n, _ in written)]
    return [name for name, content in everything if any(word in content for word in words)]


async def look_at_processes(place: Place, canary: str) -> None:
    assert place.process.pid
    seen = list(traces(place.process.pid))
    assert len(seen) >= 3
    assert not [name for name, content in seen if canary.encode() in content]
    async with httpx.AsyncClient(base_url=place.url, trust_env=False) as http:
        metrics = (await http.get("/metrics")).text
    assert "edge_interpreter" in metrics
    assert canary not in metrics


@pytest.mark.parametrize("kept", [False, True])
async def test_what_is_said_is_found_nowhere(tmp_path: Path, kept: bool) -> None:
    config = CONFIG + FAKES + ("[transcripts]\nenabled = true\n" if kept else "")
    async with serve(tmp_path, config, CANARY) as place:
        await visit(place, pcm(rate=16_000), heard=CANARY)
        await call(place, sound=pcm(rate=8_000))
        await look_at_processes(place, CANARY)
        await place.stopped()
    assert b"ValueError" in place.printed
    assert b'"request"' in place.printed
    assert found_in(place, CANARY) == []
    assert (tmp_path / "etc/state/calls.sqlite3").exists()
    database = tmp_path / "etc/state/transcripts.sqlite3"
    assert database.exists() == kept
    if kept:
        said = [export(list(in_language(lines, ORIGINAL)), "txt") for lines in _kept(database)]
        assert len(said) == 2
        assert all(CANARY in text for text in said)


def _kept(database: Path) -> Iterator[list[Line]]:
    store = Store(SqliteDatabase(database), find_key(None, database.parent, {})[0])
    for place in store.places():
        yield store.lines(place.kind, place.name)
    store.database.close()


async def test_a_server_that_is_shot_leaves_no_image_of_itself(tmp_path: Path) -> None:
    async with (
        serve(tmp_path, CONFIG + FAKES, CANARY) as place,
        place.join(name="Ana", speaks="en", wants="fr") as ana,
    ):
        await ana.send(type="chat", text=CANARY, language="en")
        await ana.expect("caption")
        place.process.send_signal(signal.SIGABRT)
        output, _ = await place.process.communicate()
    place.printed += output
    assert place.process.returncode == -signal.SIGABRT
    assert found_in(place, CANARY) == []


@pytest.mark.models
async def test_what_is_said_to_the_real_engines_is_found_nowhere(tmp_path: Path) -> None:
    weights = f"[models]\ndirectory = '{ROOT / 'models/weights'}'\n"
    async with serve(
        tmp_path, CONFIG.replace("[server]", weights + "[server]"), "xylograph"
    ) as place:
        async with place.join(
            name="Ana Xylograph", speaks="en", wants="fr", audio=True, hear_self=True
        ) as ana:
            text = "The xylograph is on the third floor."
            await ana.send(type="chat", text=text, language="en")
            caption = await ana.expect("caption", typed=True)
            await ana.expect("speech", last=True)
        await look_at_processes(place, "xylograph")
        assert len(list(traces(place.process.pid))) >= 6
        await place.stopped()
    for said in (caption["text"], "xylograph", text):
        assert found_in(place, json.dumps(said, ensure_ascii=False).strip('"')) == []
