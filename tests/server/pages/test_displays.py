"""Screens that nobody touches: walls and overlays."""

from itertools import pairwise

from playwright.sync_api import expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import ScriptedServer

LONG = " ".join(f"word{number}" for number in range(14))
WATCH = """() => new Promise((done) => {
  const [viewport, content] = [document.querySelector(".window"), document.querySelector(".roll")];
  const line = parseFloat(getComputedStyle(content).lineHeight);
  const steps = [];
  const timer = setInterval(() => {
    const offset = -new DOMMatrix(getComputedStyle(content).transform).m42;
    if (offset !== steps.at(-1)) steps.push(offset);
    if (offset + viewport.clientHeight >= content.offsetHeight - 1) {
      clearInterval(timer);
      done(steps.map((step) => step / line));
    }
  }, 5);
})"""


def test_a_wall_in_two_languages(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/wall?room=main&language=en&second=ar&lines=2&theme=yellow")
    expect(page.locator("#welcome-code")).to_be_visible()
    expect(page.locator("#welcome-link")).to_have_text("192.168.1.20:8080/?room=main")
    assert {client.wants for client in server.clients} == {"en", "ar"}
    assert {client.hello["role"] for client in server.clients} == {"listen"}
    for client in server.clients:
        server.send(scenes.caption(5, client.wants), to=client)
    expect(page.locator("#welcome")).to_be_hidden()
    expect(page.locator("#first")).to_contain_text("Tom Brennan: Then the invoice of 48,250")
    expect(page.locator("#second .lost")).to_have_text("[48,250]")
    expect(page.locator("#second .roll p")).to_have_attribute("dir", "rtl")


def test_a_long_caption_rolls_by_line_for_line(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/wall?room=main&language=en&lines=1&size=1.6&names=0")
    expect(page.locator("#welcome-code")).to_be_visible()
    server.send(scenes.caption(1, "en", text=LONG))
    steps = page.evaluate(WATCH)
    assert len(steps) > 3
    assert all(abs(b - a - 1) < 0.05 for a, b in pairwise(steps))


def test_a_wall_is_set_up_on_the_wall(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/wall?room=main&language=en")
    expect(page.locator("#welcome-code")).to_be_visible()
    page.mouse.move(200, 200)
    page.locator("#language").select_option("de")
    page.locator("#theme").select_option("white")
    expect(page.locator("html")).to_have_attribute("data-wall", "white")
    assert "language=de" in page.url
    assert "theme=white" in page.url


def test_an_overlay_paints_nothing_but_words(open_page: OpenPage, server: ScriptedServer) -> None:
    page = open_page("/overlay?room=main&language=en&hide=1")
    painted = "(place) => getComputedStyle(place).backgroundColor"
    for place in ("html", "body"):
        assert page.locator(place).evaluate(painted) == "rgba(0, 0, 0, 0)"
    overlay = page.locator("#overlay")
    expect(page.locator("html")).to_have_attribute("data-ready", "")
    while not server.clients:
        page.wait_for_timeout(20)
    server.send(scenes.caption(1, "en"))
    expect(overlay).to_contain_text("The trucks arrive")
    expect(overlay).to_have_class("overlay tall")
    expect(overlay).to_have_class("overlay tall silent")


def test_pages_say_where_what_is_said_is_kept(open_page: OpenPage) -> None:
    words = "What is said here is kept in writing on this machine, encrypted."
    for path in ("/?room=main", "/wall?room=main", "/face", "/operator"):
        notice = open_page(path).locator("[data-kept]")
        expect(notice).to_have_text(words)
        expect(notice).to_be_visible()
    french = "Ce qui est dit ici est conservé par écrit sur cette machine, chiffré."
    expect(open_page("/kiosk?languages=fr").locator("[data-kept]")).to_have_text(french)
