"""How long a phone takes to follow a room, step by step.

Run it as `python -m tests.server.pages.joining_time`.
A speaker's recordings are played into a running server; a browser of a phone's size, its processor
slowed to a quarter, opens the link of the QR code, touches Join, and waits for the first translated
sound. Seconds that people need to point a camera and to decide are not in it.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Page, async_playwright, expect
from websockets.exceptions import ConnectionClosed

from edge_interpreter.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Samples
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.evaluation.client import drain, joined
from edge_interpreter.evaluation.own_server import own_server
from tests.speech import read_samples

SLOWED = 4
CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--autoplay-policy=user-gesture-required"]


async def _talk(url: str, sounds: list[Samples]) -> None:
    """Speak the recordings over and over, with pauses of a second."""
    async with joined(url, speaks="en", name="Speaker") as (connection, _):
        reading = asyncio.create_task(drain(connection))
        with suppress(asyncio.CancelledError, ConnectionClosed):
            while True:
                for sound in sounds:
                    said = np.concatenate((sound, np.zeros(SAMPLE_RATE, np.float32)))
                    for at in range(0, said.size - FRAME_SAMPLES + 1, FRAME_SAMPLES):
                        await connection.send(to_pcm16(said[at : at + FRAME_SAMPLES]).tobytes())
                        await asyncio.sleep(0.02)
        reading.cancel()


async def _follow(page: Page, url: str) -> dict[str, float]:
    """Seconds of each step."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    began = time.monotonic()
    await page.goto(url)
    button = page.get_by_role("button", name="Entrer")
    await expect(button).to_be_enabled()
    opened = time.monotonic()
    await button.tap()
    await expect(page.locator("#state")).to_have_attribute("data-state", "open")
    entered = time.monotonic()
    await page.locator(".said .text").first.wait_for(timeout=30_000)
    read = time.monotonic()
    await page.locator(".spoken").first.wait_for(timeout=30_000)
    heard = time.monotonic()
    return {
        "open_s": opened - began,
        "join_s": entered - opened,
        "read_s": read - entered,
        "hear_s": heard - entered,
        "total_s": heard - began,
    }


async def _measure(sounds: list[Samples], times: int) -> dict[str, Any]:
    steps: list[dict[str, float]] = []
    async with own_server() as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        talking = asyncio.create_task(_talk(server.websocket, sounds))
        for _ in range(times):
            phone = await browser.new_context(
                **playwright.devices["Pixel 5"],
                locale="fr-FR",
            )
            steps.append(
                await _follow(await phone.new_page(), f"http://127.0.0.1:{server.port}/?room=main")
            )
            await phone.close()
        talking.cancel()
        await browser.close()
    return {
        "times": times,
        "processor_slowed": SLOWED,
        "median": {
            name: round(float(np.median([step[name] for step in steps])), 2) for name in steps[0]
        },
        "slowest_total_s": round(max(step["total_s"] for step in steps), 2),
    }


def main() -> int:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(prog="joining_time", description=__doc__)
    parser.add_argument("--audio", type=Path, required=True, help="folder of English recordings")
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    sounds = [read_samples(path) for path in sorted(arguments.audio.glob("*.wav"))[:20]]
    json.dump(asyncio.run(_measure(sounds, arguments.times)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
