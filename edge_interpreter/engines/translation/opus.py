"""OPUS-MT: Marian models of one language pair, or of several targets behind a `>>xxx<<` token.

Source: Helsinki-NLP/opus-mt-* model cards; MarianTokenizer in Transformers for the sequences
(`[>>target<<] pieces </s>`).
"""

from collections.abc import Sequence
from itertools import product
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

# Moses' normalize-punctuation, which these models were trained behind, for what is left of it
# outside spacing.
_PUNCTUATION = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "‚": ",",
        "´": "'",
        "`": "'",
        "–": "-",
        "…": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)


class OpusTokeniser:
    """SentencePiece on each side, and the target token where the model has them.

    `target_pieces` are the tokens that the model was trained to answer with.
    """

    def __init__(self, directory: Path) -> None:
        vocabulary = read_vocabulary(directory)
        self._source = open_pieces(directory / "source.spm")
        self._target = open_pieces(directory / "target.spm")
        known = {self._target.id_to_piece(i) for i in range(self._target.get_piece_size())}
        self.target_pieces = [token for token in vocabulary if token in known]
        self.target_tokens = _target_tokens(vocabulary)

    def affixes(self, _source: str, target: str, /) -> Affixes:
        """The target token of a multilingual model, else only the end of the sentence."""
        token = self.target_tokens.get(target)
        return Affixes(before=(token,) if token else ())

    def encode(self, text: str) -> list[str]:
        """Pieces of a sentence."""
        pieces: list[str] = self._source.encode(text.translate(_PUNCTUATION), out_type=str)
        return pieces

    def decode(self, pieces: Sequence[str]) -> str:
        """Text of target pieces."""
        return str(self._target.decode(list(pieces))).strip()


class OpusTranslator(BatchingTranslator):
    """An OPUS-MT model converted to CTranslate2, with its `source.spm` and `target.spm`.

    Half of the shared vocabulary is the source language's and never a right answer; leaving it
    out of the search changes no translation and saves about a tenth of its time.
    """

    def __init__(
        self,
        directory: Path,
        sources: Sequence[str],
        targets: Sequence[str],
        placement: Placement | None = None,
    ) -> None:
        placement = placement or Placement()
        tokeniser = OpusTokeniser(directory)
        known = tokeniser.target_tokens
        lacking = [tag for tag in targets if languages.normalise(tag) not in known]
        if len(targets) > 1 and lacking:
            raise EngineError(f"model {directory.name} has no target token for {lacking[0]}")
        model = open_model(directory, placement, tokeniser.target_pieces)
        pairs = _pairs(sources, targets)
        super().__init__(model, tokeniser, pairs, placement, use_vmap=True)


def _pairs(sources: Sequence[str], targets: Sequence[str]) -> frozenset[tuple[str, str]]:
    tags = product(map(languages.normalise, sources), map(languages.normalise, targets))
    return frozenset((source, target) for source, target in tags if source != target)


def _target_tokens(vocabulary: Sequence[str]) -> dict[str, str]:
    """Language tag → token; where several name one language, the one of its usual script."""
    found: dict[str, list[str]] = {}
    for token in vocabulary:
        code = token[2:-2]
        if token == f">>{code}<<" and languages.is_known(code):
            found.setdefault(languages.normalise(code), []).append(token)
    return {
        tag: min(tokens, key=lambda token: _oddity(tag, token)) for tag, tokens in found.items()
    }


def _oddity(tag: str, token: str) -> tuple[int, int, str]:
    """How unusual a token is for a language: >>cmn_Hans<< before >>cmn<< before >>cmn_Bopo<<."""
    script = next((part for part in token[2:-2].split("_")[1:] if len(part) == 4), "")
    usual = script == languages.find(tag).script
    return 0 if usual else 1 if not script else 2, len(token), token
