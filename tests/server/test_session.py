"""What clients of the WebSocket notice."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
import websockets

from edge_interpreter.rooms.messages import Speech
from edge_interpreter.rooms.outbox import MOST_SOUND_BYTES
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.server import session as session_module
from tests.server.box import HELLO, Box, Client, box, said

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    state = tmp_path_factory.mktemp("state")
    async with box(state, {"limits": {"joins_per_s": 1_000}, "rooms": {"away_s": 0}}) as running:
        yield running


async def test_one_speaks_and_others_read_and_hear_in_their_language(place: Box) -> None:
    async with (
        place.join(name="Ana", speaks="en", wants="en") as ana,
        place.join(wants="fr", audio=True, with_original=True, timings=True) as zoe,
        place.join(wants="de") as uwe,
    ):
        await ana.say(*said("apple"))
        caption = await zoe.expect("caption")
        assert (caption["text"], caption["original"], caption["name"]) == (
            "fr: apple",
            "apple",
            "Ana",
        )
        german = await uwe.expect("caption")
        assert (german["text"], german["original"]) == ("de: apple", None)
        assert german["utterance"] == caption["utterance"]
        assert (await ana.expect("caption"))["fidelity"] == "same"
    async with (
        place.join(speaks="en", wants="en") as ana,
        place.join(wants="fr", audio=True, timings=True) as zoe,
    ):
        await ana.say(*said("plum"))
        piece = await zoe.expect("speech")
        assert (piece["piece"], piece["rate"], piece["language"]) == (0, 24_000, "fr")
        assert len(piece["sound"]) == piece["bytes"] > 0
        last = await zoe.expect("speech", last=True)
        assert len(last["sound"]) == last["bytes"]
        assert "speech" in (await zoe.expect("finished"))["latency_ms"]


async def test_sound_at_48_khz_is_understood(place: Box) -> None:
    async with place.join(speaks="en", wants="en", rate=48_000) as ana:
        word, pause = said("cherry")
        await ana.say(word.repeat(3), pause.repeat(3))
        assert "cherry" in (await ana.expect("caption"))["text"]


async def test_releasing_the_button_gives_the_caption_without_a_pause(place: Box) -> None:
    async with place.join(speaks="en", wants="en") as ana:
        await ana.send(type="talk", on=True)
        await ana.say(said("lemon")[0])
        await ana.send(type="talk", on=False)
        assert (await ana.expect("caption"))["text"] == "lemon"


async def test_typed_lines_are_translated_and_spoken(place: Box) -> None:
    async with (
        place.join(name="Ana", role="speak", wants="en") as ana,
        place.join(wants="fr", audio=True) as zoe,
    ):
        await ana.send(type="chat", text="hello", language="en")
        caption = await zoe.expect("caption")
        assert (caption["text"], caption["typed"]) == ("fr: hello", True)
        assert (await ana.expect("caption"))["text"] == "hello"


async def test_typed_commands(place: Box) -> None:
    async with place.join(name="Ana", speaks="en", wants="en") as ana:
        await ana.send(type="chat", text="/username Zoé  Martin")
        await ana.expect("you", name="Zoé  Martin")
        await ana.send(type="chat", text="/language fr")
        await ana.expect("you", speaks="fr", wants="fr")
        await ana.send(type="chat", text="/language klingon")
        assert (await ana.expect("error"))["code"] == "unknown_language"
        await ana.send(type="chat", text="/dance")
        assert (await ana.expect("error"))["code"] == "unknown_command"
        await ana.send(type="chat", text="/join ../etc")
        assert (await ana.expect("error"))["code"] == "bad_message"
        await ana.send(type="chat", text="/join Other")
        moved = await ana.expect("welcome")
        assert moved["room"]["name"] == "other"
        assert (await ana.expect("roster"))["total"] == 1
        assert not place.services.rooms.get("main").participants
        await ana.send(type="chat", text="bonjour")
        assert (await ana.expect("caption"))["text"] == "bonjour"


async def test_ping_is_answered(place: Box) -> None:
    async with place.join() as client:
        await client.send(type="ping", id=7)
        assert (await client.expect("pong"))["id"] == 7


async def test_bye_leaves_for_good_and_a_lost_connection_may_return(tmp_path: Path) -> None:
    async with box(tmp_path) as place:
        await bye_and_return(place)


async def bye_and_return(place: Box) -> None:
    room = place.services.rooms.get("main")
    async with place.join(wants="fr", name="Zoé") as zoe:
        await zoe.send(type="bye")
        assert await zoe.close_code() == 1000
    assert not room.participants
    async with place.join(wants="fr", name="Zoé") as zoe:
        welcome = zoe.welcome
        zoe.socket.transport.abort()
    async with place.join(speaks="en", wants="en") as ana:
        await ana.expect("roster", total=2)
        await ana.say(*said("apple"))
        await ana.expect("caption")
        async with place.join(wants="fr", resume=welcome["resume"]) as again:
            assert again.welcome["resumed"]
            assert again.welcome["participant"] == welcome["participant"]
            missed = await again.expect("caption")
            assert (missed["text"], missed["replay"]) == ("fr: apple", True)
            assert (await again.expect("roster"))["total"] == 2


async def test_coming_back_twice_ends_the_older_connection(place: Box) -> None:
    async with place.join(wants="fr") as old:
        again = {**HELLO, "wants": "fr", "resume": old.welcome["resume"]}
        async with place.connect() as socket:
            await socket.send(json.dumps(again))
            assert (await old.expect("closing"))["reason"] == "replaced"
            assert await old.close_code() == 4412
            await socket.send('{"type":"ping","id":1}')
            await Client(socket).expect("pong")
            assert old.welcome["participant"] in place.services.rooms.get("main").participants


async def refused(place: Box, first: str | bytes) -> tuple[str, int | None]:
    """The error and close code that answer a first message."""
    async with place.connect() as socket:
        await socket.send(first)
        answer = json.loads(await socket.recv())
        assert answer["type"] == "error"
        assert answer["fatal"]
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        return answer["code"], socket.close_code


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("not json", ("bad_message", 4400)),
        (b"\x00\x01" * 320, ("hello_expected", 4400)),
        ({"type": "ping", "id": 1}, ("hello_expected", 4400)),
        ({**HELLO, "protocol": 2}, ("unsupported_version", 4426)),
        ({**HELLO, "wants": "xx"}, ("unknown_language", 4400)),
        ({**HELLO, "wants": "sw"}, ("language_unavailable", 4400)),
        ({**HELLO, "speaks": "es"}, ("language_unavailable", 4400)),
        ({**HELLO, "rate": 96_000}, ("bad_message", 4400)),
        ({**HELLO, "role": "operate"}, ("forbidden", 4403)),
        ({**HELLO, "token": "x.y"}, ("token_invalid", 4401)),
        ({**HELLO, "token": "ei_made-up"}, ("token_invalid", 4401)),
        ({**HELLO, "name": "x" * 9_000}, ("too_large", 1009)),
    ],
)
async def test_a_hello_that_cannot_be_granted(
    place: Box, first: Any, expected: tuple[str, int]
) -> None:
    data = json.dumps(first) if isinstance(first, dict) else first
    async with place.join(wants="fr") as neighbour:
        assert await refused(place, data) == expected
        await neighbour.send(type="ping", id=1)
        await neighbour.expect("pong")


async def test_one_who_says_nothing_is_sent_away(
    place: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "HELLO_S", 0.05)
    async with place.connect() as socket:
        answer = json.loads(await socket.recv())
        assert (answer["code"], answer["fatal"]) == ("hello_timeout", True)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4408


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "bad_message"),
        ({"type": "sing"}, "bad_message"),
        ({"type": "settings", "wants": "fr", "volume": 1}, "bad_message"),
        ({"type": "settings", "wants": "sw"}, "language_unavailable"),
        ({**HELLO}, "hello_repeated"),
        ({"type": "chat", "text": "hello"}, "language_needed"),
        (b"abc", "bad_audio"),
        (b"", "bad_audio"),
        (b"\x00\x00", "not_speaking"),
        ({"type": "operator_mute", "participant": "a", "on": True}, "forbidden"),
        ({"type": "operator_remove", "participant": "a"}, "forbidden"),
        ({"type": "operator_pause", "on": True}, "forbidden"),
        ({"type": "operator_watch", "on": True}, "forbidden"),
    ],
)
async def test_bad_messages_are_answered_and_change_nothing(
    place: Box, message: Any, code: str
) -> None:
    async with place.join(wants="original") as client:
        await client.socket.send(json.dumps(message) if isinstance(message, dict) else message)
        error = await client.expect("error")
        assert (error["code"], error["fatal"]) == (code, False)
        await client.send(type="ping", id=3)
        await client.expect("pong")


async def test_a_message_too_large_ends_the_connection(place: Box) -> None:
    async with place.join(speaks="en", wants="en") as client:
        await client.socket.send(bytes(70_000))
        assert (await client.expect("error"))["code"] == "too_large"
        assert await client.close_code() == 1009
    async with place.join() as client:
        await client.socket.send(bytes(300_000))
        assert await client.close_code() == 1009


async def test_a_fault_of_ours_ends_one_connection_and_no_other(
    place: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place.join(wants="fr") as neighbour, place.join(wants="de") as victim:
        room = place.services.rooms.get("main")
        parcel = Parcel(cast("Speech", object()))
        room.participants[victim.welcome["participant"]].send(parcel)
        assert await victim.close_code() == 1011
        await neighbour.send(type="ping", id=1)
        await neighbour.expect("pong")


async def test_text_that_is_not_utf8_ends_the_connection(place: Box) -> None:
    async with place.join() as client:
        await client.socket.send(b"\xff\xfe", text=True)
        assert await client.close_code() == 1007


async def test_sound_three_times_too_fast_is_noticed(place: Box) -> None:
    async with place.join(speaks="en", wants="en") as ana:
        for _ in range(10):
            await ana.socket.send(bytes(32_000))
        error = await ana.expect("error")
        assert (error["code"], error["fatal"]) == ("audio_too_fast", False)


async def test_a_flood_is_cut_off_and_disturbs_nobody(place: Box) -> None:
    async with place.join(wants="fr") as neighbour, place.join() as flooder:
        ping = json.dumps({"type": "ping", "id": 1})
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(3_000):
                await flooder.socket.send(ping)
        assert await flooder.close_code() == 4429
        await neighbour.send(type="ping", id=2)
        await neighbour.expect("pong")


async def test_too_many_errors_end_the_connection(place: Box) -> None:
    async with place.join() as client:
        for _ in range(21):
            await client.socket.send("{")
        error = await client.expect("error", fatal=True)
        assert error["code"] == "bad_message"
        assert await client.close_code() == 4400


async def test_an_operator_mutes_removes_and_pauses(place: Box) -> None:
    async with (
        place.join(token=place.token(), role="operate") as operator,
        place.join(name="Ana", speaks="en", wants="en") as ana,
    ):
        identity = ana.welcome["participant"]
        await operator.send(type="operator_mute", participant=identity, on=True)
        await ana.expect("you", muted=True)
        await ana.send(type="mute", on=False)
        assert (await ana.expect("error"))["code"] == "forbidden"
        await operator.send(type="operator_pause", on=True)
        assert (await ana.expect("room_state"))["room"]["paused"]
        await operator.send(type="operator_watch", on=True)
        assert (await operator.expect("operator_status"))["captions"] == {"en": 1}
        await operator.send(type="operator_remove", participant=identity)
        await ana.expect("kicked")
        assert await ana.close_code() == 4410
    assert (await refused(place, json.dumps({**HELLO, "resume": ana.welcome["resume"]})))[1] == 4403


async def test_identifiers_of_another_room_mean_nothing(place: Box) -> None:
    async with (
        place.join(room="other", name="Ana") as ana,
        place.join(token=place.token(), role="operate") as operator,
    ):
        identity = ana.welcome["participant"]
        await operator.send(type="operator_remove", participant=identity)
        assert (await operator.expect("error"))["code"] == "no_such_participant"
        await ana.send(type="ping", id=1)
        await ana.expect("pong")


async def test_an_expired_token_is_refused_however_often_it_is_replayed(tmp_path: Path) -> None:
    async with box(tmp_path, {"access": {"mode": "token"}}) as place:
        token = place.token("speak", ttl_s=60)
        async with place.join(token=token, speaks="en", wants="en"):
            pass
        tokens = place.services.access.tokens
        now = tokens._clock()
        tokens._clock = lambda: now + 61
        for _ in range(3):
            hello = json.dumps({**HELLO, "token": token})
            assert await refused(place, hello) == ("token_expired", 4401)
        assert await refused(place, json.dumps(HELLO)) == ("token_required", 4401)


async def test_a_token_gives_its_room_and_role_only(tmp_path: Path) -> None:
    async with box(tmp_path, {"access": {"mode": "token"}}) as place:
        listen = place.token("listen")
        for claim in ({"role": "speak"}, {"role": "operate"}, {"speaks": "en"}):
            hello = json.dumps({**HELLO, "token": listen, "wants": "fr", **claim})
            assert await refused(place, hello) == ("forbidden", 4403)
        elsewhere = place.token("operate", room="elsewhere")
        hello = json.dumps({**HELLO, "token": elsewhere})
        assert await refused(place, hello) == ("forbidden", 4403)
        unknown = json.dumps({**HELLO, "room": "nowhere", "token": listen})
        assert (await refused(place, unknown))[1] in (4403, 4404)
        async with place.join(token=listen, wants="fr") as client:
            assert client.welcome["role"] == "listen"
            await client.send(type="settings", speaks="en")
            assert (await client.expect("error"))["code"] == "forbidden"
            await client.socket.send(bytes(640))
            assert (await client.expect("error"))["code"] == "not_speaking"
            await client.send(type="chat", text="/join elsewhere")
            assert (await client.expect("error"))["code"] in ("forbidden", "no_such_room")


async def test_in_a_presentation_the_audience_listens(tmp_path: Path) -> None:
    rooms = {"open": [{"name": "main", "preset": "presentation"}]}
    async with box(tmp_path, {"rooms": rooms}) as place:
        async with place.join(wants="fr") as listener:
            assert listener.welcome["role"] == "listen"
        assert (await refused(place, json.dumps({**HELLO, "speaks": "en"})))[0] == "forbidden"
        async with place.join(token=place.token("speak"), speaks="en") as speaker:
            assert speaker.welcome["role"] == "speak"


async def test_limits_of_rooms_participants_and_joins(tmp_path: Path) -> None:
    limits = {"rooms": 2, "participants": 1, "joins_per_s": 0.001}
    async with (
        box(tmp_path, {"limits": limits}) as place,
        place.join(),
        place.join(room="second"),
    ):
        assert (await refused(place, json.dumps(HELLO)))[0] == "room_full"
        third = json.dumps({**HELLO, "room": "third"})
        assert (await refused(place, third)) == ("server_full", 4503)
        codes = [(await refused(place, third))[0] for _ in range(60)]
        assert codes[-1] == "rate_limited"


async def test_sound_from_one_address_is_limited_over_all_its_connections(tmp_path: Path) -> None:
    async with (
        box(tmp_path, {"limits": {"speakers_per_address": 1}}) as place,
        place.join(speaks="en", wants="en") as ana,
        place.join(speaks="en", wants="en") as bob,
    ):
        for _ in range(4):
            await ana.socket.send(bytes(32_000))
        await ana.send(type="ping", id=1)
        await ana.expect("pong")
        for _ in range(2):
            await bob.socket.send(bytes(32_000))
        assert (await bob.expect("error"))["code"] == "rate_limited"


async def test_connections_from_one_address_are_limited(tmp_path: Path) -> None:
    async with box(tmp_path, {"limits": {"connections_per_address": 1}}) as place:
        async with place.join(), place.connect() as second:
            assert json.loads(await second.recv())["code"] == "rate_limited"
        async with place.join():
            pass


async def test_a_page_of_somebody_else_cannot_connect(place: Box) -> None:
    with pytest.raises(websockets.InvalidStatus) as answer:
        async with place.connect(origin="https://evil.example"):
            pass
    assert answer.value.response.status_code == 403
    async with place.connect(origin=place.url):
        pass


async def test_a_stalled_listener_is_dropped_and_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "STALLED_S", 0.5)
    async with (
        box(tmp_path) as place,
        place.join(speaks="en", wants="en") as ana,
        place.join(wants="fr") as well,
        place.join(wants="fr", audio=True) as stalled,
    ):
        room = place.services.rooms.get("main")
        victim = room.participants[stalled.welcome["participant"]]
        stalled.socket.transport.pause_reading()
        header = speech_header("a-0-0", 96_000)
        async with asyncio.timeout(30):
            while victim.present:
                victim.send(Parcel(header, bytes(header.bytes)))
                assert victim.outbox.sound_bytes <= MOST_SOUND_BYTES
                await ana.send(type="chat", text="hello")
                assert (await well.expect("caption"))["text"] == "fr: hello"
                await asyncio.sleep(0.15)
        stalled.socket.transport.resume_reading()
        assert await stalled.close_code() == 4420


def speech_header(utterance: str, size: int) -> Speech:
    return Speech(
        utterance=utterance,
        speaker="a",
        language="fr",
        kind="translation",
        piece=0,
        last=False,
        rate=24_000,
        speed=1.0,
        bytes=size,
    )


async def test_stopping_delivers_what_was_said_and_says_goodbye(tmp_path: Path) -> None:
    async with (
        box(tmp_path) as place,
        place.join(speaks="en", wants="en") as ana,
        place.join(wants="fr", audio=True) as zoe,
    ):
        await ana.say(said("fig")[0])
        await ana.expect("speech_began")
        stopping = asyncio.create_task(place.server._shut_down([]))
        assert (await zoe.expect("caption"))["text"] == "fr: fig"
        closing = await zoe.expect("closing")
        assert (closing["reason"], closing["reconnect_after_s"]) == ("shutdown", 5)
        assert await zoe.close_code() == 1001
        assert await ana.close_code() == 1001
        await stopping
