"""How likely a translation is, by the OPUS-MT model of a pair and its opposite."""

from functools import cache

import ctranslate2

from edge_interpreter.config.tree import Config
from edge_interpreter.engines.protocols import TranslationRequest, Translator
from edge_interpreter.engines.translation.loading import Placement, open_model, open_pieces
from edge_interpreter.engines.translation.opus import OpusTokeniser
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore


class OpusLikelihood:
    """Scores translations from `source` to `target`; `translator` has the way back."""

    def __init__(
        self, config: Config, model: str, translator: Translator, source: str, target: str
    ) -> None:
        directory = ModelStore(config.models.directory, Catalog.load()).path(model)
        section = config.translator
        placement = Placement(section.device, section.compute_type, section.threads)
        self._model: ctranslate2.Translator = open_model(directory, placement)
        self._tokeniser = OpusTokeniser(directory)
        self._target_pieces = open_pieces(directory / "target.spm")
        self._pair = source, target
        self._translator = translator
        self.back = cache(self._back)

    def likelihoods(self, sentences: list[str], translation: str) -> list[float]:
        """Mean log-probability a token of the translation, given each sentence."""
        affixes = self._tokeniser.affixes(*self._pair)
        sources = [
            [*affixes.before, *self._tokeniser.encode(text), *affixes.after] for text in sentences
        ]
        target = self._target_pieces.encode(translation, out_type=str)
        scored = self._model.score_batch(sources, [target] * len(sources))
        return [sum(each.log_probs) / len(each.log_probs) for each in scored]

    def _back(self, translation: str) -> str:
        source, target = self._pair
        (answer,) = self._translator.translate([TranslationRequest(translation, target, source)])
        return answer.text


def open_likelihood(
    config: Config, translator: Translator, source: str, target: str
) -> OpusLikelihood | None:
    """The model that translates the pair, where it is an OPUS-MT model and there is a way back."""
    if (target, source) not in translator.pairs():
        return None
    catalog = Catalog.load()
    for name in config.translator.models:
        model = catalog.find(name)
        if model.family == "opus-mt" and (source, target) in model.pairs:
            return OpusLikelihood(config, name, translator, source, target)
    return None
