"""Joining a room, reading, and being read right when things go wrong."""

import re

from playwright.sync_api import Page, expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import ScriptedServer


def join(page: Page, *, speak: bool = False) -> Page:
    if speak:
        page.locator("[name=part][value=speak]").check()
    page.get_by_role("button", name=re.compile("^(Join|Entrer|Teilnehmen|انضمام)$")).click()
    expect(page.locator("#state")).to_have_attribute("data-state", "open")
    expect(page.locator("#roster li")).not_to_have_count(0)
    return page


def test_one_click_joins_in_the_language_of_the_browser(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main#token=secret", locale="fr-CA"))
    expect(page.locator("#room-title")).to_have_text("Main room")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    hello = server.clients[0].hello
    assert (hello["room"], hello["token"], hello["protocol"]) == ("main", "secret", 1)
    assert (hello["wants"], hello["audio"], hello["speaks"]) == ("fr", True, "none")
    assert "secret" not in page.url.partition("#")[0]


def test_what_is_said_is_shown_with_its_marks(open_page: OpenPage, server: ScriptedServer) -> None:
    server.others = scenes.PEOPLE
    server.on_join = lambda client: scenes.meeting("fr")
    page = join(open_page("/?room=main", locale="fr"))
    said = page.locator(".said")
    expect(said).to_have_count(7)
    expect(said.nth(0)).to_contain_text("Bonjour à tous.")
    expect(page.locator(".turn").nth(0).locator(".who")).to_contain_text("Tom Brennan")
    expect(said.filter(has_text="B-1179").locator(".marks")).to_contain_text("48,250")
    untranslated = said.nth(6)
    expect(untranslated.locator(".text")).to_have_attribute("dir", "rtl")
    expect(untranslated.locator(".marks")).to_contain_text("arabe")
    expect(page.locator(".note")).to_contain_text("Ana Ruiz")
    expect(page.locator("#live .unstable")).to_have_text("je propose que")
    expect(page.locator("#transcript")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#live")).to_have_attribute("aria-live", "off")
    expect(page.locator("#roster li")).to_have_count(8)


def test_a_partial_becomes_the_caption_and_a_gap_is_seen(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    ids = {"utterance": "51d2e0aa-0-1", "speaker": "51d2e0aa"}
    server.send({"type": "speech_began", **ids})
    expect(page.locator("#live .turn")).to_have_count(1)
    server.send({"type": "partial", **ids, "language": "fr", "stable": "Les", "unstable": " ca"})
    server.send(scenes.caption(1, "en"))
    expect(page.locator("#live .turn")).to_have_count(0)
    expect(page.locator(".said")).to_contain_text("The trucks arrive")
    server.send(scenes.caption(1, "en", text="The lorries arrive."))
    expect(page.locator(".said .text")).to_have_text("The lorries arrive.")
    server.send({"type": "gap", "count": 3, "first_sequence": 4, "last_sequence": 6})
    expect(page.locator(".note")).to_contain_text("3 captions were lost")
    server.send({"type": "speech_state", "mode": "captions_only", "behind_ms": 12_000})
    expect(page.locator("[data-banner=lag]")).to_contain_text("12 seconds behind")


def test_what_is_marked_elsewhere_gets_no_mark_of_its_own(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    skipped = {"type": "skipped", "speaker": "51d2e0aa", "withheld": False, "sequence": 0}
    server.send(scenes.caption(1, "en", fidelity="marked", missing=["42"]))
    marks = page.locator(".said .marks").inner_text()
    voice = {"utterance": "51d2e0aa-0-1", "lane": "speech", "language": "en"}
    server.send({**skipped, **voice, "reason": "incomplete"})
    merged = {"utterance": "51d2e0aa-0-2", "lane": "source", "language": None}
    server.send({"type": "speech_began", "utterance": "51d2e0aa-0-2", "speaker": "51d2e0aa"})
    expect(page.locator("#live .turn")).to_have_count(1)
    server.send({**skipped, **merged, "reason": "merged", "withheld": True})
    expect(page.locator("#live .turn")).to_have_count(0)
    expect(page.locator(".note")).to_have_count(0)
    assert page.locator(".said .marks").inner_text() == marks


def test_a_mark_of_somebody_who_has_gone_has_the_name_it_came_with(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    server.send(
        {
            "type": "skipped",
            "sequence": 1,
            "utterance": "0a0a0a0a-0-1",
            "speaker": "0a0a0a0a",
            "name": "Gerd Blum",
            "lane": "source",
            "language": None,
            "reason": "too_late",
            "withheld": False,
            "replay": True,
        }
    )
    expect(page.locator(".note")).to_contain_text("Gerd Blum")


def test_a_partial_in_the_language_wanted_takes_the_place_of_the_words_spoken(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    ids = {"type": "partial", "utterance": "51d2e0aa-0-1", "speaker": "51d2e0aa"}
    live = page.locator("#live .turn")
    server.send({**ids, "language": "fr", "stable": "Les", "unstable": " camions"})
    expect(live).to_contain_text("Les camions")
    server.send({**ids, "language": "en", "stable": "The", "unstable": " trucks"})
    expect(live).to_contain_text("The trucks")
    server.send({**ids, "language": "fr", "stable": "Les camions", "unstable": " arrivent"})
    server.send({**ids, "language": "en", "stable": "The trucks", "unstable": " arrive"})
    expect(live).to_have_text(re.compile("The trucks arrive"))
    expect(live).not_to_contain_text("camions")


def test_a_lost_connection_comes_back_with_what_was_missed(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    server.send(scenes.caption(0, "en"))
    expect(page.locator(".said")).to_have_count(1)
    server.on_join = lambda client: [scenes.caption(1, "en", replay=True)]
    server.close_all(1011)
    expect(page.locator("[data-banner=connection]")).to_contain_text("connection was lost")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".said")).to_have_count(2)
    expect(page.locator(".divider")).to_have_text("Said while you were away")
    hello = server.clients[0].hello
    assert hello["resume"].startswith("page0001")
    assert hello["last_sequence"] == 1


def test_a_restarted_server_is_found_again(open_page: OpenPage, server: ScriptedServer) -> None:
    page = join(open_page("/?room=main"))
    server.stop()
    expect(page.locator("#state")).to_have_attribute("data-state", "waiting")
    server.forget_and_start()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".divider")).to_contain_text("restarted")
    server.send(scenes.caption(1, "en"))
    expect(page.locator(".said")).to_have_count(1)


def test_reloading_the_page_stays_in_the_room(open_page: OpenPage, server: ScriptedServer) -> None:
    page = join(open_page("/?room=main"))
    page.reload()
    expect(page.locator("#state")).to_have_attribute("data-state", "open")
    assert server.clients[-1].hello["resume"].startswith("page0001")


def test_an_end_is_said_and_not_repeated(open_page: OpenPage, server: ScriptedServer) -> None:
    page = join(open_page("/?room=main"))
    server.send({"type": "kicked", "reason": "operator"})
    server.close_all(4410)
    expect(page.locator("#join-problem")).to_contain_text("The operator removed you")
    assert server.joined == 1


def test_a_refusal_is_explained(open_page: OpenPage, server: ScriptedServer) -> None:
    error = {"type": "error", "code": "token_expired", "text": "expired", "fatal": True}
    server.refuse = {"error": {**error, "retry_after_s": None}, "close": 4401}
    page = open_page("/?room=main")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#join-problem")).to_contain_text("This invitation has expired")


def test_language_sound_and_chat_reach_the_server(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"), speak=True)
    page.locator("#wants").select_option("es")
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.locator("#wants").select_option("ja")
    expect(page.locator("#sound")).to_be_disabled()
    page.locator("#chat-line").fill("/language fr")
    page.locator("#chat-line").press("Enter")
    expect(page.locator("#chat-line")).to_have_value("")
    sent = [one for one in server.clients[0].messages if one["type"] in ("settings", "chat")]
    assert sent == [
        {"type": "settings", "wants": "es"},
        {"type": "settings", "audio": False},
        {"type": "settings", "wants": "ja"},
        {"type": "chat", "text": "/language fr"},
    ]


def test_moving_to_another_room_starts_an_empty_page(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    server.send(scenes.caption(0, "en"))
    expect(page.locator(".said")).to_have_count(1)
    server.move(server.clients[0], "garden", "Garden")
    expect(page.locator("#room-title")).to_have_text("Garden")
    expect(page.locator(".said")).to_have_count(0)
    assert "room=garden" in page.url


def test_text_is_never_markup(open_page: OpenPage, server: ScriptedServer) -> None:
    page = join(open_page("/?room=main"))
    evil = "<img src=x onerror=alert(1)><b>"
    server.send(scenes.caption(1, "en", text=evil, name=evil))
    expect(page.locator(".said .text")).to_have_text(evil)
    expect(page.locator(".who b").first).to_have_text(evil)


def test_reading_back_is_not_disturbed_by_new_captions(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = join(open_page("/?room=main"))
    for number in range(40):
        server.send(scenes.caption(1, "en", utterance=f"a-0-{number}", sequence=number + 1))
    expect(page.locator(".said")).to_have_count(40)
    scroller = page.locator("#scroller")
    scroller.evaluate("(place) => { place.scrollTop = 0; }")
    expect(page.locator("#jump")).to_be_visible()
    server.send(scenes.caption(1, "en", utterance="a-0-99"))
    assert scroller.evaluate("(place) => place.scrollTop") == 0
    page.locator("#jump").click()
    expect(page.locator(".said").last).to_be_in_viewport()
    expect(page.locator("#jump")).to_be_hidden()
