"""Converts a Marian checkpoint (OPUS-MT) to CTranslate2 without PyTorch and Transformers.

The layers are mapped by CTranslate2's own loader for Marian models; here it is only given the
tensors from the file instead of a Transformers model. The result is the same, byte for byte.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from ctranslate2.converters.transformers import MarianMTLoader
from numpy.typing import NDArray

from edge_interpreter.models.checkpoint import CheckpointError, Tensors, read_checkpoint
from edge_interpreter.models.layers import ArrayLinear, module_tree

# The names that MarianTokenizer gives them, whatever the model.
_SPECIAL_TOKENS = {"eos_token": "</s>", "unk_token": "<unk>"}


class _Loader(ArrayLinear, MarianMTLoader):  # type: ignore[misc]
    pass


def can_convert(checkpoint: Path) -> bool:
    """Whether this is a Marian checkpoint in a layout that is read here."""
    config = _json(checkpoint / "config.json")
    return config.get("model_type") == "marian" and (checkpoint / "pytorch_model.bin").is_file()


def convert_marian(checkpoint: Path, target: Path, copied: Sequence[str]) -> None:
    """Write the int8 form of a checkpoint to `target`, which must not exist; CheckpointError."""
    tensors = read_checkpoint(checkpoint / "pytorch_model.bin")
    vocabulary = _json(checkpoint / "vocab.json")
    tokenizer = SimpleNamespace(get_vocab=lambda: vocabulary, **_SPECIAL_TOKENS)
    try:
        model = _model(SimpleNamespace(**_json(checkpoint / "config.json")), tensors)
        spec = _Loader()(model, tokenizer)
        spec.validate()
        spec.optimize(quantization="int8")
    except (AttributeError, KeyError, ValueError) as error:
        raise CheckpointError(f"it does not have the layers of Marian ({error})") from error
    target.mkdir()
    spec.save(str(target))
    for name in copied:
        shutil.copyfile(checkpoint / name, target / name)


def _json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _model(config: SimpleNamespace, tensors: Tensors) -> SimpleNamespace:
    """The modules that the loader asks for."""
    model = module_tree(tensors)
    for side in (model.model.encoder, model.model.decoder):
        side.config = config
        # Tied weights are not always written twice.
        if not hasattr(side, "embed_tokens"):
            side.embed_tokens = model.model.shared
        if not hasattr(side, "embed_positions"):
            side.embed_positions = SimpleNamespace(weight=_sinusoids(config))
    bias = tensors["final_logits_bias"].squeeze()
    head = getattr(model, "lm_head", model.model.decoder.embed_tokens)
    model.lm_head = SimpleNamespace(weight=head.weight, bias=bias if bias.any() else None)
    model.final_logits_bias = None
    model.config = config
    return model


def _sinusoids(config: SimpleNamespace) -> NDArray[np.float32]:
    """Position encodings (Vaswani et al. 2017), the sines before the cosines, as in Marian."""
    positions = np.arange(config.max_position_embeddings)[:, None]
    rates = 10000.0 ** (-2.0 * np.arange(config.d_model // 2) / config.d_model)
    return np.hstack((np.sin(positions * rates), np.cos(positions * rates))).astype(np.float32)
