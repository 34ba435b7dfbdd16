"""What the REST interface gives, and to whom."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.server.box import Box, box, said

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    branding = {"title": "Town hall", "accent": "#004488"}
    rooms = {
        "open": [{"name": "main"}, {"name": "inner", "access": "token", "title": "Inner circle"}]
    }
    config = {"branding": branding, "rooms": rooms}
    async with box(tmp_path_factory.mktemp("state"), config) as running:
        yield running


async def answer(place: Box, method: str, path: str, token: str = "", **request: Any) -> Any:
    async with place.http(token) as client:
        return await client.request(method, path, **request)


async def test_information_health_and_readiness(place: Box) -> None:
    info = (await answer(place, "GET", "/api/info")).json()
    assert (info["name"], info["protocol"], info["access"]) == ("edge-interpreter", 1, "open")
    assert info["branding"]["title"] == "Town hall"
    assert info["branding"]["accent"] == "#004488"
    assert (await answer(place, "GET", "/health")).json() == {"status": "ok"}
    ready = (await answer(place, "GET", "/ready")).json()
    assert ready == {"instance": place.services.instance, "ready": True, "reason": None}
    place.services.ready = False
    starting = await answer(place, "GET", "/ready")
    place.services.ready = True
    assert (starting.status_code, starting.json()["reason"]) == (503, "starting")


async def test_a_box_that_drains_is_not_ready_and_keeps_what_it_has(place: Box) -> None:
    async with place.join(speaks="en", wants="fr") as ana:
        refused = await answer(place, "POST", "/api/drain", json={"on": True})
        assert refused.status_code == 401
        token = place.token("operate", "*")
        drained = await answer(place, "POST", "/api/drain", token, json={"on": True})
        assert (drained.json()["ready"], drained.json()["reason"]) == (False, "draining")
        assert (await answer(place, "GET", "/ready")).status_code == 503
        await ana.say(*said("plum"))
        assert (await ana.expect("caption"))["text"] == "fr: plum"
        again = await answer(place, "POST", "/api/drain", token, json={"on": False})
        assert again.json()["ready"]
        assert (await answer(place, "GET", "/ready")).status_code == 200


async def test_languages_with_what_each_can_do(place: Box) -> None:
    listed = (await answer(place, "GET", "/api/languages")).json()
    languages = {each["tag"]: each for each in listed["languages"]}
    assert languages["fr"]["native_name"] == "Français"
    assert languages["de"]["translate_to"]
    assert not languages["de"]["recognise"]
    whisper = next(each for each in listed["notices"] if each["model"] == "whisper-base")
    assert (whisper["licence"], whisper["non_commercial"]) == ("MIT", False)


async def test_a_non_commercial_model_is_announced(tmp_path: Path) -> None:
    from edge_interpreter.models.catalog import Catalog

    model = next(each for each in Catalog.load().models if each.non_commercial)
    async with box(tmp_path, {"translator": {"models": [model.id]}}) as place:
        notices = (await answer(place, "GET", "/api/languages")).json()["notices"]
        notice = next(each for each in notices if each["model"] == model.id)
        assert notice["non_commercial"]
        assert "not for commercial use" in notice["text"]


async def test_rooms_are_opened_and_closed_by_operators(place: Box) -> None:
    body = {"name": "press", "preset": "presentation", "title": "Press"}
    assert (await answer(place, "POST", "/api/rooms", json=body)).status_code == 401
    wrong = place.token("speak", room="press")
    assert (await answer(place, "POST", "/api/rooms", wrong, json=body)).status_code == 403
    operate = place.token("operate", room="press")
    made = await answer(place, "POST", "/api/rooms", operate, json=body)
    assert (made.status_code, made.json()["preset"]) == (201, "presentation")
    again = await answer(place, "POST", "/api/rooms", operate, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "room_exists")
    async with place.join(room="press", wants="fr") as listener:
        shown = (await answer(place, "GET", "/api/rooms/press")).json()
        assert (shown["participants"], shown["languages"]) == (1, {"fr": 1})
        assert (await answer(place, "DELETE", "/api/rooms/press", operate)).status_code == 204
        assert (await listener.expect("closing"))["reason"] == "room_closed"
        assert await listener.close_code() == 4411
    gone = await answer(place, "GET", "/api/rooms/press")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_room")


async def test_a_closed_circle_is_not_listed_without_its_token(place: Box) -> None:
    names = [each["name"] for each in (await answer(place, "GET", "/api/rooms")).json()]
    assert "main" in names
    assert "inner" not in names
    assert (await answer(place, "GET", "/api/rooms/inner")).status_code == 401
    member = place.token("listen", room="inner")
    assert (await answer(place, "GET", "/api/rooms/inner", member)).json()["access"] == "token"


async def test_participants_are_shown_to_and_removed_by_operators(place: Box) -> None:
    operate = place.token()
    async with place.join(name="Ana", wants="fr") as ana:
        path = "/api/rooms/main/participants"
        assert (await answer(place, "GET", path)).status_code == 401
        people = (await answer(place, "GET", path, operate)).json()
        assert [each["name"] for each in people] == ["Ana"]
        identity = ana.welcome["participant"]
        removed = await answer(place, "DELETE", f"{path}/{identity}", operate)
        assert removed.status_code == 204
        assert await ana.close_code() == 4410
        again = await answer(place, "DELETE", f"{path}/{identity}", operate)
        assert (again.status_code, again.json()["code"]) == (404, "no_such_participant")


async def test_tokens_are_made_for_rooms_one_operates(place: Box) -> None:
    body = {"room": "inner", "role": "speak", "ttl_s": 600}
    assert (await answer(place, "POST", "/api/tokens", json=body)).status_code == 401
    elsewhere = place.token("operate", room="main")
    assert (await answer(place, "POST", "/api/tokens", elsewhere, json=body)).status_code == 403
    operate = place.token("operate", room="inner")
    made = (await answer(place, "POST", "/api/tokens", operate, json=body)).json()
    assert made["url"].endswith(f"/?room=inner#token={made['token']}")
    async with place.join(room="inner", token=made["token"], speaks="en") as speaker:
        assert speaker.welcome["role"] == "speak"


async def test_api_keys_open_doors_until_they_are_revoked(place: Box) -> None:
    tokens = place.services.access.tokens
    key = tokens.create_api_key("hall microphone", "inner", "speak")
    async with place.join(room="inner", token=key, speaks="en"):
        pass
    tokens.revoke_api_key("hall microphone")
    assert (await answer(place, "GET", "/api/rooms/inner", key)).status_code == 401


async def test_links_and_qr_codes(place: Box) -> None:
    link = (await answer(place, "GET", "/api/rooms/main/link")).json()
    assert link == {"url": f"{place.url}/?room=main", "secure_url": None}
    assert (await answer(place, "GET", "/api/rooms/inner/link?role=listen")).status_code == 401
    operate = place.token("operate", room="inner")
    closed = await answer(place, "GET", "/api/rooms/inner/link?role=listen", operate)
    assert "#token=" in closed.json()["url"]
    image = await answer(place, "GET", "/api/rooms/main/qr.svg")
    assert image.headers["content-type"] == "image/svg+xml"
    assert image.content.startswith(b"<?xml")


async def test_a_text_is_translated_as_in_a_room(place: Box) -> None:
    body = {"text": "hello", "source": "en", "target": "fr"}
    translated = await answer(place, "POST", "/test/translate", json=body)
    assert translated.json() == {"text": "fr: hello", "fidelity": "ok", "missing": []}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "x", "source": "en", "target": "xx"}, 400, "unknown_language"),
        ({"text": "x", "source": "de", "target": "fr"}, 400, "language_unavailable"),
        ({"text": "", "source": "en", "target": "fr"}, 400, "bad_message"),
        ({"text": "top secret " * 60, "source": "en", "target": "fr"}, 400, "bad_message"),
        ({"text": "x", "source": "en", "target": "fr", "x": 1}, 400, "bad_message"),
        ([], 400, "bad_message"),
    ],
)
async def test_bad_requests_get_one_clear_error(
    place: Box, body: Any, status: int, code: str
) -> None:
    refused = await answer(place, "POST", "/test/translate", json=body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert "secret" not in refused.text


async def test_transcripts_are_off_unless_configured(place: Box, tmp_path: Path) -> None:
    path = "/api/rooms/main/transcript"
    assert (await answer(place, "GET", path, place.token())).status_code == 403
    assert not (await answer(place, "GET", "/api/info")).json()["transcripts"]
    assert not (await answer(place, "GET", "/api/rooms/main")).json()["transcript"]


async def test_a_transcript_is_kept_downloaded_and_deleted(tmp_path: Path) -> None:
    path = "/api/rooms/main/transcript"
    async with box(tmp_path, {"transcripts": {"enabled": True}}) as place:
        assert (await answer(place, "GET", path)).status_code == 401
        async with place.join(name="Ana", speaks="en", wants="fr") as ana:
            assert ana.welcome["room"]["transcript"]
            await ana.say(*said("apple"))
            await ana.expect("caption")
        token, everywhere = place.token(), place.token(room="*")
        text = await answer(place, "GET", f"{path}?language=fr&bilingual=true", token)
        assert text.text == "Ana: fr: apple\n    apple\n"
        vtt = await answer(place, "GET", f"{path}?format=vtt", token)
        assert vtt.text.startswith("WEBVTT")
        assert "<v Ana>apple" in vtt.text
        rows = await answer(place, "GET", f"{path}?format=json", token)
        assert rows.json()[0]["text"] == "apple"
        assert (await answer(place, "GET", "/api/transcripts", token)).status_code == 403
        listed = (await answer(place, "GET", "/api/transcripts", everywhere)).json()
        assert [(each["kind"], each["name"], each["lines"]) for each in listed] == [
            ("room", "main", 2)
        ]
    async with box(tmp_path, {"transcripts": {"enabled": True}}) as place:
        token, everywhere = place.token(), place.token(room="*")
        assert "apple" in (await answer(place, "GET", path, token)).text
        gone = await answer(place, "DELETE", "/api/transcripts?person=ANA", everywhere)
        assert gone.json() == {"lines": 2}
        assert (await answer(place, "GET", path, token)).text == ""
        async with place.join(name="Bea", speaks="en", wants="fr") as bea:
            await bea.say(*said("pear"))
            await bea.expect("caption")
            assert (await answer(place, "DELETE", path, token)).json() == {"lines": 2}
            assert len(place.services.rooms.get("main").history) == 0
        assert (await answer(place, "GET", "/api/transcripts", everywhere)).json() == []


async def test_too_many_requests_from_one_address(tmp_path: Path) -> None:
    async with (
        box(tmp_path, {"limits": {"requests_per_s": 0.001}}) as place,
        place.http() as client,
    ):
        codes = [(await client.get("/api/info")).status_code for _ in range(201)]
        assert codes[-1] == 429
        assert (await client.get("/health")).status_code == 200


async def test_every_answer_has_strict_headers(place: Box) -> None:
    for path in ("/health", "/api/info", "/no-such-page", "/static/none.js", "/openapi.json"):
        headers = (await answer(place, "GET", path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


async def test_a_body_that_is_too_large_is_not_read(place: Box) -> None:
    body = b"{" + b" " * 70_000
    assert (await answer(place, "POST", "/test/translate", content=body)).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"{"

    assert (await answer(place, "POST", "/test/translate", content=endless())).status_code == 413


async def test_unknown_host_names_are_turned_away(place: Box) -> None:
    rebound = await answer(place, "GET", "/api/info", headers={"host": "evil.example"})
    assert rebound.status_code == 421
    assert (await answer(place, "GET", "/api/info", headers={"host": "localhost"})).is_success


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/static/../app.py", "/%2e%2e/x", "/A"])
async def test_nothing_but_pages_is_served(place: Box, path: str) -> None:
    assert (await answer(place, "GET", path)).status_code == 404


async def test_the_schema_describes_every_path_of_the_document(
    place: Box, pytestconfig: pytest.Config
) -> None:
    schema = (await answer(place, "GET", "/openapi.json")).json()
    document = (pytestconfig.rootpath / "docs/protocol.md").read_text("utf-8")
    for path, methods in schema["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.replace('{name}', '{room}')}" in document
