"""Two boxes with one PostgreSQL, which is killed while both write; Prometheus looks at both."""

import asyncio
import json
import shutil
import socket
import time
import uuid
from asyncio import Task
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import httpx
import pytest
import websockets

from edge_interpreter.calls.wire.audiosocket import Kind, encode_audiosocket
from edge_interpreter.config.database import Database as Settings
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.protocol import Database
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.transcripts.key import new_key, read_key
from edge_interpreter.transcripts.store import Store
from tests.cli.serving import CONFIG, ROOT, line_with, serve
from tests.database.server import PASSWORD, PostgresServer, programs
from tests.server.box import HELLO, Client
from tests.transcripts.test_store import KEY, LINE

pytestmark = pytest.mark.scale
DEADLINE_S = 60.0
MORE = """
[database]
url = "{url}"
password_file = "../word"
box = "{box}"
[transcripts]
enabled = true
key_file = "../key"
[calls.audiosocket]
port = {audiosocket}
[calls.records]
database = "state/calls.sqlite3"
[metrics]
open_to = ["127.0.0.0/8"]
"""


@pytest.fixture
def server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """One that syncs, and may be killed; `postgres` says whether there can be one."""
    found = programs()
    assert found is not None
    own = PostgresServer(found, durable=True)
    own.start()
    yield own
    own.remove()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(done: Callable[[], Awaitable[bool]], what: str) -> float:
    """How long it took."""
    began = time.monotonic()
    while not await done():
        assert time.monotonic() - began < DEADLINE_S, what
        await asyncio.sleep(0.05)
    return time.monotonic() - began


