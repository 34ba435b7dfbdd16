"""What one side of a call hears: the other side's own voice, low, and its translation over it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples
from edge_interpreter.audio.gap_cue import CUE_EVERY_S, gap_cue

SILENCE: Samples = np.zeros(FRAME_SAMPLES, np.float32)
SILENCE.flags.writeable = False
_RAMP_MS = 100
_FADE_MS = 160
_QUIET_RMS = 10 ** (-50 / 20)
_TONE_HZ = 425.0
_TONE_MS = 300
_TONE_PEAK = 10 ** (-34 / 20)
_QUEUED_LIMIT_MS = 30_000
_CUE_EVERY_MS = round(CUE_EVERY_S * 1000)


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """How a side hears the call.

    `original_gain` (linear) applies to the other side's own voice while it is interpreted;
    `comfort_tone_after_ms` 0 plays none.
    """

    original_gain: float = 0.1
    barge_in: Literal["fade", "wait"] = "fade"
    comfort_tone_after_ms: int = 0


@dataclass(slots=True)
class _Voice:
    """A stretch to be played: one utterance's translation, an announcement, or the cue of a gap."""

    key: int | None
    blocks: deque[Samples] = field(default_factory=deque)
    complete: bool = False
    begun: bool = False
    interrupted: bool = False
    gap: bool = False


