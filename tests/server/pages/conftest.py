"""A real browser for the pages, and the scripted server that they talk to."""

import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.server.pages.scripted import ScriptedServer

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP box.test 127.0.0.1",
]
OpenPage = Callable[..., Page]


# Not longer than this package: while Playwright runs, no test of an event loop can.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    tone = tmp_path_factory.mktemp("microphone") / "tone.wav"
    second = np.arange(480_000) / 48_000
    write_recording(tone, 0.5 * np.sin(2 * np.pi * 440 * second), 48_000)
    browser = launch(playwright, tone)
    yield browser
    browser.close()


def launch(playwright: Playwright, recording: Path) -> Browser:
    """A browser whose microphone hears a recording, over and over."""
    capture = f"--use-file-for-fake-audio-capture={recording}"
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*ARGUMENTS, capture])


def write_recording(path: Path, samples: NDArray[Any], rate: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_page(browser: Browser, server: ScriptedServer) -> Iterator[OpenPage]:
    """`open_page(path, **context)` gives a page; its errors fail the test."""
    contexts = []
    problems: list[str] = []

    def open_page(path: str, *, base: str = "", **context: object) -> Page:
        options = {"locale": "en-GB", "reduced_motion": "reduce", **context}
        made = browser.new_context(**options)  # type: ignore[arg-type]
        made.set_default_timeout(5_000)
        contexts.append(made)
        page = made.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: _note(problems, said.type, said.text))
        page.goto((base or server.url) + path)
        return page

    yield open_page
    for made in contexts:
        made.close()
    assert problems == []


def _note(problems: list[str], kind: str, text: str) -> None:
    # A connection that the test itself ended is no fault of the page, nor is being refused.
    harmless = ("WebSocket", "net::ERR", "status of 403")
    if kind == "error" and not any(words in text for words in harmless):
        problems.append(text)
