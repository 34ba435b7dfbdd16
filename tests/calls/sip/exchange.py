"""A switchboard with a SIP endpoint, on the real pipeline with deterministic engines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.calls.announcer import Announcer
from edge_interpreter.calls.call import Call
from edge_interpreter.calls.call_table import CallTable
from edge_interpreter.calls.model import CallState
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.calls.sip.service import SipService
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.config.calls import CallRoute, Calls, Sip
from edge_interpreter.config.tree import Config
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.pipeline.pipeline import Pipeline
from tests.calls.legs.listening import until
from tests.calls.sip.sipp import free_port
from tests.pipeline.fakes import engines


class Exchange:
    """A switchboard with a SIP endpoint."""

    def __init__(self, config: Calls, pipeline: Pipeline, records: Path) -> None:
        self.config = config
        self.pipeline = pipeline
        self.board = Switchboard(
            config,
            pipeline,
            Announcer(config.announcements, pipeline.speak),
            CallRecords(CallTable(SqliteDatabase(records)), 30),
        )
        self.sip = SipService(
            config.sip, config.audio.link, self.board.offer, self.board.closed_for_s
        )
        self.board.diallers["sip"] = self.sip.dial
        self.port = config.sip.port

    def the_call(self) -> Call:
        [call] = self.board.calls.values()
        return call

    async def active(self) -> Call:
        await until(lambda: any(c.state is CallState.ACTIVE for c in self.board.calls.values()))
        return self.the_call()

    async def over(self) -> None:
        await until(lambda: not self.board.calls)

    async def last_cause(self) -> str:
        await self.over()
        await asyncio.gather(*self.board._work)
        assert self.board.records
        return (await self.board.records.latest())[0].cause


Open = Callable[..., Any]


@pytest.fixture
async def open_exchange(tmp_path: Path) -> AsyncIterator[Open]:
    exchanges: list[Exchange] = []

    async def make(sip: dict[str, Any] | None = None, **calls: Any) -> Exchange:
        low = free_port()
        wanted = {
            "port": free_port(),
            "rtp_ports": f"{low}-{low + 200}",
            "expose_headers": ("X-Language",),
            **(sip or {}),
        }
        settings = Sip(enabled=True, **wanted)
        routes = calls.pop("routes", (CallRoute(agent_language="fr"),))
        config = Calls(sip=settings, routes=routes, retry_after_s=30, **calls)
        pipeline = Pipeline(engines(), Config(calls=config))
        await pipeline.start()
        exchange = Exchange(config, pipeline, tmp_path / "calls.sqlite3")
        exchanges.append(exchange)
        exchange.board.start()
        await exchange.sip.start()
        return exchange

    yield make
    for exchange in exchanges:
        await exchange.board.stop()
        await exchange.sip.stop()
        await exchange.pipeline.stop()
