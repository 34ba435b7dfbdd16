"""The part of the operator's page that shows the whole box."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.server.pages import scenes
from tests.server.pages.conftest import OpenPage
from tests.server.pages.scripted import ScriptedServer
from tests.server.pages.test_looks import LOW_CONTRAST, OVERFLOWING
from tests.server.pages.test_operator import status as room_status


def model(role: str, name: str, licence: str, **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "role": role,
        "model": name,
        "provider": "x",
        "languages": [],
        "licence": licence,
    }
    base |= {"non_commercial": False, "alternative": "", "device": "cpu", "compute_type": "int8"}
    return {**base, "threads": 2, "warm": True, "running": True, "loaded_s": 1.4, **changes}


MODELS = [
    model("voice_activity", "silero-vad", "MIT", compute_type="float32", threads=1),
    model("recogniser", "whisper-base", "MIT", threads=0),
    model(
        "translator",
        "nllb-200-distilled-600m",
        "CC-BY-NC-4.0",
        non_commercial=True,
        alternative="opus-mt-en-fr",
    ),
    model(
        "synthesiser",
        "piper-en-us-joe-medium",
        "CC0-1.0",
        languages=["en"],
        compute_type=None,
        running=False,
    ),
]


class Clockwork:
    """A box that works a little more with every look, and withholds something each time."""

    def __init__(self, **changes: Any) -> None:
        self.looks = 0
        self.changes = changes

    def __call__(self) -> dict[str, Any]:
        self.looks += 1
        n = self.looks
        return {
            "time": 1_000.0 + n,
            "version": "0.1.0",
            "ready": True,
            "stuck": [],
            "lag": {"level": 0, "oldest_ms": 0, "budget_ms": 6000},
            "queues": {"recogniser": 0, "translator": 0, "synthesiser": 0},
            "utterances": {
                "entered": 40,
                "done": 30,
                "in_flight": 0,
                "dropped": {"too_late": 2},
                "withheld": {"repetition": n, "of_my_own": 1},
                "skipped": {"captions_only": 3},
            },
            "work": {
                "busy_s": {"recogniser": 0.4 * n},
                "failures": {},
                "recognised_s": 1.0 * n,
                "wasted_s": 0.0,
                "real_time_factor": 0.31,
            },
            "people": {"rooms": 1, "participants": 7, "speakers": 5},
            "calls": {"active": 2, "waiting": 0, "limit": 10, "refused": 0},
            "machine": {
                "cores": 2,
                "cpu_s": 1.2 * n,
                "resident_bytes": {"server": 700_000_000, "piper": 180_000_000},
                "microphones": 1,
                "graphics_processors": 0,
            },
            "models": MODELS,
            **self.changes,
        }


def watch(page: Page) -> None:
    """Until every chart has something to show."""
    expect(page.locator("#chart-withheld")).to_have_attribute(
        "aria-label", "now 1.0, at most 1.0 in the last five minutes"
    )


def test_models_devices_load_and_what_is_withheld(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    server.status = Clockwork()
    page = open_page("/operator?room=main#token=key")
    expect(page.locator("#system-state")).to_have_text("Ready")
    watch(page)
    expect(page.locator("#chart-load")).to_have_attribute(
        "aria-label", "now 60.0, at most 60.0 in the last five minutes"
    )
    expect(page.locator("#figure-rtf")).to_have_text("0.31")
    expect(page.locator("#figure-calls")).to_have_text("2 / 10")
    rows = page.locator("#system-models tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("CC-BY-NC-4.0")
    expect(rows.nth(2).locator(".warning")).to_have_text(
        "Not for commercial use (instead: opus-mt-en-fr)"
    )
    expect(rows.nth(1)).to_contain_text("all cores")
    expect(rows.nth(3).locator(".bad")).to_have_text("Stopped")
    reasons = page.locator("#system-reasons")
    expect(reasons).to_contain_text("the model repeated itself")
    expect(reasons).to_contain_text("of_my_own")
    expect(reasons).to_contain_text("too late")
    expect(page.locator("#system-devices")).to_contain_text("Microphones at the box")
    expect(page.locator("#system-devices")).to_contain_text("none")


def test_the_charts_as_a_table(open_page: OpenPage, server: ScriptedServer) -> None:
    server.status = Clockwork()
    page = open_page("/operator?room=main#token=key")
    expect(page.locator("#charts-table summary")).to_be_visible()
    page.locator("#charts-table summary").press("Enter")
    server.send(room_status())
    watch(page)
    expect(page.locator("#charts-rows tr")).to_have_count(5)
    expect(page.locator("#charts-rows tr").first.locator("td").nth(2)).to_have_text("60")
    expect(page.locator("#charts-rows tr").first.locator("td").first).to_have_text("1.4")


def test_what_is_wrong_is_said(open_page: OpenPage, server: ScriptedServer) -> None:
    server.status = Clockwork(ready=False, stuck=["recogniser"], calls=None)
    page = open_page("/operator?room=main#token=key")
    expect(page.locator("#system-state")).to_have_text("Stuck: recogniser")
    expect(page.locator("#figure-calls")).to_have_text("–")


def test_who_operates_one_room_does_not_see_the_box(
    open_page: OpenPage, server: ScriptedServer
) -> None:
    page = open_page("/operator?room=main#token=key")
    expect(page.locator("#board")).to_be_visible()
    time.sleep(0.3)
    expect(page.locator("#system")).to_be_hidden()


@pytest.mark.parametrize("locale", ["de", "ar"])
@pytest.mark.parametrize("width", [320, 1366])
def test_it_fits_and_can_be_read(
    open_page: OpenPage, server: ScriptedServer, locale: str, width: int
) -> None:
    server.others = scenes.PEOPLE
    server.status = Clockwork()
    path = "/operator?room=main#token=key"
    page = open_page(path, locale=locale, viewport={"width": width, "height": 768})
    expect(page.locator("#system-models tr")).to_have_count(4)
    page.locator("#charts-table summary").click()
    expect(page.locator("#charts-rows tr")).to_have_count(5)
    assert page.evaluate(OVERFLOWING) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        assert page.evaluate(LOW_CONTRAST) == []
