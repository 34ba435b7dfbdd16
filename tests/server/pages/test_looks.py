"""What eyes need: contrast, room for long words, right-to-left, colours of the house."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import ScriptedServer
from tests.server.pages.test_room import join

LOW_CONTRAST = (Path(__file__).parent / "low_contrast.js").read_text()
OVERFLOWING = (Path(__file__).parent / "overflowing.js").read_text()


def walk_room(page: Page) -> Iterator[None]:
    page.locator("[name=part][value=speak]").check()
    yield
    join(page, speak=True)
    expect(page.locator(".said")).to_have_count(7)
    yield
    page.locator("#settings-button").click()
    yield


def walk_face(page: Page) -> Iterator[None]:
    expect(page.locator("#near .line").first).to_be_visible()
    yield


def walk_kiosk(page: Page) -> Iterator[None]:
    expect(page.locator("#greeting")).not_to_be_empty()
    yield
    page.locator(".tile").first.click()
    expect(page.locator("#near .line").first).to_be_visible()
    yield


def walk_board(page: Page) -> Iterator[None]:
    expect(page.locator("#people tr")).to_have_count(7)
    yield


def walk_guide(page: Page) -> Iterator[None]:
    expect(page.locator("summary").first).to_be_visible()
    yield


WALKS: dict[str, Callable[[Page], Iterator[None]]] = {
    "/?room=main": walk_room,
    "/face?a=de&b=ar": walk_face,
    "/kiosk?staff=en&languages=de,fr": walk_kiosk,
    "/operator?room=main#token=key": walk_board,
    "/certificate": walk_guide,
}


@pytest.fixture(autouse=True)
def meeting(server: ScriptedServer) -> None:
    server.others = scenes.PEOPLE
    server.on_join = lambda client: scenes.meeting(
        client.wants if client.wants in ("ar", "de", "fr") else "en"
    )


@pytest.mark.parametrize("locale", ["de", "ar"])
@pytest.mark.parametrize("path", WALKS)
def test_a_small_phone_in_light_and_dark(open_page: OpenPage, path: str, locale: str) -> None:
    page = open_page(path, locale=locale, viewport={"width": 320, "height": 640})
    for _ in WALKS[path](page):
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if locale == "ar" else "ltr")
        assert page.evaluate(OVERFLOWING) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("html")).to_have_attribute("data-theme", scheme)
            assert page.evaluate(LOW_CONTRAST) == []


def test_large_type_fits_a_laptop(open_page: OpenPage) -> None:
    page = open_page("/?room=main", locale="de", viewport={"width": 1366, "height": 768})
    join(page, speak=True)
    page.locator("#settings-button").click()
    before = page.locator(".said .text").first.evaluate(
        "(e) => parseFloat(getComputedStyle(e).fontSize)"
    )
    page.locator("#type-size").fill("2.25")
    after = page.locator(".said .text").first.evaluate(
        "(e) => parseFloat(getComputedStyle(e).fontSize)"
    )
    assert after == pytest.approx(2.25 * before, rel=0.02)
    assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("background", ["#102a1c", "#fff3e0"])
def test_colours_of_the_house_stay_readable(
    open_page: OpenPage, server: ScriptedServer, background: str
) -> None:
    house = {"title": "Rathaus Musterstadt", "accent": "#ffd000", "background": background}
    server.info["branding"].update(house, text="#777777", contact="Raum 12")
    page = open_page("/?room=main")
    page.locator("[name=part][value=speak]").check()
    expect(page.locator(".brand").first).to_have_text("Rathaus Musterstadt")
    expect(page).to_have_title("Rathaus Musterstadt")
    assert page.evaluate(LOW_CONTRAST) == []


def test_everything_is_reached_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/?room=main")
    join(page, speak=True)
    reached = set()
    page.locator("#scroller").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.id"))
    assert {"talk-button", "chat-line", "wants", "sound", "volume", "settings-button"} <= reached
