"""The agent's page with the real server: take a call by headset, read, speak phrases, end it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from edge_interpreter.calls.model import Role
from edge_interpreter.pipeline.events import Event, Lane, Skipped, Transcribed, Utterance
from tests.calls.fakes import FakeLeg
from tests.pipeline.fakes import speech
from tests.server.box import Box, box
from tests.server.pages.conftest import OpenPage
from tests.server.pages.test_looks import LOW_CONTRAST, OVERFLOWING

CALLS = {
    "routes": [{"agent_language": "fr", "caller_language": "en"}],
    "media_streams": {"enabled": True},
    "phrases": {"fr": ["plum"]},
    "records": {"enabled": False},
}


class CallCenter:
    """A server with calls in a thread of its own."""

    def __init__(self, place: Box, loop: asyncio.AbstractEventLoop) -> None:
        self.place = place
        self._loop = loop

    def do(self, function: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def call_comes(self) -> FakeLeg:
        assert self.place.services.calls
        leg = FakeLeg()
        self.do(lambda: self.place.services.calls.board.offer(leg))  # type: ignore[union-attr]
        return leg

    @property
    def page(self) -> str:
        return f"/agent#token={self.place.token(room='*')}"


@contextmanager
def running(state: Path) -> Iterator[CallCenter]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = box(state, {"calls": CALLS})
    try:
        place = asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(30)
        yield CallCenter(place, loop)
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_an_agent_takes_a_call_reads_it_and_ends_it(open_page: OpenPage, tmp_path: Path) -> None:
    with running(tmp_path) as center:
        page = open_page(center.page, base=center.place.url)
        expect(page.locator("#no-calls")).to_be_visible()
        caller = center.call_comes()
        row = page.locator("#calls li")
        expect(row.locator(".who")).to_have_text("+33100")
        row.get_by_role("button", name="Take").click()
        expect(page.locator("#call-title")).to_have_text("+33100")
        center.do(lambda: caller.say(speech("apple", 900)))
        said = page.locator("#spoken li[data-side=caller]")
        expect(said.locator("p").nth(1)).to_have_text("apple")
        expect(said.locator("p").nth(2)).to_have_text("fr: apple")
        page.locator("#phrase-buttons button").first.click()
        expect(page.locator("#spoken li[data-side=agent]").last).to_contain_text("en: plum")
        page.locator("#mute").click()
        expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
        page.locator("#caller-language").select_option("fr")
        expect(row.locator(".small")).to_contain_text("French")
        page.locator("#end").click()
        expect(page.locator("#no-calls")).to_be_visible()
        assert caller.hung_up


def test_what_was_not_translated_or_not_spoken_is_marked(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with running(tmp_path) as center:
        page = open_page(center.page, base=center.place.url)
        center.call_comes()
        page.get_by_role("button", name="Read along").click()
        expect(page.locator("#end")).to_be_visible()

        def tell(
            index: int, lane: Lane, target: str | None, reason: str, *, words: bool = True
        ) -> None:
            place = Utterance("call", index, 0, 900)
            calls = center.place.services.calls
            assert calls
            (call,) = calls.board.calls.values()
            told: list[Event] = [Skipped(place, lane, target, reason)]
            if target is not None and words:
                told.insert(0, Transcribed(place, f"words {index}", "en", 1.0))
            for event in told:
                for watcher in call.watchers:
                    watcher(Role.CALLER, event)

        # Said before anybody read along.
        center.do(lambda: tell(8, Lane.CAPTION, "fr", "engine_failed", words=False))
        center.do(lambda: tell(9, Lane.SPEECH, "fr", "engine_failed", words=False))
        center.do(lambda: tell(0, Lane.SOURCE, None, "too_late"))
        center.do(lambda: tell(1, Lane.CAPTION, "fr", "engine_failed"))
        center.do(lambda: tell(2, Lane.SPEECH, "fr", "too_late"))
        center.do(lambda: tell(3, Lane.SPEECH, "fr", "unwanted"))
        said = page.locator("#spoken li")
        expect(said.nth(0)).to_contain_text("Something was not understood.")
        expect(said.nth(1)).to_contain_text("words 1(not translated)")
        expect(said.nth(2)).to_contain_text("Text only, not spoken")
        expect(said.nth(3)).to_have_text("Callerwords 3")


def test_reading_along_takes_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    with running(tmp_path) as center:
        page = open_page(center.page, base=center.place.url)
        caller = center.call_comes()
        page.get_by_role("button", name="Read along").click()
        expect(page.locator("#end")).to_be_visible()
        expect(page.locator("#mute")).to_be_hidden()
        assert not caller.hung_up


def test_without_a_token_one_is_asked_for(open_page: OpenPage, tmp_path: Path) -> None:
    with running(tmp_path) as center:
        page = open_page("/agent#token=wrong", base=center.place.url)
        expect(page.locator("#access-problem")).to_be_visible()
        page.locator("#access-token").fill(center.page.partition("=")[2])
        page.locator("#access-form button").click()
        expect(page.locator("#no-calls")).to_be_visible()


@pytest.mark.parametrize("locale", ["de", "ar"])
def test_a_small_screen_in_light_and_dark(open_page: OpenPage, tmp_path: Path, locale: str) -> None:
    with running(tmp_path) as center:
        page = open_page(
            center.page,
            base=center.place.url,
            locale=locale,
            viewport={"width": 320, "height": 640},
        )
        caller = center.call_comes()
        page.locator("#calls li button").first.click()
        center.do(lambda: caller.say(speech("plum", 900)))
        expect(page.locator("#spoken li").first).to_be_visible()
        assert page.evaluate(OVERFLOWING) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("html")).to_have_attribute("data-theme", scheme)
            assert page.evaluate(LOW_CONTRAST) == []
