"""Builds the engines that the configuration names."""

from dataclasses import dataclass

from edge_interpreter.engines.protocols import (
    Recogniser,
    Synthesiser,
    Translator,
    VoiceActivity,
)


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine of each kind, ready to use."""

    vad: VoiceActivity
    recogniser: Recogniser
    translator: Translator
    synthesiser: Synthesiser
