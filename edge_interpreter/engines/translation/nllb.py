"""NLLB-200: 202 languages in one model.

Source: NLLB-200 model card and the corrected NllbTokenizer of Transformers (≥ 4.34): the encoder
reads `source_language pieces </s>`, the decoder begins with the target language token.
"""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

from edge_interpreter import languages
from edge_interpreter.engines.protocols import EngineError
from edge_interpreter.engines.translation.batching import Affixes, BatchingTranslator
from edge_interpreter.engines.translation.loading import (
    Placement,
    open_model,
    open_pieces,
    read_vocabulary,
)

PIECES = "sentencepiece.bpe.model"


class LanguageTokenTokeniser:
    """SentencePiece with a language token before the source and before the target.

    `tokens` maps a BCP-47 tag to the model's token of that language.
    """

    def __init__(self, pieces: Path, tokens: dict[str, str]) -> None:
        self._pieces = open_pieces(pieces)
        self._tokens = tokens

    def affixes(self, source: str, target: str, /) -> Affixes:
        """Source language token first, `</s>` last, target language token for the decoder."""
        return Affixes(
            before=(self._tokens[source],),
            after=("</s>",),
            target_prefix=(self._tokens[target],),
        )

    def encode(self, text: str) -> list[str]:
        """Pieces of a sentence."""
        pieces: list[str] = self._pieces.encode(text, out_type=str)
        return pieces

    def decode(self, pieces: Sequence[str]) -> str:
        """Text of target pieces."""
        return str(self._pieces.decode(list(pieces))).strip()


class NllbTranslator(BatchingTranslator):
    """An NLLB-200 model converted to CTranslate2, with its `sentencepiece.bpe.model`.

    The pairs are those of the language tokens in its vocabulary.
    """

    def __init__(self, directory: Path, placement: Placement | None = None) -> None:
        placement = placement or Placement()
        vocabulary = set(read_vocabulary(directory))
        tokens = {
            item.tag: item.flores
            for item in languages.all_languages()
            if item.flores and item.flores in vocabulary
        }
        if not tokens:
            raise EngineError(f"model {directory.name}: its vocabulary has no NLLB language token")
        super().__init__(
            open_model(directory, placement),
            LanguageTokenTokeniser(directory / PIECES, tokens),
            frozenset(permutations(tokens, 2)),
            placement,
        )
