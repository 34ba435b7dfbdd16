import json

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.whisperlivekit import ShownText


def update(line: str, provisional: str = "") -> str:
    """A message as WhisperLiveKit 0.2.26 sends it, without the times of its own progress."""
    lines = [{"speaker": 1, "text": line, "start": "0:00:00.14", "end": "0:00:00.92"}]
    return json.dumps(
        {
            "status": "active_transcription",
            "lines": lines if line else [],
            "buffer_transcription": provisional,
            "buffer_diarization": "",
            "buffer_translation": "",
        }
    )


def test_only_what_changes_the_words_on_the_screen_is_a_change() -> None:
    shown = ShownText()

    changes = [
        shown.take(message)
        for message in (
            '{"type":"config","useAudioWorklet":true,"mode":"full"}',
            update(""),
            update("", " Login"),
            update(" Login"),
            update(" Login incorrect", " Please enter"),
            '{"type":"ready_to_stop"}',
        )
    ]

    assert changes == [None, None, "Login", None, "Login incorrect Please enter", None]
    assert shown.over


def test_an_error_that_it_tells_ends_the_bench() -> None:
    with pytest.raises(UserError, match="WhisperLiveKit: FFmpeg is missing"):
        ShownText().take('{"status": "error", "error": "FFmpeg is missing"}')
