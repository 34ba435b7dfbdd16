"""SVOX Pico: the voice where no better one is installed; six languages in 10 MB."""

import unicodedata
from collections.abc import Iterable

from edge_interpreter.engines.protocols import EngineError
from edge_interpreter.engines.voices.process import VoiceProcess, python_command
from edge_interpreter.engines.voices.routing import best_tag
from edge_interpreter.engines.voices.speaking import ProcessVoices

_MODULE = "edge_interpreter.engines.voices.pico_worker"
VOICES = {
    "en": "en-US",
    "en-GB": "en-GB",
    "de": "de-DE",
    "es": "es-ES",
    "fr": "fr-FR",
    "it": "it-IT",
}
# It takes <speed level="9"> and the like for orders, a backslash too.
_MARKUP = str.maketrans(dict.fromkeys('<>\\&"', " "))
_LATIN = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h", "ŋ": "ng"})


class PicoVoices(ProcessVoices):
    """Pico for those languages (BCP-47 tags); raises EngineError for one it does not speak."""

    def __init__(self, languages: Iterable[str] = tuple(VOICES)) -> None:
        names = {}
        for language in languages:
            tag = best_tag(language, VOICES)
            if tag is None:
                known = ", ".join(VOICES)
                raise EngineError(f"Pico does not speak {language}; it speaks: {known}")
            names[language] = VOICES[tag]
        super().__init__(VoiceProcess("pico", python_command(_MODULE)), names)

    def start(self) -> None:
        """Start the process now instead of with the first clause; raises EngineError."""
        if any(answer.type == "failed" for answer in self._process.start()):
            raise EngineError("Pico voices need the package py-nanotts, which is not installed")

    def prepare(self, text: str) -> str:
        """Without markup, letters that Pico does not know (beyond Windows-1252) made plain."""
        return "".join(map(_readable, text.translate(_MARKUP).translate(_LATIN)))


def _readable(character: str) -> str:
    if _in_windows_1252(character):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(part for part in plain if _in_windows_1252(part)) or " "


def _in_windows_1252(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
