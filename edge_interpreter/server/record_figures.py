"""What became of the rows that go to the database: call records and transcripts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import Metric

from edge_interpreter.database.recorder import QUEUE_FULL, REFUSED, STOPPED, Recorder
from edge_interpreter.server.services import Services
from edge_interpreter.telemetry.exposition import counter, gauge


def of_records(services: Services) -> Iterator[Metric]:
    """By kind, those that are kept; no values where nothing is."""
    recorders = list(_recorders(services))
    up = {each.kind: float(each.up) for each in recorders}
    yield gauge("database_up", "1 where the database answered last time.", up, "kind")
    waiting = {each.kind: float(each.waiting) for each in recorders}
    yield gauge("rows_waiting", "Rows that are not written yet.", waiting, "kind")
    written = {each.kind: float(each.written) for each in recorders}
    yield counter("rows_written", "Rows written to the database.", written, "kind")
    lost = Counter({QUEUE_FULL: 0, REFUSED: 0, STOPPED: 0} if recorders else {})
    for each in recorders:
        lost.update(each.lost)
    text = "Rows that were never written, by reason."
    yield counter("rows_lost", text, {reason: float(n) for reason, n in lost.items()}, "reason")


def _recorders(services: Services) -> Iterator[Recorder[Any]]:
    if services.keeper is not None:
        yield services.keeper.recorder
    if services.calls is not None and services.calls.board.records is not None:
        yield services.calls.board.records.recorder
