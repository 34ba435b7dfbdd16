from typing import Any

from playwright.sync_api import expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import ScriptedServer
from tests.server.pages.test_talk import wait_for


def status(**changes: Any) -> dict[str, Any]:
    base = {
        "type": "operator_status",
        "levels": [
            {"participant": "51d2e0aa", "level_dbfs": -12.0, "silent_s": 0.1},
            {"participant": "77aa01c4", "level_dbfs": -100.0, "silent_s": 42.0},
        ],
        "captions": {"fr": 12, "en": 3},
        "speech": {"fr": 9},
        "lag_ms": 1_400,
        "overloaded": False,
        "utterances": {"in": 20, "done": 18, "dropped": 1},
    }
    return {**base, **changes}


def test_the_board_shows_and_steers_the_room(open_page: OpenPage, server: ScriptedServer) -> None:
    server.others = scenes.PEOPLE
    page = open_page("/operator?room=main#token=key")
    expect(page.locator("#people tr")).to_have_count(7)
    operator = server.clients[0]
    assert (operator.hello["role"], operator.hello["token"]) == ("operate", "key")
    server.send(status())
    expect(page.locator("#figure-lag")).to_have_text("1.4 s")
    expect(page.locator("#demand tr").first).to_have_text("Français129")
    expect(page.locator("[data-participant='77aa01c4']")).to_contain_text("silent for 42 s")
    expect(page.locator("#chart-lag")).to_have_attribute(
        "aria-label", "now 1.4, at most 1.4 in the last five minutes"
    )
    expect(page.locator("#link")).to_have_value("http://192.168.1.20:8080/?room=main")
    expect(page.locator("#code")).to_be_visible()
    page.get_by_role("button", name="Mute Claire Dubois").click()
    page.get_by_role("button", name="Remove Tom Brennan").click()
    page.locator("#confirm").get_by_role("button", name="Remove", exact=True).click()
    page.locator("#pause").click()
    expect(page.locator("#pause")).to_have_text("Start")
    wait_for(lambda: len(operator.messages) >= 4, page)
    assert operator.messages == [
        {"type": "operator_watch", "on": True},
        {"type": "operator_mute", "participant": "51d2e0aa", "on": True},
        {"type": "operator_remove", "participant": "77aa01c4"},
        {"type": "operator_pause", "on": True},
    ]
    server.send(status(overloaded=True))
    expect(page.locator("[data-banner=overload]")).to_be_visible()


def test_speakers_get_the_secure_address(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/operator?room=main#token=key")
    page.locator("[name=role][value=speak]").check()
    expect(page.locator("#link")).to_have_value("https://192.168.1.20:8443/?room=main&part=speak")


def test_nobody_operates_without_a_token(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/operator?room=main")
    expect(page.locator("#access-token")).to_be_focused()
    assert server.joined == 0
    error = {"type": "error", "code": "token_invalid", "text": "no", "fatal": True}
    server.refuse = {"error": {**error, "retry_after_s": None}, "close": 4401}
    page.goto("about:blank")
    page.goto(f"{server.url}/operator?room=main#token=wrong")
    expect(page.locator("#access-problem")).to_have_text("This invitation is not valid here.")
