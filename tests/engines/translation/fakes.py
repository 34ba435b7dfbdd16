"""Translators whose answers a test decides."""

from collections.abc import Callable, Sequence

from edge_interpreter.engines.protocols import Translation, TranslationRequest

Answer = Callable[[TranslationRequest], str]


class FakeTranslator:
    """Answers each request by a function and remembers the batches it was given."""

    def __init__(self, pairs: set[tuple[str, str]], answer: Answer, max_batch: int = 8) -> None:
        self.max_batch = max_batch
        self.batches: list[list[TranslationRequest]] = []
        self._pairs = frozenset(pairs)
        self._answer = answer

    def pairs(self) -> frozenset[tuple[str, str]]:
        return self._pairs

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        self.batches.append(list(requests))
        return [Translation(self._answer(item), -0.5) for item in requests]


def dictionary(table: dict[str, str]) -> Answer:
    """Answers from a table of text, the text itself where it is not in it."""
    return lambda request: table.get(request.text, request.text)
