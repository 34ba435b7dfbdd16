"""What a participant may not do or cannot have."""


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """Something is not done: `code` is a word of the protocol, `text` is for people.

    The text never holds what was said.
    """

    def __init__(self, code: str, text: str, retry_after_s: int | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.retry_after_s = retry_after_s
