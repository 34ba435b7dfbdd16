"""The modules that handle samples, run in the browser without a page around them."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.server.pages.scripted import ScriptedServer

RESAMPLE = """async ([rate, frequency]) => {
  const { Resampler } = await import("/static/js/resampler.js");
  const resampler = new Resampler(rate, 16000);
  const step = 2 * Math.PI * frequency / rate;
  const wave = Float32Array.from({ length: rate }, (_, i) => Math.sin(step * i));
  const out = [];
  for (let at = 0; at < rate; at += 128) out.push(...resampler.process(wave.slice(at, at + 128)));
  const middle = out.slice(4000, 12000);
  return [out.length, Math.sqrt(middle.reduce((sum, x) => sum + x * x, 0) / middle.length)];
}"""

STRETCH = """async () => {
  const { stretch } = await import("/static/js/stretch.js");
  const step = 2 * Math.PI * 200 / 24000;
  const wave = Float32Array.from({ length: 24000 }, (_, i) => Math.sin(step * i));
  const out = stretch(wave, 24000, 1.25);
  let crossings = 0;
  for (let i = 1; i < out.length; i += 1) if (out[i - 1] < 0 && out[i] >= 0) crossings += 1;
  return [out.length, crossings / (out.length / 24000)];
}"""

# A clock that stands still and sources that only remember when they would start.
PLAYER = """async () => {
  const context = {
    state: "running", currentTime: 0, destination: {}, started: [],
    createGain: () => ({ connect() {}, gain: { setTargetAtTime(v) { context.level = v; } } }),
    createBuffer: (n, length, rate) => ({ duration: length / rate, copyToChannel() {} }),
    createBufferSource: () => ({
      connect() {}, disconnect() {}, stop() { this.stopped = true; },
      start(at) { this.at = at; context.started.push(this); },
    }),
  };
  const { Player } = await import("/static/js/player.js");
  const skipped = [];
  const onSkipped = (left) => skipped.push(...left);
  const player = new Player({ context: () => context, onSkipped });
  const say = (utterance, seconds, piece = 0) => player.add(
    { utterance, speaker: utterance, piece, rate: 24000, speed: 1 },
    new ArrayBuffer(2 * 24000 * seconds),
  );
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Any page of ours: it may import our modules."""
    server = ScriptedServer()
    server.start()
    page = browser.new_page()
    page.goto(f"{server.url}/certificate")
    yield page
    page.close()
    server.stop()


def run_player(page: Page, body: str) -> Any:
    return page.evaluate(f"{PLAYER} {body} }}")


@pytest.mark.parametrize("rate", [48_000, 44_100, 8_000])
def test_resampling_keeps_speech(page: Page, rate: int) -> None:
    count, level = page.evaluate(RESAMPLE, [rate, 1_000])
    assert count == pytest.approx(16_000, abs=100)
    assert level == pytest.approx(0.7071, rel=0.01)


def test_resampling_lets_nothing_fold_back_into_speech(page: Page) -> None:
    for frequency in (9_000, 15_000, 20_000):
        _, level = page.evaluate(RESAMPLE, [48_000, frequency])
        assert level < 0.001, frequency


def test_voices_follow_one_another(page: Page) -> None:
    starts = run_player(
        page,
        "say('a', 1); say('a', 1, 1); say('b', 1); return context.started.map((s) => s.at);",
    )
    assert starts[1] == pytest.approx(starts[0] + 1)
    assert starts[2] >= starts[1] + 1


def test_a_listener_far_behind_catches_up_and_is_told(page: Page) -> None:
    waiting, skipped, stopped = run_player(
        page,
        "for (const name of 'abcdefgh') say(name, 4);"
        "return [player.waiting, skipped, context.started[0].stopped ?? false];",
    )
    assert waiting < 15
    assert skipped[:2] == ["b", "c"]
    assert "h" not in skipped
    assert stopped is False


def test_sound_that_may_not_be_played_is_not_kept(page: Page) -> None:
    waiting = run_player(
        page,
        "context.state = 'suspended'; say('a', 5); context.state = 'running';"
        "return player.waiting;",
    )
    assert waiting == 0


def test_speaking_lowers_what_is_heard(page: Page) -> None:
    levels = run_player(
        page,
        "say('a', 1); player.volume = 0.5; const before = context.level; player.duck(true);"
        "return [before, context.level];",
    )
    assert levels == [0.5, pytest.approx(0.1)]


def test_faster_speech_is_shorter_and_keeps_its_pitch(page: Page) -> None:
    length, crossings = page.evaluate(STRETCH)
    assert length == pytest.approx(24_000 / 1.25, rel=0.05)
    assert crossings == pytest.approx(200, rel=0.03)
