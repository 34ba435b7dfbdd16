import numpy as np
import pytest

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.evaluation.captions_shown import CaptionDelays, errors_of
from edge_interpreter.evaluation.playing import Played


def recording(sent: float) -> Played:
    """Half a second of silence, a second of speech, half a second of silence."""
    quiet = np.zeros(SAMPLE_RATE // 2, np.float32)
    sound = np.concatenate((quiet, np.full(SAMPLE_RATE, 0.3, np.float32), quiet))
    return Played("", sound, round(sent * SAMPLE_RATE), sent)


def test_first_and_final_captions_are_timed_from_the_sound_itself() -> None:
    delays = CaptionDelays()

    delays.add([1.3, 1.8, 2.0, 11.0, 14.9], [recording(0.0), recording(10.0)], over=14.0)

    assert delays.first_ms == pytest.approx([780, 480])
    assert delays.final_ms == pytest.approx([500, -500])
    assert delays.missing == 0


def test_what_changes_before_anybody_speaks_is_no_caption_of_it() -> None:
    delays = CaptionDelays()

    delays.add([0.1, 10.2], [recording(0.0), recording(10.0)], over=14.0)

    assert delays.figures()["without_caption"] == 2
    assert delays.figures()["final_caption_ms"] == {"p50": None, "p95": None}


def test_words_are_counted_over_all_that_stayed_on_the_screen() -> None:
    errors = errors_of(["Please hold.", "You have no messages."], "please you have messages", "en")

    assert (errors.words, errors.deletions) == (6, 2)
    assert errors_of([], "Thanks for watching!", "en").insertions == 3
