"""Two people at one device: face to face, and the kiosk."""

import re

from playwright.sync_api import expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import Client, ScriptedServer
from tests.server.pages.test_talk import kinds, wait_for


def of(server: ScriptedServer, language: str) -> Client:
    return next(client for client in server.clients if client.wants == language)


def test_each_half_speaks_and_reads_its_own_language(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = open_page("/face?a=en&b=fr")
    wait_for(lambda: len(server.clients) == 2, page)
    english, french = of(server, "en"), of(server, "fr")
    assert english.hello["room"] == french.hello["room"] != "main"
    expect(page.locator("#near .talk-button")).to_have_text("Speak")
    expect(page.locator("#far .talk-button")).to_have_text("Parler")
    page.locator("#near .talk-button").click()
    wait_for(lambda: len(english.sound) > 6400, page)
    assert not french.sound
    for client in (english, french):
        server.send(scenes.caption(0, client.wants), to=client)
    expect(page.locator("#near .line.own")).to_contain_text("Good morning")
    expect(page.locator("#far .line:not(.own)")).to_contain_text("Bonjour à tous")
    page.locator("#far .talk-button").click()
    wait_for(lambda: ("talk", False) in kinds(english) and len(french.sound) > 6400, page)


def test_hands_free_finds_the_language(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/face?a=en&b=fr")
    wait_for(lambda: len(server.clients) == 2, page)
    english = of(server, "en")
    page.get_by_role("button", name="Hands free").click()
    wait_for(lambda: len(english.sound) > 6400, page)
    assert (english.settings["speaks"], english.settings["hear_self"]) == ("auto", True)
    server.send(scenes.caption(1, "en"), to=english)
    expect(page.locator("#near .line:not(.own)")).to_contain_text("The trucks arrive")


def test_a_kiosk_forgets_its_visitor_after_a_pause(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = open_page("/kiosk?staff=en&reset=5")
    page.clock.install()
    page.reload()
    page.locator(".tile[lang=fr]").click()
    wait_for(lambda: len(server.clients) == 2, page)
    room = server.clients[0].hello["room"]
    assert re.fullmatch(r"kiosk-[a-z0-9]{10}", room)
    server.send(scenes.caption(1, "fr"), to=of(server, "fr"))
    expect(page.locator("#near .line")).to_contain_text("Les camions")
    page.clock.run_for(5_500)
    expect(page.locator("#still")).to_contain_text("Êtes-vous encore là ?")
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#still")).to_be_hidden()
    page.clock.run_for(5_500)
    expect(page.locator("#still")).to_be_visible()
    page.clock.run_for(6_000)
    expect(page.locator("#attract")).to_be_visible()
    expect(page.locator(".line")).to_have_count(0)
    wait_for(lambda: not server.clients, page)
    page.locator(".tile[lang=es]").click()
    wait_for(lambda: len(server.clients) == 2, page)
    assert server.clients[0].hello["room"] != room
    assert server.clients[0].hello.get("resume", "") == ""


def test_each_half_says_in_its_language_that_something_was_missed(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = open_page("/face?a=en&b=fr")
    wait_for(lambda: len(server.clients) == 2, page)
    server.stop()
    server.forget_and_start()
    expect(page.locator("#near .note")).to_contain_text("was restarted", timeout=15_000)
    expect(page.locator("#far .note")).to_contain_text("a redémarré", timeout=15_000)
