"""M2M100: 100 languages in one model.

Source: M2M100 model card and M2M100Tokenizer of Transformers: the encoder reads
`__source__ pieces </s>`, the decoder begins with `__target__`.
"""

from itertools import permutations
from pathlib import Path

from edge_interpreter import languages
from edge_interpreter.engines.protocols import EngineError
from edge_interpreter.engines.translation.batching import BatchingTranslator
from edge_interpreter.engines.translation.loading import Placement, open_model, read_vocabulary
from edge_interpreter.engines.translation.nllb import PIECES, LanguageTokenTokeniser


class M2M100Translator(BatchingTranslator):
    """An M2M100 model converted to CTranslate2, with its `sentencepiece.bpe.model`.

    The pairs are those of the language tokens in its vocabulary.
    """

    def __init__(self, directory: Path, placement: Placement | None = None) -> None:
        placement = placement or Placement()
        tokens: dict[str, str] = {}
        for token in read_vocabulary(directory):
            code = token[2:-2]
            if token == f"__{code}__" and languages.is_known(code):
                tokens.setdefault(languages.normalise(code), token)
        if not tokens:
            raise EngineError(
                f"model {directory.name}: its vocabulary has no M2M100 language token"
            )
        super().__init__(
            open_model(directory, placement),
            LanguageTokenTokeniser(directory / PIECES, tokens),
            frozenset(permutations(tokens, 2)),
            placement,
        )
