"""The kinds of engine."""

from enum import StrEnum


class Role(StrEnum):
    """The four kinds of engine; each has its own workers."""

    VOICE_ACTIVITY = "voice_activity"
    RECOGNISER = "recogniser"
    TRANSLATOR = "translator"
    SYNTHESISER = "synthesiser"
