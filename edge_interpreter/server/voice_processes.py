"""The processes in which voices speak, as far as a synthesiser has any."""

from typing import Any

from edge_interpreter.engines.protocols import Synthesiser
from edge_interpreter.engines.voices.pico import PicoVoices
from edge_interpreter.engines.voices.piper import PiperVoices
from edge_interpreter.engines.voices.speaking import ProcessVoices

_NAMES: dict[type[ProcessVoices], str] = {PiperVoices: "piper", PicoVoices: "pico"}


def voice_processes(synthesiser: Synthesiser) -> dict[str, ProcessVoices]:
    """The voices that live in a process, by the name of the process."""
    engines: dict[str, Any] = dict(getattr(synthesiser, "engines", {}))
    found = {each for each in engines.values() if isinstance(each, ProcessVoices)}
    return {_NAMES.get(type(each), "other"): each for each in found}


def voice_starts(synthesiser: Synthesiser) -> dict[str, int]:
    """How often each of these processes was started."""
    return {name: each.starts for name, each in voice_processes(synthesiser).items()}
