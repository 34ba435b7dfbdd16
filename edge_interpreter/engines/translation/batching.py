"""Runs token sequences of many requests through one CTranslate2 model together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ctranslate2

from edge_interpreter.engines.protocols import (
    EngineError,
    Translation,
    TranslationRequest,
)
from edge_interpreter.engines.translation.loading import Placement
from edge_interpreter.languages import display_name, normalise

# Marian models have 512 positions, for the source and for the target, which may be twice as long.
MAX_SOURCE_TOKENS = 200
MAX_TARGET_TOKENS = 500
WORD_START = "▁"
# A translation that needs more tokens than this has gone wrong; a short one may double.
_LENGTH_FACTOR = 2.0
_LENGTH_SLACK = 24
_CAREFUL: dict[str, Any] = {"repetition_penalty": 1.15, "no_repeat_ngram_size": 4}
_CAREFUL_BEAM = 4


@dataclass(frozen=True, slots=True)
class Affixes:
    """Special tokens of one language pair around the pieces of a sentence."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ("</s>",)
    target_prefix: tuple[str, ...] = ()


class Tokeniser(Protocol):
    """What differs between model families."""

    def affixes(self, source: str, target: str, /) -> Affixes:
        """The special tokens for a pair."""
        ...

    def encode(self, text: str) -> list[str]:
        """The pieces of a sentence, without special tokens."""
        ...

    def decode(self, pieces: Sequence[str]) -> str:
        """The text of translated pieces, without special tokens."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of request number `index` that fits the model."""

    index: int
    tokens: list[str]
    prefix: list[str]


class BatchingTranslator:
    """A `Translator` over one CTranslate2 model; safe to call from several threads.

    Sentences of any length are accepted: one beyond the model's positions is translated in
    parts. Raises EngineError for a pair that the model lacks or when the device fails.
    """

    def __init__(
        self,
        model: ctranslate2.Translator,
        tokeniser: Tokeniser,
        pairs: frozenset[tuple[str, str]],
        placement: Placement,
        *,
        use_vmap: bool = False,
    ) -> None:
        self.max_batch = placement.max_batch
        self._model = model
        self._tokeniser = tokeniser
        self._pairs = pairs
        self._beam = placement.beam
        self._use_vmap = use_vmap

    @property
    def placed(self) -> tuple[str, str]:
        """The device and the number format that the model runs with."""
        return str(self._model.device), str(self._model.compute_type)

    def pairs(self) -> frozenset[tuple[str, str]]:
        """The (source, target) pairs of the model."""
        return self._pairs

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        """One translation per request, ordinary and careful ones each as one batch."""
        parts = [part for index, item in enumerate(requests) for part in self._parts(index, item)]
        answers: dict[int, list[Translation]] = {}
        for careful in (False, True):
            chosen = [part for part in parts if requests[part.index].careful is careful]
            for part, answer in zip(chosen, self._run(chosen, careful), strict=True):
                answers.setdefault(part.index, []).append(answer)
        return [_joined(answers.get(index, [])) for index in range(len(requests))]

    def _parts(self, index: int, request: TranslationRequest) -> list[_Part]:
        pair = normalise(request.source), normalise(request.target)
        if pair not in self._pairs:
            raise EngineError(
                f"this model does not translate {display_name(pair[0])} to {display_name(pair[1])}"
            )
        affixes = self._tokeniser.affixes(*pair)
        return [
            _Part(index, [*affixes.before, *pieces, *affixes.after], list(affixes.target_prefix))
            for pieces in _cut(self._tokeniser.encode(request.text))
        ]

    def _run(self, parts: list[_Part], careful: bool) -> list[Translation]:
        if not parts:
            return []
        longest = max(len(part.tokens) for part in parts)
        with_prefix = any(part.prefix for part in parts)
        try:
            results = self._model.translate_batch(
                [part.tokens for part in parts],
                target_prefix=[part.prefix for part in parts] if with_prefix else None,
                max_batch_size=self.max_batch,
                beam_size=max(self._beam, _CAREFUL_BEAM) if careful else self._beam,
                max_decoding_length=min(
                    MAX_TARGET_TOKENS, int(longest * _LENGTH_FACTOR) + _LENGTH_SLACK
                ),
                disable_unk=True,
                use_vmap=self._use_vmap,
                return_scores=True,
                **(_CAREFUL if careful else {}),
            )
        except (RuntimeError, ValueError) as failure:
            raise EngineError(f"translation failed on {self._model.device}: {failure}") from failure
        return [
            Translation(
                self._tokeniser.decode(result.hypotheses[0][len(part.prefix) :]),
                float(result.scores[0]),
            )
            for part, result in zip(parts, results, strict=True)
        ]


def _cut(pieces: list[str]) -> list[list[str]]:
    """Pieces in runs that fit the model, cut between words where there is one."""
    runs = []
    while len(pieces) > MAX_SOURCE_TOKENS:
        end = MAX_SOURCE_TOKENS
        while end > 1 and not pieces[end].startswith(WORD_START):
            end -= 1
        end = end if end > 1 else MAX_SOURCE_TOKENS
        runs.append(pieces[:end])
        pieces = pieces[end:]
    return [*runs, pieces] if pieces else runs


def _joined(parts: list[Translation]) -> Translation:
    if len(parts) == 1:
        return parts[0]
    text = " ".join(part.text for part in parts)
    return Translation(text, min((part.score for part in parts), default=0.0))
