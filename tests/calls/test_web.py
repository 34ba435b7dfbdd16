"""REST, webhook and media WebSockets as their clients see them."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from edge_interpreter.audio import g711
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.calls.announcer import Announcer
from edge_interpreter.calls.call_table import CallTable
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.calls.web import StreamTokens, router
from edge_interpreter.calls.wire.twiml import sign_request
from edge_interpreter.config.calls import CallRoute, Calls, MediaStreams
from edge_interpreter.config.tree import Config
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.server.app import STATUS
from tests.calls.fakes import FakeLeg
from tests.calls.legs.listening import tone
from tests.pipeline.fakes import engines

ROUTE = CallRoute(agent_language="fr", caller_language="en")
OPEN = MediaStreams(enabled=True, allow=())
SECRET = MediaStreams(
    enabled=True, secret=SecretStr("12345"), public_url="https://box.example", allow=()
)
SID = "MZ1"


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else None
    return JSONResponse({"detail": error.code}, STATUS[error.code], headers)


class Box:
    """A server with calls, and its switchboard."""

    def __init__(self, client: TestClient, board: Switchboard) -> None:
        self.client = client
        self.board = board

    def call(self, function: Callable[[], Any]) -> Any:
        """Run something on the server's event loop."""

        async def run() -> Any:
            return function()

        assert self.client.portal
        return self.client.portal.call(run)

    def webhook(self, **headers: str) -> Any:
        form = {"CallSid": "CA1", "From": "+34600", "To": "+33100"}
        return self.client.post(
            "/voice/webhook",
            content=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )

    def finish(self, socket: WebSocketTestSession) -> list[str]:
        """End every call; the texts that come until the server closes."""
        for call in self.active():
            self.client.post(f"/calls/{call['id']}/end")
        return until_closed(socket)

    def active(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.client.get("/calls").json()["active"]
        return calls


@pytest.fixture
def make_box(tmp_path: Path) -> Iterator[Callable[..., Box]]:
    boxes: list[Box] = []

    def make(streams: MediaStreams = OPEN, *, denied: bool = False, max_calls: int = 5) -> Box:
        calls = Calls(routes=(ROUTE,), media_streams=streams, max_calls=max_calls)
        pipeline = Pipeline(engines(), Config(calls=calls))

        def speak(text: str, language: str) -> Any:
            raise AssertionError

        records = CallRecords(CallTable(SqliteDatabase(tmp_path / "calls.sqlite3")), 30)
        board = Switchboard(calls, pipeline, Announcer(calls.announcements, speak), records)

        def authorise() -> None:
            if denied:
                raise HTTPException(401, "an API key is needed")

        def check_token(token: str, address: str) -> None:
            if token != "operator":
                raise Refusal("forbidden", "this needs an operator's token")

        app = FastAPI()
        app.add_exception_handler(Refusal, _refused)
        app.include_router(router(board, authorise, check_token))
        client = TestClient(app)
        client.__enter__()
        box = Box(client, board)
        assert client.portal
        client.portal.call(pipeline.start)
        boxes.append(box)
        return box

    yield make
    for box in boxes:
        assert box.client.portal
        box.client.portal.call(box.board.stop)
        box.client.portal.call(box.board.pipeline.stop)
        box.client.__exit__(None, None, None)


MakeBox = Callable[..., Box]


def offered(box: Box) -> tuple[str, FakeLeg]:
    leg = FakeLeg(Party("fake", "+34600", "100"))
    call = box.call(lambda: box.board.offer(leg))
    return call.id, leg


def test_calls_are_listed_looked_at_changed_and_ended(make_box: MakeBox) -> None:
    box = make_box()
    call_id, leg = offered(box)
    [call] = box.active()
    assert (call["id"], call["state"]) == (call_id, "waiting")
    assert call["sides"]["caller"]["number"] == "+34600"
    assert box.client.get("/calls").json()["waiting"] == [call_id]
    change = {"side": "caller", "language": "es", "muted": True}
    side = box.client.post(f"/calls/{call_id}/side", json=change).json()["sides"]["caller"]
    assert (side["language"], side["muted"]) == ("es", True)
    assert box.client.post(f"/calls/{call_id}/end").json()["state"] == "ended"
    assert leg.hung_up
    assert box.active() == []
    record = box.client.get(f"/calls/{call_id}").json()
    assert (record["state"], record["cause"], record["caller_language"]) == (
        "ended",
        "operator",
        "es",
    )
    assert [past["id"] for past in box.client.get("/calls").json()["past"]] == [call_id]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/calls/none", None, 404),
        ("POST", "/calls/none/end", None, 404),
        ("POST", "/calls", {"to": "tel:123"}, 422),
        ("POST", "/calls", {"to": "sip:a@b", "unknown": 1}, 422),
        ("POST", "/calls", {"to": "sip:a@b"}, 409),
        ("GET", "/calls?limit=-1", None, 422),
    ],
)
def test_wrong_requests_get_one_clear_answer(
    make_box: MakeBox, method: str, path: str, body: Any, status: int
) -> None:
    answer = make_box().client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_dialling_out_and_the_limit(make_box: MakeBox) -> None:
    box = make_box(max_calls=1)
    box.board.diallers["sip"] = lambda uri: FakeLeg(Party("sip", uri))
    wish = {"to": "sip:34600@trunk", "language": "es", "agent_language": "fr"}
    answer = box.client.post("/calls", json=wish)
    assert answer.status_code == 202
    assert answer.json()["state"] == "ringing"
    over = box.client.post("/calls", json=wish)
    assert over.status_code == 503
    assert over.headers["Retry-After"] == "30"
    assert box.client.post("/calls", json={**wish, "language": "klingon"}).status_code == 400


