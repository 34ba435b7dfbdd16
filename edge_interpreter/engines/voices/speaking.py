"""A synthesiser whose voices live in a process."""

import textwrap
from collections.abc import Iterator, Mapping

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.audio.pcm import pcm16_from_bytes
from edge_interpreter.audio.silence import trim_silence
from edge_interpreter.engines.protocols import EngineError, Speech, SpeechRequest
from edge_interpreter.engines.voices.framing import Message
from edge_interpreter.engines.voices.process import VoiceProcess
from edge_interpreter.text.spoken import spoken_form

SLOWEST = 0.5
FASTEST = 2.0
LONGEST_PIECE = 200
"""Characters spoken at once: bounds the memory of the process and the wait for the first sound."""

_BEFORE_MS = 50
_PAUSE_MS = 100
_SENTENCE_PAUSE_MS = 200


class ProcessVoices:
    """Speaks each language with its voice; `names` maps BCP-47 tags to names of voices."""

    def __init__(self, process: VoiceProcess, names: Mapping[str, str]) -> None:
        self._process = process
        self._names = dict(names)

    @property
    def starts(self) -> int:
        """How often the process was started."""
        return self._process.starts

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process.pid is not None

    def languages(self) -> frozenset[str]:
        """The languages that have a voice."""
        return frozenset(self._names)

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        """One piece for each `LONGEST_PIECE` characters, without the silence around it.

        Nothing comes of a text without letters or digits. Raises EngineError for a language
        without a voice, a voice that fails, and words that come out as no sound.
        """
        if request.language not in self._names:
            raise EngineError(f"no voice for {request.language}")
        text = spoken_form(request.text, request.language)
        for piece in textwrap.wrap(text, LONGEST_PIECE, break_on_hyphens=False):
            if any(character.isalnum() for character in piece):
                yield self._speak(piece, request)

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def prepare(self, text: str) -> str:
        """The text as the voices can read it."""
        return text

    def _speak(self, piece: str, request: SpeechRequest) -> Speech:
        header = {
            "type": "speak",
            "voice": self._names[request.language],
            "speed": min(max(request.speed, SLOWEST), FASTEST),
        }
        answers = self._process.ask(Message(header, self.prepare(piece).encode()))
        if answers[-1].type != "done":
            raise EngineError(f"the voice for {request.language} could not speak a clause")
        pause = _SENTENCE_PAUSE_MS if piece.endswith((".", "!", "?", "…", "。")) else _PAUSE_MS
        speech = _joined([answer for answer in answers if answer.type == "audio"])
        trimmed = trim_silence(speech.pcm, speech.rate, _BEFORE_MS, pause)
        if not trimmed.size:
            raise EngineError(f"the voice for {request.language} has no sound for a clause")
        return Speech(trimmed, speech.rate)


def _joined(audio: list[Message]) -> Speech:
    rate = int(str(audio[0].header["rate"])) if audio else SAMPLE_RATE
    pieces = [pcm16_from_bytes(answer.payload) for answer in audio]
    return Speech(np.concatenate([*pieces, np.empty(0, np.int16)]), rate)
