"""Argos Translate packages: one pair, one SentencePiece model for both sides.

A package unpacks to `metadata.json`, `sentencepiece.model` and `model/`. Source: Argos Translate
1.9, `translate.py` and `tokenizer.py` (no end-of-sentence token; `target_prefix` of the metadata).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_interpreter import languages
from edge_interpreter.engines.translation.batching import Affixes, BatchingTranslator
from edge_interpreter.engines.translation.loading import (
    Placement,
    broken,
    open_model,
    open_pieces,
    require,
)

# Codes of the Argos index that are not BCP-47.
_ARGOS_CODES = {"zt": "zh-Hant", "pb": "pt-BR"}


class ArgosTokeniser:
    """The package's SentencePiece model, and the target prefix of a multilingual one."""

    def __init__(self, pieces: Path, target_prefix: str) -> None:
        self._pieces = open_pieces(pieces)
        prefix = (target_prefix,) if target_prefix else ()
        self._affixes = Affixes(after=(), target_prefix=prefix)

    def affixes(self, _source: str, _target: str, /) -> Affixes:
        """No special token but the target prefix, if any."""
        return self._affixes

    def encode(self, text: str) -> list[str]:
        """Pieces of a sentence."""
        pieces: list[str] = self._pieces.encode(text, out_type=str)
        return pieces

    def decode(self, pieces: Sequence[str]) -> str:
        """Text of target pieces; joined by hand, as Argos does."""
        return "".join(pieces).replace("▁", " ").strip()


class ArgosTranslator(BatchingTranslator):
    """An unpacked Argos package."""

    def __init__(self, directory: Path, placement: Placement | None = None) -> None:
        placement = placement or Placement()
        metadata = _metadata(directory)
        require(directory, "sentencepiece.model", "model/model.bin")
        tokeniser = ArgosTokeniser(
            directory / "sentencepiece.model", str(metadata.get("target_prefix", ""))
        )
        pair = (_tag(metadata["from_code"]), _tag(metadata["to_code"]))
        model = open_model(directory / "model", placement)
        super().__init__(model, tokeniser, frozenset({pair}), placement)


def _tag(code: object) -> str:
    return languages.normalise(_ARGOS_CODES.get(str(code), str(code)))


def _metadata(directory: Path) -> dict[str, Any]:
    require(directory, "metadata.json")
    path = directory / "metadata.json"
    try:
        metadata = json.loads(path.read_text("utf-8"))
        for key in ("from_code", "to_code"):
            _tag(metadata[key])
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise broken(path, failure) from failure
    return dict(metadata)