def test_rest_is_guarded_and_the_webhook_guards_itself(make_box: MakeBox) -> None:
    box = make_box(denied=True)
    assert box.client.get("/calls").status_code == 401
    assert box.client.post("/calls/1/end").status_code == 401
    assert box.webhook().status_code == 200


def test_the_webhook_connects_to_the_stream(make_box: MakeBox) -> None:
    answer = make_box(SECRET).webhook(
        **{
            "X-Twilio-Signature": sign_request(
                "12345",
                "https://box.example/voice/webhook",
                [("CallSid", "CA1"), ("From", "+34600"), ("To", "+33100")],
            )
        }
    )
    stream = ET.fromstring(answer.text).find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://box.example/ws/media-stream"
    given = {p.get("name"): p.get("value") for p in stream}
    assert (given["number"], given["dialled"]) == ("+34600", "+33100")
    assert given["token"]


@pytest.mark.parametrize("signature", ["", "wrong"])
def test_an_unsigned_webhook_is_refused(make_box: MakeBox, signature: str) -> None:
    assert make_box(SECRET).webhook(**{"X-Twilio-Signature": signature}).status_code == 403


def test_the_webhook_says_busy_over_the_limit_and_refuses_huge_forms(make_box: MakeBox) -> None:
    box = make_box(max_calls=1)
    offered(box)
    assert "<Reject" in box.webhook().text
    assert box.client.post("/voice/webhook", content=b"a=" + b"x" * 70_000).status_code == 413


def until_closed(socket: WebSocketTestSession) -> list[str]:
    """The texts that come until the server closes."""
    texts = []
    while (message := socket.receive())["type"] != "websocket.close":
        texts.append(message.get("text", ""))
    return texts


def start(**parameters: str) -> dict[str, Any]:
    return {
        "event": "start",
        "streamSid": SID,
        "start": {
            "streamSid": SID,
            "callSid": "CA1",
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        },
    }


def media(frame: np.ndarray) -> dict[str, Any]:
    payload = base64.b64encode(g711.encode_mulaw(to_pcm16(frame))).decode()
    return {
        "event": "media",
        "streamSid": SID,
        "media": {"track": "inbound", "chunk": "1", "timestamp": "1", "payload": payload},
    }


def test_a_media_stream_call(make_box: MakeBox) -> None:
    box = make_box()
    with box.client.websocket_connect("/ws/media-stream") as socket:
        socket.send_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        socket.send_json(start(number="+34600", dialled="+33100"))
        for frame in tone(10, 8_000).reshape(-1, 160):
            socket.send_json(media(frame))
        first = socket.receive_json()
        assert (first["event"], first["streamSid"]) == ("media", SID)
        assert len(base64.b64decode(first["media"]["payload"])) == 160
        [call] = box.active()
        assert call["sides"]["caller"]["transport"] == "media_stream"
        assert (call["sides"]["caller"]["number"], call["dialled"]) == ("+34600", "+33100")
        marks = [m for _ in range(60) if (m := socket.receive_json())["event"] == "mark"]
        assert marks
        leg = box.call(lambda: next(iter(box.board.calls.values())).conversation.sides)[
            "caller"
        ].leg
        assert leg.ahead >= 25
        socket.send_json({"event": "mark", "streamSid": SID, "mark": marks[-1]["mark"]})
        box.call(leg.clear)
        assert "clear" in {socket.receive_json()["event"] for _ in range(30)}
        assert leg.ahead < 50
        socket.send_json({"event": "stop", "streamSid": SID})
        until_closed(socket)
    assert box.active() == []


