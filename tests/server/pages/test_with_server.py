"""The pages with the real server: its engines are known fakes, or the starter models."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Playwright, expect

from edge_interpreter.config.tree import Config, Models
from edge_interpreter.engines.loading import load_engines
from tests.server.box import Box, box
from tests.server.pages.conftest import OpenPage, launch, write_recording
from tests.server.pages.test_room import join
from tests.speech import WEIGHTS, build_prompts, have_recordings, read_samples

# Notes in the page which caption was marked as being heard.
HEARD = """() => {
  const root = document.documentElement;
  const note = () => {
    const said = document.querySelector(".spoken");
    if (said) root.dataset.heard = said.dataset.utterance;
  };
  const changes = { subtree: true, childList: true, attributes: true };
  new MutationObserver(note).observe(document.querySelector("#transcript"), changes);
}"""


@contextmanager
def running(
    state: Path, port: int = 0, rooms: dict[str, Any] | None = None, **engines: Any
) -> Iterator[Box]:
    """A server in a thread of its own; `rooms` as in the configuration."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = box(state, {"server": {"port": port}, "rooms": rooms or {}}, **engines)
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(30)
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_two_type_and_read_and_the_operator_watches(open_page: OpenPage, tmp_path: Path) -> None:
    with running(tmp_path) as place:
        operator = open_page(f"/operator?room=main#token={place.token()}", base=place.url)
        expect(operator.locator("#code")).to_be_visible()
        reader = join(open_page("/?room=main", base=place.url, locale="fr-FR"))
        writer = join(open_page("/?room=main", base=place.url), speak=True)
        writer.locator("#chat-line").fill("good morning")
        writer.locator("#chat-line").press("Enter")
        expect(writer.locator(".said .text")).to_have_text("good morning")
        expect(reader.locator(".said .text")).to_have_text("fr: good morning")
        expect(operator.locator("#preview .text")).to_have_text("good morning")
        expect(operator.locator("#figure-done")).to_have_text("1")
        expect(operator.locator("#people tr")).to_have_count(2)
        writer.locator("#chat-line").fill("/join face-garden")
        writer.locator("#chat-line").press("Enter")
        expect(writer.locator("#room-title")).to_have_text("face-garden")
        room = place.services.rooms.get("face-garden")
        assert room.settings.preset == "face_to_face"
        expect(operator.locator("#people tr")).to_have_count(1)


def test_a_room_that_lets_nobody_in_leaves_one_where_one_was(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with running(tmp_path, rooms={"on_demand": False}) as place:
        page = join(open_page("/?room=main", base=place.url), speak=True)
        page.locator("#chat-line").fill("here")
        page.locator("#chat-line").press("Enter")
        expect(page.locator(".said .text")).to_have_text("here")
        page.locator("#chat-line").fill("/join nowhere")
        page.locator("#chat-line").press("Enter")
        expect(page.locator(".toasts")).to_contain_text("There is no such room.")
        expect(page.locator("#state")).to_have_attribute("data-state", "open")
        page.locator("#chat-line").fill("still here")
        page.locator("#chat-line").press("Enter")
        expect(page.locator(".said .text")).to_have_text(["here", "still here"])
        expect(page.locator("#roster li")).to_have_count(1)


def test_a_restart_is_survived_without_a_hand(open_page: OpenPage, tmp_path: Path) -> None:
    """In a room that an operator opened meanwhile, where guests cannot open any."""
    fixed = {"on_demand": False}
    with running(tmp_path, rooms=fixed) as place:
        port = place.services.port
        headers = {"authorization": f"Bearer {place.token(room='*')}"}
        opened = httpx.post(
            f"{place.url}/api/rooms", json={"name": "board"}, headers=headers, trust_env=False
        )
        assert opened.status_code == 201
        page = join(open_page("/?room=board", base=place.url), speak=True)
    expect(page.locator("#state")).to_have_attribute("data-state", "waiting")
    assert port is not None
    with running(tmp_path, port, fixed):
        expect(page.locator("#state")).to_have_attribute("data-state", "open", timeout=15_000)
        page.locator("#chat-line").fill("still here")
        page.locator("#chat-line").press("Enter")
        expect(page.locator(".said .text")).to_have_text("still here")


@pytest.mark.models
@pytest.mark.skipif(not have_recordings(), reason="no recorded prompts")
def test_one_speaks_english_and_the_other_reads_and_hears_french(
    playwright: Playwright, open_page: OpenPage, tmp_path: Path
) -> None:
    prompt = build_prompts(tmp_path / "prompts", limit=4, seconds=(2.0, 4.0), words=6)[2]
    pause = np.zeros(32_000, np.float32)
    sound = np.concatenate([pause, read_samples(prompt), pause])
    write_recording(tmp_path / "microphone.wav", sound, 16_000)
    engines = load_engines(Config(models=Models(directory=WEIGHTS)))
    parts = {field.name: getattr(engines, field.name) for field in fields(engines)}
    speaking = launch(playwright, tmp_path / "microphone.wav")
    with running(tmp_path / "state", **parts) as place:
        reader = join(open_page("/?room=main", base=place.url, locale="fr-FR"))
        reader.evaluate(HEARD)
        speaker = speaking.new_context(locale="en-GB").new_page()
        speaker.goto(f"{place.url}/?room=main")
        join(speaker, speak=True)
        speaker.locator("#scroller").focus()
        speaker.keyboard.down("p")
        said = speaker.locator(".said .text").first
        expect(said).to_be_visible(timeout=30_000)
        speaker.keyboard.up("p")
        words = set(re.findall(r"\w+", prompt.with_suffix(".txt").read_text().lower()))
        heard = set(re.findall(r"\w+", (said.text_content() or "").lower()))
        assert len(words & heard) > 0.7 * len(words)
        french = reader.locator(".said .text").first
        expect(french).to_have_attribute("lang", "fr", timeout=10_000)
        expect(french).not_to_have_text(said.text_content() or "")
        expect(reader.locator("html")).to_have_attribute("data-heard", re.compile("-0-0"))
    speaking.close()
    engines.close()
