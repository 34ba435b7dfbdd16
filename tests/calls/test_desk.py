"""An agent's page as its browser sees it."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
from starlette.testclient import WebSocketTestSession

from tests.calls.fakes import FakeLeg
from tests.calls.test_web import Box, MakeBox, make_box, offered
from tests.pipeline.fakes import speech

__all__ = ["make_box"]
ATTEMPTS = 5


@contextlib.contextmanager
def page(box: Box) -> Iterator[WebSocketTestSession]:
    """A page that is open; the test client cancels what its end has not reached in time."""
    with contextlib.suppress(CancelledError), box.client.websocket_connect("/ws/desk") as socket:
        yield socket


def hello(socket: WebSocketTestSession) -> None:
    socket.send_json({"type": "hello", "token": "operator"})
    assert socket.receive_json()["type"] == "welcome"


def until(
    socket: WebSocketTestSession, done: Callable[[dict[str, Any]], bool], seconds: float = 30.0
) -> dict[str, Any]:
    """The next message that is `done`; sound is passed over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = socket.receive()
        if message.get("text"):
            told: dict[str, Any] = json.loads(message["text"])
            if done(told):
                return told
    raise AssertionError("it was not told")


def happens(done: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that the server does."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def of(what: str, /, **fields: object) -> Callable[[dict[str, Any]], bool]:
    wanted = {"type": what, **fields}
    return lambda told: all(told.get(key) == value for key, value in wanted.items())


def take(box: Box, socket: WebSocketTestSession, call_id: str) -> None:
    socket.send_json({"type": "take", "call": call_id})
    until(socket, of("calls", mine=call_id))


def test_a_page_takes_a_call_and_both_are_heard_and_read(make_box: MakeBox) -> None:
    box = make_box()
    call_id, caller = offered(box)
    with page(box) as socket:
        hello(socket)
        until(socket, of("calls", waiting=[call_id]))
        take(box, socket, call_id)
        box.call(lambda: caller.say(speech("apple", 900)))
        said = until(socket, of("caption", kind="said", side="caller"))
        assert (said["text"], said["language"], said["call"]) == ("apple", "en", call_id)
        translated = until(socket, of("caption", kind="translation", side="caller"))
        assert translated["text"] == "fr: apple"
        tone = (np.full(320, 0.2) * 32_768).astype("<i2").tobytes()
        # Where the page is late the gap is filled with fainter sound, which is another word.
        for _ in range(ATTEMPTS):
            for _ in range(60):
                socket.send_bytes(tone)
                time.sleep(0.015)
            said = until(socket, of("caption", kind="said", side="agent"))
            if said["text"] == "plum":
                break
        assert said["text"] == "plum"
        happens(lambda: bool(np.abs(caller.sound).max(initial=0.0) > 0.01))
        socket.send_json({"type": "end", "call": call_id})
        assert until(socket, of("ended"))["cause"] == "operator"
    assert caller.hung_up


def test_acting_on_both_sides(make_box: MakeBox) -> None:
    box = make_box()
    call_id, caller = offered(box)
    with page(box) as socket:
        hello(socket)
        take(box, socket, call_id)
        socket.send_json({"type": "mute", "call": call_id, "side": "agent", "on": True})
        socket.send_json({"type": "speaks", "call": call_id, "side": "caller", "language": "de"})
        socket.send_json({"type": "key", "call": call_id, "digit": "5"})
        shown = until(
            socket,
            lambda told: (
                told["type"] == "calls" and told["calls"][0]["sides"]["caller"]["language"] == "de"
            ),
        )
        assert shown["calls"][0]["sides"]["agent"]["muted"]
        socket.send_json({"type": "say", "call": call_id, "text": "Un instant."})
        assert until(socket, of("caption", side="agent", kind="said"))["text"] == "Un instant."
        assert caller.digits == "5"


def test_closing_the_page_ends_its_call(make_box: MakeBox) -> None:
    box = make_box()
    call_id, caller = offered(box)
    with page(box) as socket:
        hello(socket)
        take(box, socket, call_id)
        socket.close()
        happens(lambda: caller.hung_up)


def test_two_pages_cannot_take_the_same_call(make_box: MakeBox) -> None:
    box = make_box()
    call_id, _ = offered(box)
    with (
        page(box) as first,
        page(box) as second,
    ):
        hello(first)
        hello(second)
        take(box, first, call_id)
        second.send_json({"type": "take", "call": call_id})
        assert until(second, of("error"))["code"] == "taken"
        other, _ = offered(box)
        first.send_json({"type": "take", "call": other})
        assert until(first, of("error"))["code"] == "busy"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"type":"end","call":"none"}', "no_such_call"),
        ("garbage", "bad_message"),
        ('{"type":"hello","token":"operator"}', "bad_message"),
    ],
)
def test_wrong_requests_are_answered_and_the_page_goes_on(
    make_box: MakeBox, message: str, code: str
) -> None:
    box = make_box()
    with page(box) as socket:
        hello(socket)
        socket.send_text(message)
        assert until(socket, of("error"))["code"] == code
        until(socket, of("calls"))


@pytest.mark.parametrize("first", ['{"type":"hello","token":"wrong"}', "garbage", "{}"])
def test_without_a_token_nothing_is_shown(make_box: MakeBox, first: str) -> None:
    box = make_box()
    offered(box)
    with page(box) as socket:
        socket.send_text(first)
        while (message := socket.receive())["type"] != "websocket.close":
            assert json.loads(message["text"])["type"] == "error"


def test_a_page_that_reads_nothing_is_bounded(make_box: MakeBox) -> None:
    box = make_box()
    call_id, _ = offered(box)
    with page(box) as socket:
        hello(socket)
        take(box, socket, call_id)
        leg = box.call(lambda: box.board.calls[call_id].conversation.sides)["agent"].leg
        assert not isinstance(leg, FakeLeg)
        for _ in range(5):
            box.call(lambda: [leg.send(np.zeros(320, np.float32)) for _ in range(1000)])
        assert leg.counters.sent >= 5000
