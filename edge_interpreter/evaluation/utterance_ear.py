"""Voice activity and endpointing around a recogniser that has none of its own."""

import asyncio
from collections.abc import Callable

import numpy as np

from edge_interpreter.audio.frames import Frame
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import VoiceActivity
from edge_interpreter.pipeline.segmenter import WINDOW_SAMPLES, Ended, Segmenter, Window


class UtteranceEar:
    """Cuts the frames of one speaker into utterances as the product does."""

    def __init__(self, vad: VoiceActivity, config: Config, heard: Callable[[Ended], None]) -> None:
        self._vad = vad
        self._state = vad.new_state()
        self._segmenter = Segmenter(config.voice_activity, config.endpointing)
        self._heard = heard
        self._rest = np.empty(0, np.float32)
        self._position = 0

    def hear(self, frame: Frame) -> None:
        """Take the next 20 ms; calls `heard` at once where they end an utterance."""
        self._rest = np.concatenate((self._rest, frame.samples))
        while self._rest.size >= WINDOW_SAMPLES:
            sound, self._rest = self._rest[:WINDOW_SAMPLES], self._rest[WINDOW_SAMPLES:]
            probability = float(self._vad.probabilities([self._state], sound[None])[0])
            now = asyncio.get_running_loop().time()
            for segment in self._segmenter.push(Window(self._position, sound, probability, now)):
                if isinstance(segment, Ended):
                    self._heard(segment)
            self._position += WINDOW_SAMPLES
