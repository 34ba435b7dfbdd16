"""Rows wait while the database is away, nobody waits for them, and none goes silently."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from edge_interpreter.database.protocol import DatabaseAwayError
from edge_interpreter.database.recorder import AGAIN_S, BATCH, MOST_WAITING, Recorder
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.errors import UserError
from tests.calls.legs.listening import until


class Numbers:
    """A table of numbers in SQLite that can be told to be away, or to take its time."""

    def __init__(self, file: Path) -> None:
        self.database = SqliteDatabase(file)
        self.away = False
        self.other_key = False
        self.asked = 0
        self.slow = threading.Event()
        self.slow.set()

    def prepare(self) -> None:
        self._check()
        if self.other_key:
            raise UserError("encrypted with another key")
        self.database.migrate("numbers", ("CREATE TABLE number (value INTEGER PRIMARY KEY);",))

    def write(self, entries: object) -> None:
        self._check()
        assert isinstance(entries, list)
        statement = "INSERT INTO number VALUES (?) ON CONFLICT DO NOTHING"
        self.database.change(statement, [(each,) for each in entries])

    def kept(self) -> list[int]:
        self._check()
        return [value for [value] in self.database.read("SELECT value FROM number ORDER BY value")]

    def _check(self) -> None:
        self.asked += 1
        self.slow.wait()
        if self.away:
            raise DatabaseAwayError("db: no route to host")


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Numbers]:
    table = Numbers(tmp_path / "numbers.sqlite3")
    yield table
    table.database.close()


@contextmanager
def away(table: Numbers) -> Iterator[None]:
    table.away = True
    yield
    table.away = False


def nothing() -> int:
    return 0


async def test_rows_wait_and_are_written_in_order_later(
    numbers: Numbers, caplog: pytest.LogCaptureFixture
) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    count = BATCH + 7
    with away(numbers), caplog.at_level(logging.WARNING):
        for value in range(count):
            recorder.put(value)
        with pytest.raises(DatabaseAwayError):
            await recorder.flush()
        with pytest.raises(DatabaseAwayError):
            await recorder.ask(numbers.kept)
        assert (recorder.waiting, recorder.up) == (count, False)
    await asyncio.sleep(AGAIN_S)
    assert await recorder.ask(numbers.kept) == list(range(count))
    assert (recorder.waiting, recorder.written, recorder.up) == (0, count, True)
    assert not recorder.lost
    told = [record.getMessage() for record in caplog.records]
    assert told[0] == "numbers cannot be written, and wait: db: no route to host"
    assert told[1].startswith("numbers can be written again after")
    assert len(told) == 2
    await recorder.close()


async def test_what_is_over_the_limit_is_dropped_and_counted(
    numbers: Numbers, caplog: pytest.LogCaptureFixture
) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    with away(numbers):
        for value in range(MOST_WAITING + 3):
            recorder.put(value)
        assert recorder.waiting == MOST_WAITING
        assert recorder.lost == {"queue_full": 3}
        assert caplog.messages == ["numbers: 1 rows were lost: queue_full"]
    assert len(await recorder.ask(numbers.kept)) == MOST_WAITING
    await recorder.close()


async def test_a_box_that_stops_says_what_it_did_not_write(
    numbers: Numbers, caplog: pytest.LogCaptureFixture
) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    with away(numbers):
        recorder.put(1)
        await recorder.close()
    assert recorder.lost == {"stopped": 1}
    assert "numbers: 1 rows were lost: stopped" in caplog.messages


async def test_a_database_that_hangs_holds_nobody_up(numbers: Numbers) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    numbers.slow.clear()
    recorder.put(1)
    writing = asyncio.create_task(recorder.flush())
    turns = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            while True:
                recorder.put(turns + 2)
                turns += 1
                await asyncio.sleep(0.001)
    assert turns > 50
    assert recorder.waiting == turns + 1
    assert not writing.done()
    numbers.slow.set()
    await writing
    assert recorder.written == turns + 1
    await recorder.close()


async def test_stopping_does_not_wait_for_a_database_that_hangs(numbers: Numbers) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    numbers.slow.clear()
    recorder.put(1)
    async with asyncio.timeout(4):
        await recorder.close()
    assert recorder.lost == {"stopped": 1}
    numbers.slow.set()
    # A connection is for one thread at a time, and the test closes it too.
    await asyncio.to_thread(recorder._thread.shutdown)


async def test_who_waits_for_an_attempt_that_fails_waits_for_no_other(numbers: Numbers) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    numbers.slow.clear()
    with away(numbers):
        asking = [asyncio.create_task(recorder.ask(numbers.kept)) for _ in range(20)]
        await until(lambda: numbers.asked == 1)
        numbers.slow.set()
        answers = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(each) for each in answers} == {DatabaseAwayError}
    assert numbers.asked == 1
    await recorder.close()


async def test_a_key_that_does_not_fit_keeps_rows_waiting(numbers: Numbers) -> None:
    recorder: Recorder[int] = Recorder("numbers", numbers, nothing)
    numbers.other_key = True
    recorder.put(1)
    with pytest.raises(DatabaseAwayError, match="another key"):
        await recorder.flush()
    assert (recorder.waiting, recorder.up) == (1, False)
    numbers.other_key = False
    await asyncio.sleep(AGAIN_S)
    assert await recorder.ask(numbers.kept) == [1]
    await recorder.close()


async def test_running_writes_by_itself_and_forgets_at_the_start(numbers: Numbers) -> None:
    expired: list[int] = []

    def expire() -> int:
        expired.append(len(numbers.kept()))
        return 0

    recorder: Recorder[int] = Recorder("numbers", numbers, expire)
    recorder.put(1)
    running = asyncio.create_task(recorder.run())
    await until(lambda: bool(expired))
    recorder.put(2)
    await until(lambda: recorder.written == 2)
    assert expired == [1]
    running.cancel()
    await recorder.close()
