"""A guest on the local network who means harm: what they try, and that others go on."""

import asyncio
import contextlib
import json
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets

from edge_interpreter.server import http
from tests.calls.legs.listening import until
from tests.pipeline.fakes import PrefixTranslator
from tests.server.box import HELLO, Box, box

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = {"connections_per_address": 6, "wrong_tokens_per_min": 5}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    rooms = {"open": [{"name": "main"}, {"name": "inner", "access": "token"}]}
    async with box(tmp_path_factory.mktemp("state"), {"rooms": rooms}) as running:
        yield running


async def raw(place: Box, data: bytes, wait_s: float = 5.0) -> bytes:
    """What the server answers to these very bytes, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.services.port)
    try:
        writer.write(data)
        await writer.drain()
        async with asyncio.timeout(wait_s):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        await end(writer)


async def end(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def works(place: Box) -> bool:
    """Whether an honest guest is served at once."""
    began = time.monotonic()
    async with place.http() as client:
        healthy = (await client.get("/health")).status_code == 200
    return healthy and time.monotonic() - began < 2


def request(path: str, *lines: str, host: str = "localhost") -> bytes:
    head = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *lines]
    return ("\r\n".join(head) + "\r\n\r\n").encode()


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/static/../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/tokens.py",
        "/static/....//....//tokens.py",
        "/static//etc/passwd",
        "/static/js/%00.js",
        "/%2e%2e%2fstate%2ftoken-keys.json",
        "/branding/../api-keys.json",
        "/index.html",
        "/static",
        "/static/js/",
    ],
)
async def test_no_file_but_the_pages_is_given(place: Box, path: str) -> None:
    answer = await raw(place, request(path))
    assert answer.split(b" ", 2)[1] in (b"404", b"405", b"307", b"400")
    assert b"root:" not in answer
    assert b"secret" not in answer


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example", "localhost@evil.x"])
async def test_a_name_that_is_not_ours_gets_nothing(place: Box, host: str) -> None:
    answer = await raw(place, request("/api/info", host=host))
    assert answer.split(b" ", 2)[1] in (b"421", b"400")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: "
        + b"a" * 100_000
        + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + b"X: y\r\n" * 20_000
        + b"\r\n",
        request("/" + "a" * 100_000),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 600,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nContent-Length: 5\r\n\r\n",
        (
            b"POST /test/translate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Connection: close\r\n\r\nffffffffffffffff\r\n"
        ),
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"\x00" * 65_536,
    ],
)
async def test_oversized_and_broken_requests_end_their_connection(place: Box, data: bytes) -> None:
    answer = await raw(place, data)
    assert answer == b"" or answer.split(b" ", 2)[1] in (b"400", b"413", b"431")
    assert await works(place)


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /test/translate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n{",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
    ],
)
async def test_who_dawdles_is_cut_however_often_they_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(http, "REQUEST_S", 0.5)
    async with box(tmp_path) as place:
        reader, writer = await asyncio.open_connection("127.0.0.1", place.services.port)
        began = time.monotonic()

        async def trickle() -> None:
            writer.write(beginning)
            while True:
                await asyncio.sleep(0.1)
                writer.write(b" ")

        drops = asyncio.create_task(trickle())
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(5):
                await reader.read()
        drops.cancel()
        await end(writer)
        assert time.monotonic() - began < 2


async def test_who_stays_in_a_room_is_not_taken_for_one_who_dawdles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "REQUEST_S", 0.2)
    async with box(tmp_path) as place, place.join(wants="en") as client:
        await asyncio.sleep(0.6)
        await client.send(type="settings", wants="fr")
        await client.expect("you", wants="fr")


async def test_many_connections_of_one_address_leave_room_for_others(tmp_path: Path) -> None:
    async with box(tmp_path, {"limits": LIMITS}) as place:
        held = [await place_connection(place) for _ in range(100)]
        allowed = LIMITS["connections_per_address"] * (1 + http.HTTP_CONNECTIONS)

        def alive() -> int:
            return sum(not reader.at_eof() for reader, _ in held)

        await until(lambda: alive() <= allowed)
        await asyncio.sleep(0.2)
        assert alive() == allowed
        for _, writer in held:
            await end(writer)
        async with asyncio.timeout(30):
            while not await place_is_free(place):
                pass
        assert await works(place)


async def place_is_free(place: Box) -> bool:
    """Whether one more connection is taken."""
    with contextlib.suppress(httpx.TransportError):
        async with place.http() as client:
            return (await client.get("/health")).status_code == 200
    return False


async def place_connection(place: Box) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", place.services.port)


async def test_closed_websockets_are_no_longer_counted(tmp_path: Path) -> None:
    async with box(tmp_path, {"limits": LIMITS}) as place:
        for _ in range(100):
            async with place.connect() as socket:
                await socket.send("x")
                await socket.wait_closed()
        assert await works(place)


@pytest.mark.parametrize("path", ["/ws", "/ws/desk"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
async def test_pages_of_others_open_no_websocket(place: Box, origin: str, path: str) -> None:
    address = place.websocket.removesuffix("/ws") + path
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(address, proxy=None, origin=websockets.Origin(origin)):
            pass
    assert refused.value.response.status_code == 403


async def test_pages_of_others_read_and_change_nothing(place: Box) -> None:
    theirs = {"origin": "https://evil.example"}
    async with place.http() as client:
        seen = await client.get("/api/info", headers=theirs)
        asked = {**theirs, "access-control-request-method": "POST"}
        asking = await client.options("/api/rooms", headers=asked)
        # What a form of another page can send without asking first.
        forms = {**theirs, "content-type": "text/plain", "cookie": "token=x"}
        posted = await client.post("/test/translate", headers=forms, content=b'{"text":"x"}')
    for answer in (seen, asking, posted):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "set-cookie" not in answer.headers
    assert seen.headers["cross-origin-resource-policy"] == "same-origin"
    assert posted.status_code == 400
    assert asking.status_code == 405


async def test_tokens_are_good_for_their_room_and_time_and_role_only(place: Box) -> None:
    inner = place.token("listen", room="inner")
    async with place.join(room="inner", token=inner) as first:
        assert first.welcome["role"] == "listen"
    for fields, code in (
        ({"room": "main", "token": inner, "role": "operate"}, "forbidden"),
        ({"room": "inner", "token": place.token("operate", room="main")}, "forbidden"),
        ({"room": "inner", "token": inner, "role": "speak"}, "forbidden"),
        ({"room": "inner", "token": inner + "x"}, "token_invalid"),
        ({"room": "inner"}, "token_required"),
    ):
        assert await refused(place, **fields) == code
    async with place.http(place.token("operate", room="main")) as client:
        assert (await client.get("/api/transcripts")).status_code == 403
        assert (await client.delete("/api/rooms/inner")).status_code == 403
        assert (await client.delete("/api/transcripts?person=ana")).status_code == 403


async def refused(place: Box, **fields: Any) -> str:
    async with place.connect() as socket:
        await socket.send(json.dumps({**HELLO, **fields}))
        answer: dict[str, str] = json.loads(await socket.recv())
        return answer.get("code", answer["type"])


async def test_guessing_is_stopped_and_told_when_to_try_again(tmp_path: Path) -> None:
    async with box(tmp_path, {"limits": LIMITS}) as place:
        async with place.http("ei_guess") as client:
            codes = [(await client.get("/api/rooms/main/participants")) for _ in range(6)]
            assert [each.status_code for each in codes] == [401] * 5 + [429]
            assert int(codes[-1].headers["retry-after"]) in range(1, 13)
        assert await refused(place, token="ei_guess") == "rate_limited"
        async with place.join():
            pass
        assert await works(place)


@pytest.mark.parametrize(
    "message",
    [
        "[" * 8_000,
        '{"type":"hello","protocol":1,"room":"main","token":"' + "[" * 7_000 + '"}',
        '{"type":"hello","protocol":1,"room":"main","token":"\\ud800"}',
        '{"type":"hello","protocol":1,"room":"main","name":"\\u202e\\ud800"}',
        '{"type":"hello","protocol":1e400,"room":"main"}',
        '{"type":"hello","protocol":1,"room":"../../etc"}',
        "x" * 100_000,
        "\x00",
    ],
)
async def test_hostile_first_messages_are_refused(place: Box, message: str) -> None:
    async with place.connect() as socket:
        with contextlib.suppress(websockets.ConnectionClosed):
            await socket.send(message)
            async for _ in socket:
                pass
        assert socket.close_code not in (1000, 1011)
    assert await works(place)


async def test_old_tls_and_weak_ciphers_are_refused(tmp_path: Path) -> None:
    async with box(tmp_path, {"server": {"host": "0.0.0.0", "https_port": 18_943}}) as place:
        assert place.services.secure_port
        context = ssl.create_default_context(cadata=(place.services.authority or b"").decode())

        async def connect() -> str | None:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", place.services.secure_port, ssl=context
            )
            version: str | None = writer.get_extra_info("ssl_object").version()
            await end(writer)
            del reader
            return version

        assert await connect() == "TLSv1.3"
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        assert await connect() == "TLSv1.2"
        context.set_ciphers("AES256-SHA:AES128-SHA256:ECDHE-ECDSA-AES128-SHA")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await connect()


async def test_one_address_does_not_take_all_rooms(tmp_path: Path) -> None:
    async with box(tmp_path, {"limits": {"rooms_per_address": 3}}) as place:
        async with contextlib.AsyncExitStack() as stack:
            for number in range(3):
                await stack.enter_async_context(place.join(room=f"mine-{number}"))
            assert await refused(place, room="mine-3") == "server_full"
            async with place.join(room="mine-1"), place.join(room="main"):
                pass
        # A kiosk opens a room for each visitor: those that are empty make way.
        for number in range(3, 9):
            async with place.join(room=f"mine-{number}"):
                pass
        assert len(place.services.rooms.all()) <= 4


class Slow(PrefixTranslator):
    def translate(self, requests: Any) -> Any:
        time.sleep(0.3)
        return super().translate(requests)


async def test_texts_tried_out_leave_the_places_of_speakers(tmp_path: Path) -> None:
    async with box(tmp_path, translator=Slow()) as place, place.http() as client:
        body = {"text": "hello", "source": "en", "target": "fr"}
        asked = [client.post("/test/translate", json=body) for _ in range(30)]
        codes = [answer.status_code for answer in await asyncio.gather(*asked)]
        assert set(codes) == {200, 503}
        assert codes.count(200) >= 4
        async with place.join(name="Ana", speaks="en", wants="fr") as ana:
            await ana.send(type="chat", text="hello", language="en")
            await ana.expect("caption")


async def test_a_flood_of_typed_lines_is_cut_for_its_address(tmp_path: Path) -> None:
    limits = {"messages_per_s": 1_000.0}
    async with (
        box(tmp_path, {"limits": limits}) as place,
        place.join(name="Mallory", speaks="en", wants="fr") as mallory,
    ):
        for number in range(100):
            await mallory.send(type="chat", text=f"line {number}", language="en")
        assert (await mallory.expect("error"))["code"] == "rate_limited"
