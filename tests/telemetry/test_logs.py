"""One line for each event, as text or JSON, and what must not be in it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from edge_interpreter.telemetry import logs

NAMES = ("", logs.OWN, logs.UTTERANCES, logs.REQUESTS, "uvicorn.error")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging belongs to the whole process."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(each.level, each.handlers[:], each.propagate) for each in loggers]
    yield
    for logger, (level, handlers, propagate) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagate


def written(form: Literal["text", "json"], level: str = "info", **options: bool) -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(level, form, stream=stream, **options)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_object_with_its_fields() -> None:
    stream = written("json")
    log = logging.getLogger("edge_interpreter.calls")
    logs.event(log, logging.INFO, "call ended", event="call", cause="hung_up", ms=None)
    (line,) = lines(stream)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "edge_interpreter.calls",
        "message": "call ended",
        "event": "call",
        "cause": "hung_up",
        "ms": None,
    }


def test_the_same_event_as_text() -> None:
    stream = written("text")
    log = logging.getLogger("edge_interpreter.calls")
    logs.event(log, logging.INFO, "call ended", cause="hung_up", ms=None)
    log.warning("two\nlines")
    assert stream.getvalue().splitlines() == [
        "INFO edge_interpreter.calls: call ended cause=hung_up",
        "WARNING edge_interpreter.calls: two; lines",
    ]


@pytest.mark.parametrize("form", ["text", "json"])
def test_debug_is_for_us_alone_since_libraries_write_what_passes_through(
    form: Literal["text", "json"],
) -> None:
    stream = written(form, "debug")
    logging.getLogger("websockets.server").debug("< TEXT 'the secret phrase'")
    logging.getLogger("uvicorn.error").info("/ws?token=secret [accepted]")
    logging.getLogger("edge_interpreter.rooms").debug("a room was opened")
    assert "a room was opened" in stream.getvalue()
    assert "secret" not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_fault_is_its_kind_and_place_without_its_text(form: Literal["text", "json"]) -> None:
    stream = written(form)
    try:
        raise ValueError("the secret phrase")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    message = "Task exception was never retrieved\nfuture: ValueError('the secret phrase')"
    logging.getLogger("asyncio").error(message)
    text = stream.getvalue()
    assert "secret" not in text
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert "Task exception was never retrieved" in text
    assert len(text.splitlines()) == 2


def test_requests_are_logged_on_wish_and_without_their_query() -> None:
    arguments = ("10.0.0.7:51000", "GET", "/ws?token=secret", "1.1", 200)
    stream = written("json")
    logging.getLogger(logs.REQUESTS).info('%s - "%s %s HTTP/%s" %d', *arguments)
    assert stream.getvalue() == ""
    stream = written("json", requests=True)
    logging.getLogger(logs.REQUESTS).info('%s - "%s %s HTTP/%s" %d', *arguments)
    (line,) = lines(stream)
    told = {key: line[key] for key in ("message", "method", "path", "status", "address")}
    assert told == {
        "message": "request",
        "method": "GET",
        "path": "/ws",
        "status": 200,
        "address": "10.0.0.7",
    }


def test_lines_of_utterances_can_be_turned_off() -> None:
    stream = written("json", utterances=False)
    logs.event(logging.getLogger(logs.UTTERANCES), logging.INFO, "utterance delivered")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["text", "json"])
def test_processes_that_are_started_can_ask_for_the_form(form: Literal["text", "json"]) -> None:
    written(form)
    assert logs.form() == form
