"""Speaks the configured announcements, each synthesised once per language."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Pcm16, Samples
from edge_interpreter.audio.pcm import to_float
from edge_interpreter.audio.resample import resample
from edge_interpreter.calls.model import Announcement
from edge_interpreter.config.calls import Announcements
from edge_interpreter.languages import same_language
from edge_interpreter.pipeline.events import SPEECH_RATE

FALLBACK = "en"
"""The language of a notice that must be heard and has no text or voice in the right one."""

log = logging.getLogger(__name__)


class Announcer:
    """Turns announcements into sound; `speak` gives pieces of speech at `SPEECH_RATE`.

    `notice` says that a call is kept in writing, by language.
    """

    def __init__(
        self,
        texts: Announcements,
        speak: Callable[[str, str], AsyncIterator[Pcm16]],
        notice: Mapping[str, str] | None = None,
    ) -> None:
        self._speak = speak
        self._notice = notice or {}
        self.use(texts)

    def use(self, texts: Announcements) -> None:
        """Have other texts from now on."""
        self._texts: Mapping[Announcement, Mapping[str, str]] = {
            Announcement.WAITING: texts.waiting,
            Announcement.CONNECTED: texts.connected,
            Announcement.KEPT: self._notice,
        }
        self._spoken: dict[tuple[Announcement, str], Samples] = {}

    async def speech(self, announcement: Announcement, language: str) -> Samples | None:
        """The announcement at 16 kHz; None where there is no text or voice in `language`."""
        text = self._text(announcement, language)
        if text is None:
            told = self._must_be_told(announcement, language)
            return await self.speech(announcement, FALLBACK) if told else None
        key = (announcement, language)
        if key not in self._spoken:
            pieces = [piece async for piece in self._speak(text, language)]
            if not pieces and self._must_be_told(announcement, language):
                return await self.speech(announcement, FALLBACK)
            if not pieces:
                log.warning("no voice for announcements in %s", language)
                return None
            whole = to_float(np.concatenate(pieces))
            self._spoken[key] = resample(whole, SPEECH_RATE, SAMPLE_RATE)
        return self._spoken[key]

    @staticmethod
    def _must_be_told(announcement: Announcement, language: str) -> bool:
        return announcement is Announcement.KEPT and not same_language(language, FALLBACK)

    def _text(self, announcement: Announcement, language: str) -> str | None:
        texts = self._texts[announcement]
        return next((text for tag, text in texts.items() if same_language(tag, language)), None)
