"""A listener and a board for legs under test."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from edge_interpreter.audio.frames import FRAME_SAMPLES, Samples
from edge_interpreter.calls.leg import MediaLeg
from edge_interpreter.calls.model import Cause


@dataclass
class Listening:
    """Takes every offered leg and keeps what it tells."""

    answers: bool = True
    leg: MediaLeg | None = None
    legs: int = 0
    told: list[str] = field(default_factory=list)

    def offer(self, leg: MediaLeg) -> None:
        self.leg = leg
        self.legs += 1
        leg.start(self)
        if self.answers:
            leg.answer()

    def leg_up(self) -> None:
        self.told.append("up")

    def leg_digit(self, digit: str) -> None:
        self.told.append(f"digit {digit}")

    def leg_held(self, held: bool) -> None:
        self.told.append("held" if held else "resumed")

    def leg_ended(self, cause: Cause) -> None:
        self.told.append(f"ended {cause}")


async def until(done: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that other tasks bring about."""
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - others do not know that they are waited for
            await asyncio.sleep(0.005)


def tone(frames: int, rate: int = 16_000, hertz: float = 440.0) -> Samples:
    count = frames * FRAME_SAMPLES * rate // 16_000
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(count) / rate)).astype(np.float32)


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0
