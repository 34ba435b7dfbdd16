"""What WhisperLiveKit shows on its `/asr` WebSocket: all lines so far, and words that may change.

Sound goes there as 16-bit mono at 16 kHz (`--pcm-input`); no sockets here.
"""

import json
from typing import Any

from edge_interpreter.errors import UserError


class ShownText:
    """The text on a reader's screen, message by message; `over` once no more will come."""

    def __init__(self) -> None:
        self.text = ""
        self.over = False

    def take(self, message: str | bytes) -> str | None:
        """The whole text where the message changed it; raises UserError for an error told."""
        fields: dict[str, Any] = json.loads(message)
        if fields.get("error"):
            raise UserError(f"WhisperLiveKit: {fields['error']}")
        self.over = fields.get("type") == "ready_to_stop"
        if "lines" not in fields:
            return None
        lines = [str(line.get("text") or "") for line in fields["lines"]]
        text = " ".join(" ".join([*lines, str(fields.get("buffer_transcription") or "")]).split())
        if text == self.text:
            return None
        self.text = text
        return text
