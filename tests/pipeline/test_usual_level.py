import numpy as np

from edge_interpreter.audio.frames import Samples
from edge_interpreter.pipeline.usual_level import UsualLevel


def voice(amplitude: float) -> Samples:
    """Half a second of a tone, and as much silence."""
    tone = amplitude * np.sin(np.arange(8_000) / 5)
    return np.concatenate([tone, np.zeros(8_000)]).astype(np.float32)


def test_nothing_is_distant_before_the_speaker_is_known() -> None:
    level = UsualLevel()
    level.note(voice(0.5))
    assert not level.is_distant(voice(0.01))


def test_a_much_quieter_voice_is_distant_and_a_whisper_is_not() -> None:
    level = UsualLevel()
    for amplitude in (0.5, 0.3, 0.4):
        level.note(voice(amplitude))
    assert level.is_distant(voice(0.07))
    assert not level.is_distant(voice(0.15))


def test_who_moves_away_and_is_understood_is_followed() -> None:
    level = UsualLevel()
    for amplitude in [0.5] * 6 + [0.05] * 8:
        level.note(voice(amplitude))
    assert not level.is_distant(voice(0.04))
