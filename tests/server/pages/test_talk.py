"""The microphone: push to talk, open microphone, and where a browser gives none."""

import time
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page, expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import Client, ScriptedServer
from tests.server.pages.test_room import join

RATE = 16_000


def wait_for(condition: Callable[[], bool], page: Page) -> None:
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")


def kinds(client: Client) -> list[tuple[str, bool]]:
    return [(one["type"], one["on"]) for one in client.messages if one["type"] in ("talk", "mute")]


def test_holding_the_key_sends_what_the_microphone_hears(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"), speak=True)
    client = server.clients[0]
    button = page.locator("#talk-button")
    expect(button).to_have_text("Hold to talk")
    page.locator("#scroller").focus()
    began = time.monotonic()
    page.keyboard.down("p")
    expect(button).to_have_attribute("data-on", "true")
    wait_for(lambda: len(client.sound) > 2 * RATE, page)
    page.keyboard.up("p")
    wait_for(lambda: ("talk", False) in kinds(client), page)
    held = time.monotonic() - began
    assert kinds(client)[-2:] == [("talk", True), ("talk", False)]
    length = len(client.sound)
    page.wait_for_timeout(200)
    assert len(client.sound) == length
    assert length % 640 == 0
    assert length / 2 / RATE < held + 0.5
    samples = np.frombuffer(bytes(client.sound[RATE : 2 * RATE]), "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples))
    assert abs(np.argmax(spectrum) * RATE / len(samples) - 440) < 5


def test_the_key_is_a_letter_while_typing(open_page: OpenPage, server: ScriptedServer) -> None:
    page = join(open_page("/?room=main"), speak=True)
    page.locator("#chat-line").press_sequentially("pp")
    expect(page.locator("#chat-line")).to_have_value("pp")
    assert ("talk", True) not in kinds(server.clients[0])


def test_an_open_microphone_is_switched(open_page: OpenPage, server: ScriptedServer) -> None:
    page = join(open_page("/?room=main"), speak=True)
    client = server.clients[0]
    page.locator("#settings-button").click()
    page.locator("[name=talk-mode][value=open]").check()
    page.keyboard.press("Escape")
    button = page.locator("#talk-button")
    expect(button).to_contain_text("Microphone is off")
    button.click()
    expect(button).to_contain_text("Microphone is on")
    wait_for(lambda: len(client.sound) > RATE, page)
    expect(page.locator("#meter")).not_to_have_attribute("aria-valuenow", "-60")
    button.click()
    expect(button).to_contain_text("Microphone is off")
    wait_for(lambda: kinds(client)[-2:] == [("mute", False), ("mute", True)], page)


def test_the_button_of_a_lost_connection_is_pressed_again_by_itself(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"), speak=True)
    page.locator("#scroller").focus()
    page.keyboard.down("p")
    wait_for(lambda: ("talk", True) in kinds(server.clients[0]), page)
    server.close_all(1011)
    page.get_by_role("button", name="Try now").click()
    wait_for(lambda: bool(server.clients) and ("talk", True) in kinds(server.clients[0]), page)


def test_translated_speech_is_played_and_its_caption_marked(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    server.send(scenes.caption(1, "en"))
    utterance = "51d2e0aa-0-1"
    header = {
        "type": "speech",
        "utterance": utterance,
        "speaker": "51d2e0aa",
        "language": "en",
        "kind": "translation",
        "piece": 0,
        "last": True,
        "rate": 24_000,
        "speed": 1.0,
        "bytes": 48_000,
    }
    server.send(header, b"\0\0" * 24_000)
    expect(page.locator(f"[data-utterance='{utterance}'].spoken")).to_have_count(1)
    expect(page.locator(".spoken")).to_have_count(0)


def test_without_a_secure_page_it_says_what_to_do(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = open_page("/?room=main&part=speak", base=f"http://box.test:{server.port}")
    notice = page.locator("#join-microphone")
    expect(notice).to_contain_text("only to secure pages")
    link = notice.get_by_role("link", name="Open the secure page")
    expect(link).to_have_attribute("href", "https://box.test:8443/?room=main&part=speak")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#talk-hint")).to_contain_text("You can still type")


def test_a_refused_microphone_is_explained(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/?room=main")
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('', 'NotAllowedError')); }"
    )
    join(page, speak=True)
    expect(page.locator("#talk-hint")).to_contain_text("Allow it in the address bar")
