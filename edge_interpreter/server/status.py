"""How the whole box is doing, for the operator's page: counts, times, models and devices."""

import os
import time

from pydantic import BaseModel

from edge_interpreter import __version__
from edge_interpreter.rooms.wishes import NONE
from edge_interpreter.server.devices import graphics_processors, microphones
from edge_interpreter.server.model_states import ModelState, model_states
from edge_interpreter.server.services import Services
from edge_interpreter.telemetry.processes import processes


class Lag(BaseModel):
    """How far behind it is; `level` 0 (on time) to 5 (the oldest utterance is dropped)."""

    level: int
    oldest_ms: int
    budget_ms: int


class Utterances(BaseModel):
    """Since the start: `entered` = `done` + all `dropped` + all `withheld` + `in_flight`."""

    entered: int
    done: int
    in_flight: int
    dropped: dict[str, int]
    withheld: dict[str, int]
    skipped: dict[str, int]


class Work(BaseModel):
    """Since the start, in seconds; `real_time_factor` is of the last minute, null without sound."""

    busy_s: dict[str, float]
    failures: dict[str, int]
    recognised_s: float
    wasted_s: float
    real_time_factor: float | None


class People(BaseModel):
    """Who is there, in numbers."""

    rooms: int
    participants: int
    speakers: int


class CallsState(BaseModel):
    """Calls now, and those not taken since the start."""

    active: int
    waiting: int
    limit: int
    refused: int


class Machine(BaseModel):
    """Memory by process in bytes, processor seconds since the start, and devices."""

    cores: int
    cpu_s: float
    resident_bytes: dict[str, int]
    microphones: int
    graphics_processors: int


class Status(BaseModel):
    """The answer of `GET /api/status`; `time` is Unix time in seconds."""

    time: float
    version: str
    ready: bool
    stuck: list[str]
    lag: Lag
    queues: dict[str, int]
    utterances: Utterances
    work: Work
    people: People
    calls: CallsState | None
    machine: Machine
    models: list[ModelState]


def status_of(services: Services) -> Status:
    """The state of everything now; to be asked for on the event loop."""
    snapshot = services.pipeline.snapshot()
    return Status(
        time=time.time(),
        version=__version__,
        ready=services.serving,
        stuck=list(services.stuck),
        lag=Lag(
            level=int(snapshot.lag_level),
            oldest_ms=snapshot.oldest_ms,
            budget_ms=services.config.pipeline.lag_budget_ms,
        ),
        queues=snapshot.waiting,
        utterances=_utterances(services),
        work=_work(services),
        people=_people(services),
        calls=_calls(services),
        machine=_machine(),
        models=model_states(services.config, services.pipeline.engines),
    )


def _utterances(services: Services) -> Utterances:
    ledger = services.pipeline.ledger
    return Utterances(
        entered=ledger.entered,
        done=ledger.done,
        in_flight=ledger.in_flight,
        dropped=dict(ledger.dropped - ledger.withheld),
        withheld=dict(ledger.withheld),
        skipped=dict(ledger.skipped),
    )


def _work(services: Services) -> Work:
    watching, ledger = services.watching, services.pipeline.ledger
    return Work(
        busy_s=watching.instruments.busy_s,
        failures=watching.instruments.failures,
        recognised_s=ledger.recognised_ms / 1000,
        wasted_s=ledger.wasted_ms / 1000,
        real_time_factor=watching.real_time_factor(),
    )


def _people(services: Services) -> People:
    rooms = services.rooms.all()
    people = [one for room in rooms for one in room.participants.values()]
    return People(
        rooms=len(rooms),
        participants=len(people),
        speakers=sum(one.wishes.speaks != NONE for one in people),
    )


def _calls(services: Services) -> CallsState | None:
    if services.calls is None:
        return None
    board = services.calls.board
    return CallsState(
        active=len(board.calls),
        waiting=len(board.waiting),
        limit=board.admission.limit,
        refused=board.refused,
    )


def _machine() -> Machine:
    running = processes()
    return Machine(
        cores=os.cpu_count() or 1,
        cpu_s=sum(running.cpu_s.values()),
        resident_bytes=dict(running.resident),
        microphones=microphones(),
        graphics_processors=graphics_processors(),
    )
