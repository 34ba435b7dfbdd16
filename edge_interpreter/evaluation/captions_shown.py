"""What somebody who reads captions saw, and when: the same rules for every program."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, samples_to_ms
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.playing import SPEECH_FLOOR_DB, Played, end_of_speech
from edge_interpreter.evaluation.wer import WordErrors, word_errors


@dataclass(slots=True)
class Screen:
    """All captions of one speaker so far; `changes` are loop times."""

    text: str = ""
    changes: list[float] = field(default_factory=list)

    def show(self, text: str) -> None:
        """The whole text is now `text`, or has been said to be final as it is."""
        self.text = text
        self.changes.append(asyncio.get_running_loop().time())


@dataclass(slots=True)
class CaptionDelays:
    """Delays of captions, recording by recording, in ms."""

    first_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)
    missing: int = 0

    def add(self, changes: Sequence[float], played: Sequence[Played], over: float) -> None:
        """Take what was shown while `played` was spoken; nothing more is awaited after `over`.

        Final is the last change before the next recording begins.
        """
        for number, recording in enumerate(played):
            until = played[number + 1].sent if number + 1 < len(played) else over
            began = _beginning_of_speech(recording)
            mine = [at for at in changes if began <= at < until]
            start_ms = samples_to_ms(recording.position)
            end_ms = samples_to_ms(recording.position + recording.samples.size)
            ended = end_of_speech([recording], start_ms, end_ms)
            if not mine or ended is None:
                self.missing += 1
                continue
            self.first_ms.append((mine[0] - began) * 1000)
            self.final_ms.append((mine[-1] - ended) * 1000)

    def figures(self) -> dict[str, Any]:
        """Percentiles, and recordings that nothing was shown for."""
        return {
            "first_caption_ms": percentiles(self.first_ms),
            "final_caption_ms": percentiles(self.final_ms),
            "without_caption": self.missing,
        }


def errors_of(said: Sequence[str], shown: str, language: str) -> WordErrors:
    """Word errors of everything that stayed on the screen."""
    return word_errors(" ".join(said), shown, language)


def _beginning_of_speech(played: Played) -> float:
    """When the first loud sound of a recording was sent."""
    level = np.abs(played.samples)
    loud = np.flatnonzero(level > float(level.max()) * 10 ** (-SPEECH_FLOOR_DB / 20))
    first = int(loud[0]) if loud.size else 0
    return played.sent + (first // FRAME_SAMPLES + 1) * FRAME_MS / 1000