def test_garbage_on_a_media_stream_is_ignored_and_counted(make_box: MakeBox) -> None:
    box = make_box()
    with box.client.websocket_connect("/ws/media-stream") as socket:
        socket.send_text("garbage")
        socket.send_bytes(b"\0\1")
        socket.send_json(start())
        socket.send_text('{"event":"media","media":{"payload":"%%%"}}')
        socket.receive_json()
        socket.receive_json()
        [call] = box.active()
        assert call["sides"]["caller"]["media"]["ignored_packets"] == 3
        box.finish(socket)


def test_ending_a_call_closes_its_stream(make_box: MakeBox) -> None:
    box = make_box()
    with box.client.websocket_connect("/ws/media-stream") as socket:
        socket.send_json(start())
        socket.receive_json()
        box.finish(socket)


@pytest.mark.parametrize("token", ["", "guessed"])
def test_with_a_secret_a_stream_needs_the_token_of_the_webhook(
    make_box: MakeBox, token: str
) -> None:
    box = make_box(SECRET)
    with box.client.websocket_connect("/ws/media-stream") as socket:
        socket.send_json(start(token=token))
        assert until_closed(socket) == []
    assert box.active() == []


def test_tokens_are_good_once_and_for_a_minute() -> None:
    clock = [0.0]
    tokens = StreamTokens(lambda: clock[0])
    first, second = tokens.issue(), tokens.issue()
    assert tokens.redeem(first)
    assert not tokens.redeem(first)
    clock[0] = 61.0
    assert not tokens.redeem(second)


def test_addresses_that_are_not_allowed(make_box: MakeBox) -> None:
    box = make_box(MediaStreams(enabled=True, allow=("10.0.0.0/8",)))
    assert box.webhook().status_code == 403
    for path in ("/ws/media-stream", "/ws/asterisk"):
        with pytest.raises(WebSocketDisconnect), box.client.websocket_connect(path):
            pass


MEDIA_START = "MEDIA_START connection_id:c1 channel:WebSocket/c1/1 format:{} {} ptime:20"


@pytest.mark.parametrize(("name", "size"), [("ulaw", 160), ("slin16", 640), ("alaw", 80)])
def test_an_asterisk_channel(make_box: MakeBox, name: str, size: int) -> None:
    box = make_box()
    with box.client.websocket_connect("/ws/asterisk?dialled=100&number=200") as socket:
        socket.send_text(MEDIA_START.format(name, f"optimal_frame_size:{size}"))
        assert socket.receive_text() == "ANSWER"
        socket.send_bytes(b"\xff" * size)
        assert len(socket.receive_bytes()) == size
        [call] = box.active()
        assert (call["dialled"], call["sides"]["caller"]["number"]) == ("100", "200")
        leg = box.call(lambda: next(iter(box.board.calls.values())).conversation.sides)[
            "caller"
        ].leg
        socket.send_text("MEDIA_XOFF")
        socket.send_text("nonsense")
        assert "HANGUP" in box.finish(socket)
        assert leg.counters.ignored_packets == 1
    assert box.active() == []


def test_an_asterisk_channel_in_json_with_variables(make_box: MakeBox) -> None:
    box = make_box()
    with box.client.websocket_connect("/ws/asterisk?dialled=100") as socket:
        event = {
            "event": "MEDIA_START",
            "format": "slin",
            "optimal_frame_size": 320,
            "ptime": 20,
            "channel_variables": {"X_LANGUAGE": "es"},
        }
        socket.send_text(json.dumps(event))
        assert socket.receive_json() == {"command": "ANSWER"}
        call = box.call(lambda: next(iter(box.board.calls.values())))
        assert call.parties["caller"].headers["X_LANGUAGE"] == "es"
        leg = call.conversation.sides["caller"].leg
        box.call(leg.clear)
        texts = [m.get("text") for m in (socket.receive() for _ in range(20))]
        assert '{"command": "FLUSH_MEDIA"}' in texts
        box.finish(socket)


def test_an_asterisk_format_that_is_not_understood_is_hung_up(make_box: MakeBox) -> None:
    box = make_box()
    with box.client.websocket_connect("/ws/asterisk") as socket:
        socket.send_text(MEDIA_START.format("silk8", "optimal_frame_size:160"))
        assert socket.receive_text() == "HANGUP"
        until_closed(socket)
    assert box.active() == []


def test_with_a_secret_asterisk_must_give_it(make_box: MakeBox) -> None:
    box = make_box(SECRET)
    with (
        pytest.raises(WebSocketDisconnect),
        box.client.websocket_connect("/ws/asterisk?secret=no"),
    ):
        pass
    with box.client.websocket_connect("/ws/asterisk?secret=12345") as socket:
        socket.send_text(MEDIA_START.format("ulaw", "optimal_frame_size:160"))
        assert socket.receive_text() == "ANSWER"
        call = box.call(lambda: next(iter(box.board.calls.values())))
        assert "secret" not in call.parties["caller"].headers
        box.finish(socket)