class OutputMixer:
    """Mixes 20 ms at a time; never plays two voices at once, never runs ahead.

    `on_played` is told the key of an utterance when its first sound goes out, `on_dropped` when
    the rest of it will not be heard (its listener spoke over it, or too much was waiting).
    """

    def __init__(
        self,
        settings: OutputSettings,
        on_played: Callable[[int], None],
        on_dropped: Callable[[int], None],
    ) -> None:
        self.interpreted = False
        self._settings = settings
        self._on_played = on_played
        self._on_dropped = on_dropped
        self._voices: deque[_Voice] = deque()
        self._queued = 0
        self._original_gain = 1.0
        self._voice_gain = 1.0
        self._talking = False
        self._gap_owed = False
        self._since_cue_ms = _CUE_EVERY_MS
        self._quiet_ms = 0
        self._tone: deque[Samples] = deque()

    def speak(self, key: int, samples: Samples, *, last: bool) -> None:
        """Add a piece of the translation of utterance `key`; pieces of one key come in order."""
        voice = next((voice for voice in self._voices if voice.key == key), None)
        if voice is None:
            if last and not samples.size:
                return
            voice = _Voice(key)
            self._voices.append(voice)
        self._add(voice, samples)
        voice.complete = voice.complete or last

    def announce(self, samples: Samples) -> None:
        """Play a whole text before what has not begun yet."""
        voice = _Voice(None, complete=True)
        begun = len(self._voices) and self._voices[0].begun
        self._voices.insert(1 if begun else 0, voice)
        self._add(voice, samples)

    def mark_gap(self) -> None:
        """Play a cue for something that will not be heard, in its turn, or once one is due."""
        if not (self._voices and self._voices[-1].gap):
            self._gap_owed = True
            self._cue_if_due()

    def give_up(self, key: int) -> None:
        """No more will come of utterance `key`: what is there is played to its end."""
        for voice in self._voices:
            if voice.key == key:
                voice.complete = True

    def talk_over(self, talking: bool) -> None:
        """The listener of this output began or stopped to speak."""
        self._talking = talking
        heard = self._voices[0] if self.speaking else None
        if talking and heard and heard.key is not None and self._settings.barge_in == "fade":
            heard.interrupted = True

    @property
    def speaking(self) -> bool:
        """Whether a translation or announcement is being heard."""
        return bool(self._voices) and self._voices[0].begun and self._voice_gain > 0

    @property
    def queued_ms(self) -> int:
        """Length of the speech that waits to be heard."""
        return self._queued * 1000 // SAMPLE_RATE

    def next(self, original: Samples | None) -> Samples:
        """The next 20 ms, given the other side's own 20 ms."""
        self._cue_if_due()
        self._since_cue_ms += FRAME_MS
        alone = self._original(original)
        voice = self._voice()
        mixed = alone if voice is None else np.clip(alone + voice, -1.0, 1.0)
        return self._comfort(mixed)

    def _original(self, original: Samples | None) -> Samples:
        goal = self._settings.original_gain if self.interpreted else 1.0
        gain = self._original_gain
        self._original_gain = _towards(gain, goal, FRAME_MS / _RAMP_MS)
        if original is None or gain == self._original_gain == 0.0:
            return SILENCE
        if gain == self._original_gain:
            return original if gain == 1.0 else original * np.float32(gain)
        return original * _ramp(gain, self._original_gain)

    def _voice(self) -> Samples | None:
        if not self._voices:
            self._voice_gain = 1.0
            return None
        voice, gain = self._voices[0], self._voice_gain
        self._voice_gain = _towards(gain, 0.0 if self._hushed(voice) else 1.0, FRAME_MS / _FADE_MS)
        if gain == self._voice_gain == 0.0:
            return None
        sound = self._take(voice)
        if voice.interrupted and self._voice_gain == 0.0 and voice in self._voices:
            self._drop(voice)
            self._voice_gain = 1.0
            return sound * _ramp(gain, 0.0)
        return sound if gain == self._voice_gain == 1.0 else sound * _ramp(gain, self._voice_gain)

    def _hushed(self, voice: _Voice) -> bool:
        waits = self._settings.barge_in == "wait" and self._talking and voice.key is not None
        return voice.interrupted or waits

    def _take(self, voice: _Voice) -> Samples:
        if not voice.begun and voice.blocks:
            voice.begun = True
            if voice.key is not None:
                self._on_played(voice.key)
        parts: list[Samples] = []
        wanted = FRAME_SAMPLES
        while wanted and voice.blocks:
            block = voice.blocks.popleft()
            if block.size > wanted:
                voice.blocks.appendleft(block[wanted:])
                block = block[:wanted]
            parts.append(block)
            wanted -= block.size
        self._queued -= FRAME_SAMPLES - wanted
        if voice.complete and not voice.blocks:
            self._voices.remove(voice)
        return np.concatenate((*parts, SILENCE[:wanted]))

    def _add(self, voice: _Voice, samples: Samples) -> None:
        if samples.size:
            voice.blocks.append(samples)
            self._queued += samples.size
        if self.queued_ms > _QUEUED_LIMIT_MS and len(self._voices) > 1:
            self._leave_out()

    def _leave_out(self) -> None:
        """Too much waits: drop the oldest that has not begun, and have a cue in its place."""
        place = 1 if self._voices[0].begun else 0
        most = _QUEUED_LIMIT_MS * SAMPLE_RATE // 1000 - gap_cue(SAMPLE_RATE).size
        while self._queued > most and len(self._voices) > 1:
            self._drop(self._voices[place])
        self._cue(place)

    def _cue_if_due(self) -> None:
        if self._gap_owed and self._since_cue_ms >= _CUE_EVERY_MS:
            self._cue(len(self._voices))

    def _cue(self, place: int) -> None:
        voice = _Voice(None, deque([gap_cue(SAMPLE_RATE)]), complete=True, gap=True)
        self._voices.insert(place, voice)
        self._queued += voice.blocks[0].size
        self._gap_owed = False
        self._since_cue_ms = 0

    def _drop(self, voice: _Voice) -> None:
        self._voices.remove(voice)
        self._queued -= sum(block.size for block in voice.blocks)
        if voice.key is not None:
            self._on_dropped(voice.key)

    def _comfort(self, mixed: Samples) -> Samples:
        limit = self._settings.comfort_tone_after_ms
        if not limit:
            return mixed
        if np.sqrt(np.dot(mixed, mixed) / mixed.size) > _QUIET_RMS:
            self._quiet_ms = 0
            self._tone.clear()
            return mixed
        self._quiet_ms += FRAME_MS
        if self._quiet_ms >= limit:
            self._quiet_ms = 0
            self._tone.extend(_TONE)
        return mixed + self._tone.popleft() if self._tone else mixed


def _towards(value: float, goal: float, most: float) -> float:
    return min(value + most, goal) if goal > value else max(value - most, goal)


def _ramp(begin: float, end: float) -> Samples:
    return np.linspace(begin, end, FRAME_SAMPLES, dtype=np.float32)


def _comfort_tone() -> list[Samples]:
    count = SAMPLE_RATE * _TONE_MS // 1000
    tone = _TONE_PEAK * np.hanning(count) * np.sin(2 * np.pi * _TONE_HZ * np.arange(count) / 16_000)
    return list(tone.astype(np.float32).reshape(-1, FRAME_SAMPLES))


_TONE = _comfort_tone()