@dataclass
class RunningBox:
    name: str
    process: Process
    url: str
    token: str
    audiosocket: int
    said: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def http(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False)

    async def figures(self) -> dict[str, float]:
        async with self.http() as http:
            text = (await http.get("/metrics")).text
        rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name.removeprefix("edge_interpreter_"): float(value) for name, _, value in rows}

    async def waiting(self) -> float:
        figures = await self.figures()
        return sum(n for name, n in figures.items() if name.startswith("rows_waiting"))

    async def talk(self) -> None:
        """Somebody types, and hears it translated; how long the slowest took."""
        address = self.url.replace("http", "ws") + "/ws"
        async with websockets.connect(address, proxy=None) as socket_:
            client = Client(socket_)
            await client.send(**{**HELLO, "name": self.name, "speaks": "en", "wants": "fr"})
            await client.expect("welcome")
            while True:
                text = f"{self.name} {len(self.said)}"
                began = time.monotonic()
                await client.send(type="chat", text=text, language="en")
                while not (await client.expect("caption"))["text"].endswith(text):
                    pass
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                self.said.append(text)
                await asyncio.sleep(0.25)

    async def call(self) -> None:
        """A call that is over at once."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.audiosocket)
        writer.write(encode_audiosocket(Kind.UUID, uuid.uuid4().bytes))
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.write(encode_audiosocket(Kind.HANGUP))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def running(folder: Path, name: str, url: str) -> AsyncIterator[RunningBox]:
    home, audiosocket = folder / name, free_port()
    home.mkdir()
    config = CONFIG + MORE.format(url=url, box=name, audiosocket=audiosocket)
    async with serve(home, "--port", "0", config=config) as process:
        found = await line_with(process, r"Open +(http://localhost:\d+)/")
        token = await line_with(process, r"/operator\?\S*#token=(\S+)")
        # What else it prints is not to fill the pipe.
        reading = [asyncio.create_task(_read(each)) for each in (process.stdout, process.stderr)]
        try:
            yield RunningBox(name, process, found[1], token[1], audiosocket)
        finally:
            await stop(reading)


async def _read(stream: asyncio.StreamReader | None) -> None:
    assert stream is not None
    while await stream.read(65_536):
        pass


@asynccontextmanager
async def two_boxes(folder: Path, settings: Settings) -> AsyncIterator[list[RunningBox]]:
    lay_out(folder)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running(folder, name, settings.url))
            for name in ("north", "south")
        ]


def lay_out(folder: Path) -> None:
    for name, text in (("word", PASSWORD), ("key", new_key())):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)


async def test_a_database_that_is_killed_costs_no_caption_no_call_and_no_row(
    server: PostgresServer, tmp_path: Path
) -> None:
    settings = server.new()
    async with two_boxes(tmp_path, settings) as boxes:
        talking = [asyncio.create_task(box.talk()) for box in boxes]
        for box in boxes:
            await box.call()

        async def said(more: int) -> None:
            wanted = [len(box.said) + more for box in boxes]

            async def done() -> bool:
                check(talking)
                return all(len(box.said) >= n for box, n in zip(boxes, wanted, strict=True))

            await until(done, "captions come")

        await said(8)
        for box in boxes:
            await until(lambda box=box: written(box), f"{box.name} writes")  # type: ignore[misc]
        await asyncio.to_thread(server.kill)
        killed = time.monotonic()
        await said(8)
        for box in boxes:
            await box.call()
            await until(lambda box=box: away(box), f"{box.name} tells")  # type: ignore[misc]
            async with box.http() as http:
                assert (await http.get("/ready")).status_code == 200
                refused = await http.get("/api/transcripts")
                assert (refused.status_code, refused.json()["code"]) == (503, "database_away")
                assert (await http.get("/calls")).json()["past"] is None
        held = [await box.waiting() for box in boxes]
        assert all(held)
        await asyncio.to_thread(server.start)
        back = time.monotonic()
        for box in boxes:
            await until(lambda box=box: caught_up(box), f"{box.name} writes again")  # type: ignore[misc]
        recovered_s = time.monotonic() - back
        await said(4)
        await stop(talking)
        for box in boxes:
            await until(lambda box=box: caught_up(box), f"{box.name} writes all")  # type: ignore[misc]
            figures = await box.figures()
            assert not any(figures[name] for name in figures if name.startswith("rows_lost"))
        await check_rows(boxes, settings, read_key(tmp_path / "key"))
        print(
            f"\ndatabase killed (SIGKILL) and away for {back - killed:.1f} s: {held} rows waited;"
            f" written {recovered_s:.1f} s after it was back; lost 0, twice 0;"
            f" slowest caption {max(box.slowest_s for box in boxes) * 1000:.0f} ms"
        )


async def written(box: RunningBox) -> bool:
    figures = await box.figures()
    return all(
        figures[f'rows_written_total{{kind="{kind}"}}'] for kind in ("call_records", "transcripts")
    )


async def away(box: RunningBox) -> bool:
    figures = await box.figures()
    return not any(n for name, n in figures.items() if name.startswith("database_up"))


async def caught_up(box: RunningBox) -> bool:
    figures = await box.figures()
    up = all(n for name, n in figures.items() if name.startswith("database_up"))
    return up and not await box.waiting()


def check(tasks: list[Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()


async def stop(tasks: list[Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def check_rows(boxes: list[RunningBox], settings: Settings, key: bytes) -> None:
    """Each line is there once as it was said and once translated; each call names its box."""
    store = Store(open_database(settings, Path()), key)
    lines = await asyncio.to_thread(store.lines, "room", "main")
    await asyncio.to_thread(store.database.close)
    for box in boxes:
        for wants in ("original", "fr"):
            kept = [line.text for line in lines if line.wants == wants]
            mine = [text.removeprefix("fr: ") for text in kept if f"{box.name} " in text]
            assert mine[: len(box.said)] == box.said
            assert len(mine) == len(set(mine)) <= len(box.said) + 1
        async with box.http() as http:
            past = (await http.get("/calls")).json()["past"]
        assert sorted(one["box"] for one in past) == ["north", "north", "south", "south"]


@pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="Prometheus is not installed (Debian: prometheus)"
)
async def test_prometheus_adds_up_what_two_boxes_do(server: PostgresServer, tmp_path: Path) -> None:
    async with two_boxes(tmp_path, server.new()) as boxes, looking_at(boxes, tmp_path) as ask:
        talking = [asyncio.create_task(box.talk()) for box in boxes]
        for query, value in (
            ("job:edge_interpreter_boxes:count", 2),
            ("job:edge_interpreter_ready:sum", 2),
            ("job:edge_interpreter_rooms_active:sum", 2),
            ("job:edge_interpreter_participants:sum", 2),
            ('job_wants:edge_interpreter_listeners:sum{wants="captions"}', 2),
            ("count(edge_interpreter_database_up)", 4),
            ("sum(job_kind:edge_interpreter_rows_waiting:sum) < bool 1000", 1),
            ("job:edge_interpreter_utterances_received:increase5m > bool 0", 1),
        ):
            await until(lambda q=query, v=value: _is(ask, q, v), query)  # type: ignore[misc]
        check(talking)
        await stop(talking)
        boxes[1].process.kill()
        await until(lambda: _is(ask, "job:edge_interpreter_boxes_up:sum", 1), "one is left")
        await until(lambda: _is(ask, "job:edge_interpreter_ready:sum", 1), "one is ready")
        assert await ask("job:edge_interpreter_boxes:count") == 2


Ask = Callable[[str], Awaitable[float | None]]


async def _is(ask: Ask, query: str, value: float) -> bool:
    return await ask(query) == value


@asynccontextmanager
async def looking_at(boxes: list[RunningBox], folder: Path) -> AsyncIterator[Ask]:
    """A Prometheus with the rules as shipped, but for how often they are worked out."""
    port = free_port()
    (folder / "rules.yml").write_text(
        (ROOT / "docs/scale/rules.yml").read_text().replace("interval: 15s", "interval: 1s")
    )
    job = {
        "job_name": "edge-interpreter",
        "static_configs": [{"targets": [box.url.removeprefix("http://") for box in boxes]}],
    }
    (folder / "prometheus.yml").write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s"},
                "rule_files": ["rules.yml", str(ROOT / "docs/alerts.yml")],
                "scrape_configs": [job],
            }
        )
    )
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

        async def ask(query: str) -> float | None:
            try:
                answer = (await http.get("/api/v1/query", params={"query": query})).json()
            except (httpx.HTTPError, ValueError):
                return None
            found = answer["data"]["result"] if answer["status"] == "success" else []
            return float(found[0]["value"][1]) if found else None

        try:
            yield ask
        finally:
            process.terminate()
            await process.wait()


def lines_per_second(databases: list[Database], seconds: float = 3.0) -> float:
    """Lines kept by so many writers, each as a box writes them: the lines of a second at once."""
    stores = [Store(each, KEY) for each in databases]
    stores[0].prepare()
    kept: list[int] = []
    until_ = time.monotonic() + seconds

    def write(store: Store) -> None:
        count = 0
        while time.monotonic() < until_:
            store.add([replace(LINE, text=f"{count + n} " * 20) for n in range(100)])
            count += 100
        kept.append(count)

    threads = [Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in databases:
        each.close()
    return sum(kept) / seconds


def test_far_more_lines_are_kept_than_are_said(server: PostgresServer, tmp_path: Path) -> None:
    sqlite = lines_per_second([SqliteDatabase(tmp_path / "t.sqlite3")])
    one = lines_per_second([open_database(server.new(), tmp_path)])
    settings = server.new()
    four = lines_per_second([open_database(settings, tmp_path) for _ in range(4)])
    print(
        f"\nlines of transcripts kept in a second, 100 at once: SQLite {sqlite:,.0f},"
        f" PostgreSQL {one:,.0f}, PostgreSQL with four boxes {four:,.0f}"
    )
    # 60 rooms, an utterance every two seconds in each, three languages.
    assert min(sqlite, one, four) > 10 * 90
