"""Finds the speech in recordings as the pipeline does, and what that costs."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import VoiceActivity
from edge_interpreter.evaluation.capacity.costs import Trial
from edge_interpreter.pipeline.listening import SILENT_RMS
from edge_interpreter.pipeline.segmenter import WINDOW_SAMPLES, Ended, Segmenter, Window

STREAMS = (1, 4)
_TAIL = np.zeros(SAMPLE_RATE // 2, np.float32)


def probabilities(engine: VoiceActivity, sound: Samples) -> NDArray[np.float32]:
    """How likely each window of a recording is speech, as the pipeline takes it."""
    state = engine.new_state()
    found = [
        float(engine.probabilities([state], window[None])[0])
        if np.sqrt(np.mean(window**2)) >= SILENT_RMS
        else 0.0
        for window in _windows(sound)
    ]
    return np.array(found, np.float32)


def utterances(config: Config, sound: Samples, speech: Sequence[float]) -> list[Samples]:
    """What the pipeline would have recognised of a recording that silence follows."""
    segmenter = Segmenter(config.voice_activity, config.endpointing)
    whole = np.concatenate((sound, _TAIL))
    found: list[Samples] = []
    for number, window in enumerate(_windows(whole)):
        likely = float(speech[number]) if number < len(speech) else 0.0
        segments = segmenter.push(Window(number * WINDOW_SAMPLES, window, likely, 0.0))
        found += [segment.samples for segment in segments if isinstance(segment, Ended)]
    return found


def trials(engine: VoiceActivity, sound: Samples) -> list[Trial]:
    """The cost of a window of one stream, and of several at once, of the mean over a recording."""
    found = []
    for streams in STREAMS:
        states = [engine.new_state() for _ in range(streams)]
        cpu, began, count = time.process_time(), time.perf_counter(), 0
        for window in _windows(sound):
            engine.probabilities(states, np.stack([window] * streams))
            count += 1
        taken, busy = time.perf_counter() - began, time.process_time() - cpu
        if count:
            found.append(Trial((1.0,) * streams, taken / count, busy / count))
    return found


def _windows(sound: Samples) -> Iterator[Samples]:
    for start in range(0, sound.size - WINDOW_SAMPLES + 1, WINDOW_SAMPLES):
        yield sound[start : start + WINDOW_SAMPLES]
