"""One translator of several models: the direct one, else two through a third language."""

from collections.abc import Callable, Sequence

from edge_interpreter.engines.protocols import (
    EngineError,
    Translation,
    TranslationRequest,
    Translator,
)
from edge_interpreter.languages import display_name, normalise

Pair = tuple[str, str]
Suggest = Callable[[Pair], Sequence[str]]
"""The ids of models that can be had for a pair, best first; the catalogue knows them."""


class RoutedTranslator:
    """One `Translator` made of several.

    The first engine that has a pair translates it. A pair that none has goes through the first
    language of `pivots` that both halves exist for. `suggest` names models for the error text of
    a missing pair.
    """

    def __init__(
        self,
        engines: Sequence[Translator],
        pivots: Sequence[str] = ("en",),
        suggest: Suggest = lambda _: (),
    ) -> None:
        self.engines = tuple(engines)
        self.max_batch = max((engine.max_batch for engine in engines), default=1)
        self._suggest = suggest
        self._direct: dict[Pair, Translator] = {}
        for engine in engines:
            for pair in engine.pairs():
                self._direct.setdefault(pair, engine)
        self._pivots = [normalise(tag) for tag in pivots]
        self._pairs = frozenset(self._direct) | {
            (source, target)
            for pivot in self._pivots
            for source, middle in self._direct
            if middle == pivot
            for start, target in self._direct
            if start == pivot and source != target
        }

    def pairs(self) -> frozenset[Pair]:
        """The pairs that have a route."""
        return self._pairs

    def route(self, source: str, target: str) -> tuple[Pair, ...]:
        """The steps from one language to another: one, two with a pivot, none for the same.

        Raises EngineError that names the pair and models that would give it.
        """
        pair = normalise(source), normalise(target)
        if pair[0] == pair[1]:
            return ()
        if pair in self._direct:
            return (pair,)
        for pivot in self._pivots:
            steps = (pair[0], pivot), (pivot, pair[1])
            if all(step in self._direct for step in steps):
                return steps
        raise EngineError(self._missing(pair))

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        """One translation per request; requests of one model and step share a batch."""
        routes = [self.route(item.source, item.target) for item in requests]
        answers = [Translation(item.text) for item in requests]
        for step in range(max(map(len, routes), default=0)):
            self._advance(step, requests, routes, answers)
        return answers

    def _advance(
        self,
        step: int,
        requests: Sequence[TranslationRequest],
        routes: Sequence[tuple[Pair, ...]],
        answers: list[Translation],
    ) -> None:
        waiting: dict[int, list[int]] = {}
        for index, route in enumerate(routes):
            if step < len(route):
                waiting.setdefault(id(self._direct[route[step]]), []).append(index)
        for indices in waiting.values():
            batch = [
                TranslationRequest(answers[i].text, *routes[i][step], careful=requests[i].careful)
                for i in indices
            ]
            engine = self._direct[routes[indices[0]][step]]
            for i, answer in zip(indices, engine.translate(batch), strict=True):
                answers[i] = Translation(answer.text, answers[i].score + answer.score)

    def _missing(self, pair: Pair) -> str:
        text = f"no installed model translates {display_name(pair[0])} to {display_name(pair[1])}"
        direct = self._suggest(pair)
        if direct:
            return f"{text}; install one with: edge-interpreter models fetch {direct[0]}" + (
                f" (or {', '.join(direct[1:4])})" if direct[1:] else ""
            )
        for pivot in self._pivots:
            steps = [
                step
                for step in ((pair[0], pivot), (pivot, pair[1]))
                if step not in self._direct and step[0] != step[1]
            ]
            ids = [self._suggest(step) for step in steps]
            if steps and all(ids):
                wanted = " ".join(choices[0] for choices in ids)
                through = display_name(pivot)
                return f"{text}; through {through} with: edge-interpreter models fetch {wanted}"
        return f"{text}, and the catalogue has none that would"
