"""The sound of something missing, as a listener of a room gets it."""

from edge_interpreter.audio.gap_cue import gap_cue
from edge_interpreter.audio.pcm import pcm16_to_bytes, to_pcm16
from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.rooms.messages import Speech
from edge_interpreter.rooms.parcel import Parcel

_SOUND = pcm16_to_bytes(to_pcm16(gap_cue(SPEECH_RATE)))
CUE_S = len(_SOUND) / 2 / SPEECH_RATE


def cue(speaker: str, utterance: str, language: str) -> Parcel:
    """For the listeners of a language: an utterance, or part of it, will not be heard."""
    header = Speech(
        utterance=utterance,
        speaker=speaker,
        language=language,
        kind="gap",
        piece=0,
        last=True,
        rate=SPEECH_RATE,
        speed=1.0,
        bytes=len(_SOUND),
    )
    return Parcel(header, _SOUND)
