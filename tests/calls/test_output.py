"""What a side of a call hears."""

import numpy as np

from edge_interpreter.audio.frames import FRAME_SAMPLES, Samples
from edge_interpreter.calls.output import OutputMixer, OutputSettings


class Heard:
    """A mixer and what it told."""

    def __init__(self, settings: OutputSettings = OutputSettings()) -> None:  # noqa: B008
        self.played: list[int] = []
        self.dropped: list[int] = []
        self.mixer = OutputMixer(settings, self.played.append, self.dropped.append)

    def frames(self, count: int, original: float | None = None) -> Samples:
        frame = None if original is None else np.full(FRAME_SAMPLES, original, np.float32)
        return np.concatenate([self.mixer.next(frame) for _ in range(count)])


def voice(milliseconds: int, level: float = 0.5) -> Samples:
    return np.full(16 * milliseconds, level, np.float32)


def test_same_language_passes_through_untouched() -> None:
    heard = Heard()
    original = np.random.default_rng(1).uniform(-1, 1, FRAME_SAMPLES).astype(np.float32)
    assert np.array_equal(heard.mixer.next(original), original)


def test_the_original_is_lowered_without_a_step_and_the_translation_is_not() -> None:
    heard = Heard(OutputSettings(original_gain=0.1))
    heard.mixer.interpreted = True
    sound = heard.frames(10, original=0.4)
    assert np.abs(np.diff(sound)).max() < 0.001
    assert np.isclose(sound[-1], 0.04, atol=1e-4)
    heard.mixer.speak(1, voice(60), last=True)
    assert np.allclose(heard.frames(3, original=0.4), 0.54, atol=1e-3)


def test_the_original_can_be_left_out() -> None:
    heard = Heard(OutputSettings(original_gain=0.0))
    heard.mixer.interpreted = True
    heard.frames(10, original=0.4)
    assert not heard.frames(2, original=0.4).any()


def test_translations_are_played_one_after_the_other_and_told_when_they_begin() -> None:
    heard = Heard()
    heard.mixer.speak(1, voice(30, 0.1), last=False)
    heard.mixer.speak(2, voice(20, 0.2), last=True)
    heard.mixer.speak(1, voice(10, 0.1), last=True)
    assert heard.frames(1).tolist() == voice(20, 0.1).tolist()
    assert heard.played == [1]
    heard.frames(1)
    assert np.allclose(heard.frames(1), 0.2)
    assert heard.played == [1, 2]
    assert not heard.frames(1).any()
    assert heard.mixer.queued_ms == 0


def test_a_translation_that_is_not_whole_yet_goes_on_after_a_pause() -> None:
    heard = Heard()
    heard.mixer.speak(1, voice(20), last=False)
    heard.frames(1)
    assert not heard.frames(2).any()
    heard.mixer.speak(1, voice(20), last=True)
    assert heard.frames(1).all()


def test_speech_that_will_not_come_does_not_block_the_next() -> None:
    heard = Heard()
    heard.mixer.speak(1, voice(20), last=False)
    heard.mixer.speak(2, voice(20, 0.2), last=True)
    heard.mixer.give_up(1)
    heard.frames(1)
    assert np.allclose(heard.frames(1), 0.2)


def test_speaking_over_a_translation_fades_it_and_the_next_is_heard() -> None:
    heard = Heard(OutputSettings(barge_in="fade"))
    heard.mixer.speak(1, voice(2000), last=True)
    heard.mixer.speak(2, voice(100, 0.2), last=True)
    heard.frames(5)
    heard.mixer.talk_over(True)
    fading = heard.frames(9)
    assert heard.dropped == [1]
    assert np.abs(np.diff(fading)).max() < 0.3
    assert np.all(np.diff(fading[: 8 * FRAME_SAMPLES]) <= 0)
    assert heard.played == [1, 2]


def test_or_the_translation_waits() -> None:
    heard = Heard(OutputSettings(barge_in="wait"))
    heard.mixer.speak(1, voice(1000), last=True)
    heard.frames(5)
    heard.mixer.talk_over(True)
    heard.frames(8)
    before = heard.mixer.queued_ms
    assert not heard.frames(20).any()
    assert heard.mixer.queued_ms == before
    heard.mixer.talk_over(False)
    heard.frames(9)
    assert heard.mixer.queued_ms < before
    assert heard.dropped == []


def test_an_announcement_is_heard_first_and_not_interrupted() -> None:
    heard = Heard()
    heard.mixer.speak(1, voice(40, 0.1), last=True)
    heard.mixer.announce(voice(40, 0.3))
    heard.frames(1)
    heard.mixer.talk_over(True)
    assert np.allclose(heard.frames(1), 0.3)
    assert np.allclose(heard.frames(1), 0.1)


def test_a_soft_tone_after_a_long_silence_and_none_over_speech() -> None:
    heard = Heard(OutputSettings(comfort_tone_after_ms=1000))
    assert not heard.frames(49).any()
    tone = heard.frames(16)
    assert 0.005 < np.abs(tone).max() < 0.03
    heard.frames(5, original=0.2)
    assert not heard.frames(40).any()


def test_what_waits_is_bounded() -> None:
    heard = Heard()
    for key in range(40):
        heard.mixer.speak(key, voice(1000), last=True)
    assert heard.mixer.queued_ms <= 30_000
    assert heard.dropped == list(range(11))


def test_loud_sounds_together_are_clipped_not_wrapped() -> None:
    heard = Heard()
    heard.mixer.speak(1, voice(20, 0.9), last=True)
    assert heard.frames(1, original=0.9).max() == 1.0


def test_a_gap_is_a_quiet_cue_in_its_turn() -> None:
    heard = Heard()
    heard.mixer.speak(1, voice(40), last=True)
    heard.mixer.mark_gap()
    heard.mixer.mark_gap()
    heard.mixer.speak(2, voice(40), last=True)
    sound = heard.frames(20)
    cue = sound[16 * 40 : 16 * 280]
    assert 0.01 < np.abs(cue).max() < 0.1
    assert np.allclose(sound[16 * 280 : 16 * 320], 0.5)
    assert heard.played == [1, 2]


def test_what_is_lost_again_and_again_is_a_cue_every_five_seconds() -> None:
    heard = Heard()
    parts = []
    for _ in range(500):
        heard.mixer.mark_gap()
        parts.append(heard.frames(1))
    begins = cues(np.concatenate(parts))
    assert begins == [0, 5.0]
    assert cues(heard.frames(500)) == [0]


def test_what_is_lost_soon_after_a_cue_has_its_own_later() -> None:
    heard = Heard()
    heard.mixer.mark_gap()
    heard.frames(50)
    heard.mixer.mark_gap()
    assert cues(heard.frames(450)) == [4.0]


def cues(sound: Samples) -> list[float]:
    """When, in seconds, something began after a silence of a second or more."""
    loud = np.flatnonzero(np.abs(sound) > 1e-3)
    first = loud[np.diff(loud, prepend=-16_000 - FRAME_SAMPLES) > 16_000]
    return [round(float(at) / 16_000, 1) for at in first]


def test_what_is_left_out_for_want_of_time_is_heard_to_be_missing() -> None:
    heard = Heard()
    for key in range(40):
        heard.mixer.speak(key, voice(1000), last=True)
    assert heard.dropped
    assert 0.01 < np.abs(heard.frames(12)).max() < 0.1
    heard.frames(1)
    assert heard.played == [len(heard.dropped)]
