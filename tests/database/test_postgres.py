"""PostgreSQL as boxes meet it: several at once, wrongly told, gone and back."""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from edge_interpreter.calls.call_table import MIGRATIONS, SCHEMA, CallTable
from edge_interpreter.config.database import Database
from edge_interpreter.database.opening import begin, open_database
from edge_interpreter.database.protocol import DatabaseAwayError
from edge_interpreter.database.recorder import Recorder
from edge_interpreter.transcripts.store import Store
from tests.calls.test_records import record
from tests.database.server import PASSWORD, PostgresServer, programs
from tests.transcripts.test_store import CALL, KEY, LINE

if TYPE_CHECKING:
    from edge_interpreter.database.postgres import PostgresDatabase


def connect(settings: Database) -> "PostgresDatabase":
    # Not at the top: the driver is only there where several boxes are to be tried.
    from edge_interpreter.database.postgres import PostgresDatabase

    return PostgresDatabase(settings.url, settings.password.get_secret_value(), settings.box)


@pytest.fixture
def own(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server that the test may kill; `postgres` says whether there can be one."""
    found = programs()
    assert found is not None
    server = PostgresServer(found)
    server.start()
    yield server
    server.thaw()
    server.remove()


def test_boxes_that_start_at_once_bring_the_schema_up_to_date_once(
    postgres: PostgresServer,
) -> None:
    settings = postgres.new()
    boxes = [connect(settings) for _ in range(6)]
    together = threading.Barrier(len(boxes))
    failed: list[str] = []

    def start(database: "PostgresDatabase") -> None:
        together.wait()
        try:
            CallTable(database).prepare()
            Store(database, KEY).prepare()
        except Exception as error:
            failed.append(str(error))

    threads = [threading.Thread(target=start, args=(each,)) for each in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert boxes[0].version(SCHEMA) == len(MIGRATIONS)
    assert boxes[0].read("SELECT count(*) FROM probe") == [(1,)]
    for each in boxes:
        each.close()


def test_boxes_that_write_at_once_lose_nothing(postgres: PostgresServer) -> None:
    settings, rounds = postgres.new(), 40
    boxes = [connect(settings) for _ in range(4)]
    CallTable(boxes[0]).prepare()
    Store(boxes[0], KEY).prepare()

    def work(database: "PostgresDatabase", box: str) -> None:
        table, store = CallTable(database), Store(database, KEY)
        for number in range(rounds):
            table.write([replace(record(f"{box}-{number}"), box=box)])
            store.add([LINE, replace(CALL, place=box)])

    threads = [
        threading.Thread(target=work, args=(each, f"box{number}"))
        for number, each in enumerate(boxes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = CallTable(boxes[0]).latest(1_000)
    assert len(found) == 4 * rounds
    assert {one.box for one in found} == {"box0", "box1", "box2", "box3"}
    assert len(Store(boxes[1], KEY).lines("room", LINE.place)) == 4 * rounds
    assert len(Store(boxes[2], KEY).lines("call", "box3")) == rounds
    for each in boxes:
        each.close()


def test_a_wrong_password_is_told_without_any(postgres: PostgresServer) -> None:
    settings = postgres.new()
    for word in ("wrong-horse", ""):
        database = connect(settings.model_copy(update={"password": SecretStr(word)}))
        with pytest.raises(DatabaseAwayError) as told:
            database.read("SELECT 1")
        assert settings.url in str(told.value)
        assert "password" in str(told.value)
        assert "horse" not in str(told.value)
        assert "\n" not in str(told.value)


def test_the_box_can_be_told_from_the_others_on_the_server(postgres: PostgresServer) -> None:
    database = connect(postgres.new("north"))
    assert database.read("SELECT current_setting('application_name')") == [
        ("edge-interpreter north",)
    ]
    assert database.sheltered()
    database.close()


def test_a_server_that_is_away_at_the_start_is_told_and_waited_for(
    own: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    settings = own.new()
    own.stop()
    database = open_database(settings, own.directory)
    begin(database, CallTable(database).prepare)
    [said] = caplog.messages
    assert said.startswith(f"the database is away at the start: {settings.url}: ")
    assert PASSWORD not in said
    own.start()
    CallTable(database).prepare()
    database.close()


async def test_calls_go_on_while_the_server_is_killed_and_comes_back(own: PostgresServer) -> None:
    table = CallTable(connect(own.new()))
    recorder = Recorder("call_records", table, lambda: 0)
    running = asyncio.create_task(recorder.run())
    numbers = count()

    async def go_on(until: object) -> None:
        assert callable(until)
        async with asyncio.timeout(60):
            while not until():
                recorder.put(record(f"{next(numbers):06}"))
                await asyncio.sleep(0.005)

    await go_on(lambda: recorder.written > 20)
    await asyncio.to_thread(own.kill)
    await go_on(lambda: not recorder.up)
    waiting = recorder.waiting
    await go_on(lambda: recorder.waiting > waiting + 50)
    await asyncio.to_thread(own.start)
    await go_on(lambda: recorder.up)
    kept = await recorder.ask(lambda: [one.id for page in table.all() for one in page])
    assert kept == [f"{number:06}" for number in range(next(numbers))]
    assert not recorder.lost
    running.cancel()
    await recorder.close()


async def test_a_server_that_answers_nothing_is_given_up(own: PostgresServer) -> None:
    database = connect(own.new())
    database.answer_s = 0.5
    table = CallTable(database)
    recorder = Recorder("call_records", table, lambda: 0)
    recorder.put(record("a"))
    await recorder.flush()
    own.freeze()
    recorder.put(record("b"))
    began = time.monotonic()
    with pytest.raises(DatabaseAwayError):
        await recorder.flush()
    assert time.monotonic() - began < 5
    own.thaw()
    recorder.put(record("c"))
    await asyncio.sleep(1)
    found = await recorder.ask(table.latest, 10)
    assert {one.id for one in found} == {"a", "b", "c"}
    await recorder.close()


def test_a_server_that_answers_nothing_after_the_greeting_is_given_up() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed (scripts/setup --peers)")
    greeting = b"R" + struct.pack(">ii", 8, 0) + b"Z" + struct.pack(">i", 5) + b"I"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(greeting)
                while client.recv(4096):
                    pass

        server = threading.Thread(target=greet)
        server.start()
        url = f"postgresql://me@127.0.0.1:{listener.getsockname()[1]}/db?sslmode=disable"
        database = connect(Database(url=url))
        database.answer_s = 0.3
        with pytest.raises(DatabaseAwayError):
            database.read("SELECT 1")
        server.join()


async def test_stopping_does_not_wait_for_a_server_that_hangs(own: PostgresServer) -> None:
    table = CallTable(connect(own.new()))
    recorder = Recorder("call_records", table, lambda: 0)
    recorder.put(record("a"))
    await recorder.flush()
    own.freeze()
    recorder.put(record("b"))
    began = time.monotonic()
    await recorder.close()
    assert time.monotonic() - began < 3
    assert recorder.lost == {"stopped": 1}


def test_deleting_on_request_leaves_nothing_in_the_files_of_the_table(own: PostgresServer) -> None:
    database = connect(own.new())
    table = CallTable(database)
    table.prepare()
    number = "+34611999888"
    table.write([record(f"{each:04}") for each in range(200)])
    table.write([replace(record("a"), caller_number=number)])
    own.run("CHECKPOINT")
    files = own.data / "base"

    def on_disk() -> bool:
        return any(number.encode() in each.read_bytes() for each in files.glob("*/*"))

    assert on_disk()
    assert table.forget_number(number) == 1
    own.run("CHECKPOINT")
    assert not on_disk()
    assert len(table.latest(1_000)) == 200
    database.close()


def test_what_time_deleted_is_cleaned_without_holding_others_up(own: PostgresServer) -> None:
    database = connect(own.new())
    store = Store(database, KEY)
    store.prepare()
    store.add([replace(LINE, time=number) for number in range(500)])
    assert store.expire(400) == 400
    dead = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'line'"
    deadline = time.monotonic() + 20
    while own.run(dead, "interpreter1") != "0":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    database.close()
