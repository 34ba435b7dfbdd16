"""Recordings as the simulation plays them: speech probabilities and the shape of the words.

A window of played sound carries its own probability and its place in a recording, so that the
real segmenter cuts it where it cut the recording, and the simulated recogniser knows what was in
an utterance. The letters of words are exchanged: lengths and punctuation are all that counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import Samples
from edge_interpreter.pipeline.segmenter import WINDOW_MS, WINDOW_SAMPLES

WINDOW_S = WINDOW_MS / 1000
SILENCE: Samples = np.zeros(WINDOW_SAMPLES, np.float32)
_MARK = 1_000_000.0
"""Above this a sample is the number of a recording; the next one is the number of its window."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One recording: its language (BCP-47), speech probability by window, words heard in it."""

    language: str
    probabilities: NDArray[np.float32]
    words: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.probabilities.size * WINDOW_S

    def said(self, first: int, last: int) -> Sequence[str]:
        """The words in windows `first` to `last`, spread evenly over those with speech."""
        speech = np.flatnonzero(self.probabilities >= 0.5)
        if not speech.size:
            return ()
        begin, length = int(speech[0]), int(speech[-1] - speech[0]) + 1
        places = [min(1.0, max(0.0, (at - begin) / length)) for at in (first, last + 1)]
        begin_word, end_word = (round(place * len(self.words)) for place in places)
        return self.words[begin_word:end_word]


def windows(trace: Trace, number: int) -> Iterator[Samples]:
    """The sound of recording number `number`, `WINDOW_SAMPLES` at a time."""
    for place, probability in enumerate(trace.probabilities):
        window = np.zeros(WINDOW_SAMPLES, np.float32)
        window[:3] = probability, _MARK + number, place
        yield window


def probability(window: Samples) -> float:
    """The speech probability that a played window carries."""
    return float(window[0]) if window[1] >= _MARK else 0.0


def heard(samples: Samples, traces: Sequence[Trace]) -> tuple[str, str | None]:
    """Text and language of an utterance cut out of played sound; None where nothing was said."""
    marks = np.flatnonzero(samples >= _MARK)
    words: list[str] = []
    language = None
    numbers = (samples[marks] - _MARK).astype(int)
    for number in dict.fromkeys(numbers.tolist()):
        places = samples[marks[numbers == number] + 1]
        trace = traces[number]
        language = language or trace.language
        words += trace.said(int(places.min()), int(places.max()))
    return " ".join(words), language


def disguised(text: str) -> str:
    """The same shape in other letters: no digits, so that nothing is taken for a number."""
    return "".join(_other(character) for character in text)


def stretched(text: str, growth: float) -> str:
    """Words whose lengths are `growth` times those of `text`, punctuation where it was."""
    made: list[str] = []
    owed = 0.0
    for word in text.split():
        letters = word.rstrip(".,;:?!…")
        owed += len(letters) * growth
        length = max(1, round(owed))
        owed -= length
        turned = disguised(letters) or "e"
        made.append((turned * (1 + length // len(turned)))[:length] + word[len(letters) :])
    return " ".join(made)


def _other(character: str) -> str:
    if character.isdigit():
        return "q"
    if not ("a" <= character.lower() <= "z"):
        return character if character in " .,;:?!…" else "e"
    base = ord("A") if character.isupper() else ord("a")
    return chr(base + (ord(character) - base + 1) % 26)
