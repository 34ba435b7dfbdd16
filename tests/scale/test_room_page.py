"""Pages in a browser, behind a proxy, when their box is killed."""

import re
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.scale.processes import Site, site
from tests.scale.test_rooms import proxies, together
from tests.server.pages.conftest import ARGUMENTS, CHROMIUM

pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]

expect.set_options(timeout=20_000)


async def enter(browser: Browser, place: Site, locale: str, *, speak: bool = False) -> Page:
    context = await browser.new_context(locale=locale, ignore_https_errors=True)
    page = await context.new_page()
    await page.goto(f"{place.people}/?room=hall")
    if speak:
        await page.locator("[name=part][value=speak]").check()
    await page.get_by_role("button", name=re.compile("^(Join|Entrer)$")).click()
    await expect(page.locator("#state")).to_have_attribute("data-state", "open")
    return page


async def say(page: Page, words: str) -> None:
    await page.locator("#chat-line").fill(words)
    await page.locator("#chat-line").press("Enter")


@proxies
async def test_pages_come_back_by_themselves_and_say_that_something_is_missing(
    tmp_path: Path, proxy: str
) -> None:
    async with site(tmp_path, proxy) as place, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        speaker = await enter(browser, place, "en-GB", speak=True)
        listener = await enter(browser, place, "fr-FR")
        wall = await (await browser.new_context(ignore_https_errors=True)).new_page()
        await wall.goto(f"{place.people}/wall?room=hall&language=fr")
        home = await together(place, "hall", 3)
        await say(speaker, "before")
        for page in (listener, wall):
            await expect(page.get_by_text("fr: before")).to_be_visible()
        await home.end(signal.SIGKILL)
        for page in (speaker, listener):
            await expect(page.locator(".note.divider")).to_be_visible()
            await expect(page.locator("#state")).to_have_attribute("data-state", "open")
        # Whoever comes back after a line reads that something is missing, and not the line.
        assert await together(place, "hall", 3) is place.other(home)
        await say(speaker, "after")
        await expect(listener.get_by_text("fr: after")).to_be_visible()
        await expect(listener.get_by_text("fr: before")).to_be_visible()
        await expect(wall.get_by_text("fr: after")).to_be_visible()
        await expect(wall.locator(".missing")).to_have_count(1)
        # To a room that is on another box, and back where nobody gets in.
        for number in range(4):
            await say(speaker, f"/join room-{number}")
            await expect(speaker.locator("#room-title")).to_have_text(f"room-{number}")
            await together(place, f"room-{number}", 1)
        await browser.close()
