"""Converts a Whisper model in ONNX form (Optimum's layout) to CTranslate2.

The weights, quantised or not, are put back into the places they had in PyTorch and go through
CTranslate2's own loader for Whisper.
"""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import tokenizers
from ctranslate2.converters.transformers import WhisperLoader

from edge_interpreter.models.checkpoint import CheckpointError, Tensors
from edge_interpreter.models.layers import ArrayLinear, module_tree
from edge_interpreter.models.onnx_weights import read_onnx

_ENCODER = "onnx/encoder_model_quantized.onnx"
_DECODER = "onnx/decoder_model_merged_quantized.onnx"
_TOKENIZER = "tokenizer.json"


class _Loader(ArrayLinear, WhisperLoader):  # type: ignore[misc]
    pass


def can_convert(checkpoint: Path) -> bool:
    """Whether this is a Whisper model in the layout that is read here."""
    return (checkpoint / _ENCODER).is_file() and (checkpoint / _DECODER).is_file()


def convert_whisper_onnx(checkpoint: Path, target: Path) -> None:
    """Write the int8 form of a model to `target`, which must not exist; CheckpointError."""
    try:
        model = _model(checkpoint)
        spec = _Loader()(model, tokenizers.Tokenizer.from_file(str(checkpoint / _TOKENIZER)))
        spec.validate()
        spec.optimize(quantization="int8")
    except (AttributeError, KeyError, ValueError) as error:
        raise CheckpointError(f"it does not have the layers of Whisper ({error})") from error
    target.mkdir()
    spec.save(str(target))
    _as_lines(target / "vocabulary.json")
    shutil.copyfile(checkpoint / _TOKENIZER, target / _TOKENIZER)


def _model(checkpoint: Path) -> SimpleNamespace:
    """The modules that the loader asks for."""
    config = _settings(checkpoint / "config.json")
    decoder = read_onnx(checkpoint / _DECODER)
    model = module_tree(
        {**_prefixed("model.encoder.", read_onnx(checkpoint / _ENCODER)), **decoder}
    )
    model.model.decoder.config = config
    # Whisper's output layer is its table of words.
    model.proj_out = SimpleNamespace(weight=model.model.decoder.embed_tokens.weight)
    model.config = config
    model.generation_config = _settings(checkpoint / "generation_config.json")
    # The loader wants a table, not attributes.
    model.generation_config.lang_to_id = vars(model.generation_config.lang_to_id)
    return model


def _prefixed(prefix: str, tensors: Tensors) -> Tensors:
    return {prefix + name: tensor for name, tensor in tensors.items()}


def _settings(path: Path) -> SimpleNamespace:
    settings: SimpleNamespace = json.loads(
        path.read_text(encoding="utf-8"), object_hook=lambda table: SimpleNamespace(**table)
    )
    return settings


def _as_lines(vocabulary: Path) -> None:
    """The list of words in CTranslate2's other form, which is that of the published models."""
    words: list[str] = json.loads(vocabulary.read_text(encoding="utf-8"))
    vocabulary.with_suffix(".txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    vocabulary.unlink()
