"""Legs and networks that are deterministic, for tests of calls."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from edge_interpreter.audio.frames import FRAME_SAMPLES, Samples
from edge_interpreter.calls.leg import LegCounters, LegListener, Party
from edge_interpreter.calls.model import Cause


@dataclass(eq=False)
class FakeLeg:
    """A leg that says what it is told to say and keeps what it hears."""

    party: Party = field(default_factory=lambda: Party("fake", "+33100", "100"))
    counters: LegCounters = field(default_factory=LegCounters)
    answers: bool = True
    listener: LegListener | None = None
    to_say: deque[Samples] = field(default_factory=deque)
    heard: list[Samples] = field(default_factory=list)
    digits: str = ""
    cleared: int = 0
    answered: bool = False
    rejected: tuple[Cause, int] | None = None
    hung_up: bool = False

    def start(self, listener: LegListener) -> None:
        self.listener = listener

    def answer(self) -> None:
        if self.answers and not self.answered:
            self.come_up()
        self.answered = True

    def come_up(self) -> None:
        assert self.listener is not None
        self.listener.leg_up()

    def end(self, cause: Cause) -> None:
        assert self.listener is not None
        self.listener.leg_ended(cause)

    def reject(self, cause: Cause, retry_after_s: int) -> None:
        self.rejected = (cause, retry_after_s)

    def say(self, samples: Samples) -> None:
        whole = samples[: samples.size // FRAME_SAMPLES * FRAME_SAMPLES]
        self.to_say.extend(whole.reshape(-1, FRAME_SAMPLES))

    def receive(self) -> Samples | None:
        return self.to_say.popleft() if self.to_say else None

    def send(self, frame: Samples) -> None:
        self.heard.append(frame)

    def clear(self) -> None:
        self.cleared += 1

    def send_digit(self, digit: str) -> None:
        self.digits += digit

    def hang_up(self) -> None:
        self.hung_up = True

    @property
    def sound(self) -> Samples:
        """All that this leg heard so far."""
        return np.concatenate(self.heard) if self.heard else np.empty(0, np.float32)
