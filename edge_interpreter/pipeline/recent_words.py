"""What a speaker said just before: context for recognising how they go on."""

LONGEST_PAUSE_MS = 1_000
"""After a longer pause something else may be said, and old words mislead more than they help."""
MOST_CHARACTERS = 200


class RecentWords:
    """The last words of one speaker, in one language.

    Forgotten after a failed check, since a decoder that is shown its own mistakes repeats them
    (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, section
    4.5).
    """

    def __init__(self) -> None:
        self._text = ""
        self._language = ""
        self._end_ms = 0

    def note(self, text: str, language: str, end_ms: int) -> None:
        """An utterance that passed its checks; `end_ms` counts from the stream's beginning."""
        before = self._text if language == self._language else ""
        self._text = f"{before} {text}".strip()[-MOST_CHARACTERS:]
        self._language = language
        self._end_ms = end_ms

    def forget(self) -> None:
        """What was heard cannot be trusted."""
        self._text = ""

    def before(self, start_ms: int, language: str | None) -> str:
        """The words just before an utterance, if it goes on from them in the same language."""
        recent = 0 <= start_ms - self._end_ms <= LONGEST_PAUSE_MS
        return self._text if recent and language in (None, self._language) else ""
