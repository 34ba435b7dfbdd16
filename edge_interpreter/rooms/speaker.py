"""One participant's voice on its way into the pipeline."""

from collections.abc import Callable

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Frame, Framer, Pcm16, ms_to_samples
from edge_interpreter.audio.level import amplitude_to_dbfs
from edge_interpreter.audio.pcm import FULL_SCALE, pcm16_from_bytes, to_float, to_pcm16
from edge_interpreter.audio.resample import StreamResampler, resample
from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.pipeline.stream import Stream
from edge_interpreter.rooms.refusal import Refusal

AHEAD_S = 5.0
FASTEST = 1.25
"""Sound may come `AHEAD_S` ahead of real time and, for longer, `FASTEST` times as fast."""
QUIET_ENDS_S = 1.0
RECORDED_MS = 30_000


class Speaker:
    """Turns blocks of samples into frames, measures them, and keeps the source in bounds.

    `record` keeps the last 30 s, so that own-language listeners can hear the speaker's own voice.
    """

    def __init__(
        self, stream: Stream, rate: int, clock: Callable[[], float], *, record: bool = False
    ) -> None:
        self.stream = stream
        self._clock = clock
        self._framer = Framer()
        self._allowance_s = AHEAD_S
        self._counted_at = clock()
        self._heard_at: float | None = None
        self._used_at = clock()
        self._open = False
        self._peak = 0.0
        self._record: list[Frame] | None = [] if record else None
        self.set_rate(rate)

    @property
    def language(self) -> str | None:
        """What this voice is taken to speak, once that is known."""
        return self.stream.language.current

    def set_rate(self, rate: int) -> None:
        """Blocks from now on have this sampling rate in Hz."""
        self._rate = rate
        self._resampler = StreamResampler(rate, SAMPLE_RATE)

    def sound(self, data: bytes) -> None:
        """Take a block of s16le samples. Raises Refusal where it comes too fast."""
        pcm = pcm16_from_bytes(data)
        self._count(pcm.size / self._rate)
        self._used_at = self._heard_at = self._clock()
        self._peak = max(self._peak, float(np.max(np.abs(pcm.astype(np.int32)))) / FULL_SCALE)
        self._feed(self._framer.push(self._resampler.push(to_float(pcm))))

    def say(self, text: str, language: str) -> None:
        """Take a typed line."""
        self._used_at = self._clock()
        self.stream.say(text, language)

    def end_utterance(self) -> None:
        """The button was released, the microphone muted, or no more sound comes."""
        if self._open:
            self._open = False
            self._feed(self._framer.flush(), opens=False)
            self.stream.flush()

    def tick(self) -> None:
        """End the utterance of a source that went silent without saying so."""
        if self._open and self.silent_s() > QUIET_ENDS_S:
            self.end_utterance()

    def take_level_dbfs(self) -> float:
        """Peak since the last call, in dBFS."""
        peak, self._peak = self._peak, 0.0
        return amplitude_to_dbfs(peak)

    def silent_s(self) -> float:
        """Seconds since sound last came; -1 where none ever did."""
        return -1.0 if self._heard_at is None else self._clock() - self._heard_at

    def unused_s(self) -> float:
        """Seconds since anything was said or typed."""
        return self._clock() - self._used_at

    def recorded(self, start_ms: int, end_ms: int) -> Pcm16:
        """The speaker's own voice in that stretch at `SPEECH_RATE`, as far as it is kept."""
        start, end = ms_to_samples(start_ms), ms_to_samples(end_ms)
        kept = [f.samples for f in self._record or [] if start <= f.position < end]
        if not kept:
            return np.empty(0, np.int16)
        return to_pcm16(resample(np.concatenate(kept), SAMPLE_RATE, SPEECH_RATE))

    def _count(self, seconds: float) -> None:
        now = self._clock()
        gained = (now - self._counted_at) * FASTEST
        self._counted_at = now
        self._allowance_s = min(AHEAD_S, self._allowance_s + gained)
        if seconds > self._allowance_s:
            raise Refusal("audio_too_fast", "sound comes faster than it would play")
        self._allowance_s -= seconds

    def _feed(self, frames: list[Frame], *, opens: bool = True) -> None:
        for frame in frames:
            self._open = opens
            if self._record is not None:
                self._record.append(frame)
            self.stream.feed(frame)
        if self._record and len(self._record) * 20 > RECORDED_MS:
            del self._record[: len(self._record) - RECORDED_MS // 20]
