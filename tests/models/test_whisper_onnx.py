import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models.convert import convert, converter_python
from edge_interpreter.models.whisper_onnx import can_convert, convert_whisper_onnx
from tests.models import shop
from tests.models.onnx_files import write_whisper
from tests.speech import WEIGHTS

# A tiny model of the real architecture with the real tokens, by Transformers; then the same with
# other weights, converted by CTranslate2's own converter.
MAKE = """
import pathlib, sys
import numpy, torch, transformers

place = pathlib.Path(sys.argv[1])
config = transformers.WhisperConfig(
    vocab_size=51865, num_mel_bins=80, d_model=16, encoder_layers=2, decoder_layers=2,
    encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32,
    max_source_positions=1500, max_target_positions=448, decoder_start_token_id=50258,
    pad_token_id=50257, bos_token_id=50257, eos_token_id=50257)
torch.manual_seed(1)
model = transformers.WhisperForConditionalGeneration(config).eval()
model.generation_config = transformers.GenerationConfig(
    suppress_tokens=[1, 2, 7], begin_suppress_tokens=[220, 50257], alignment_heads=[[1, 0]],
    lang_to_id={"<|en|>": 50259, "<|fr|>": 50265}, decoder_start_token_id=50258)
torch.nn.init.normal_(model.model.decoder.embed_positions.weight)
tokenizer = transformers.WhisperTokenizerFast(tokenizer_file=sys.argv[2])
folder = place / "checkpoint"
if (place / "given.npz").is_file():
    given = numpy.load(place / "given.npz")
    weights = {name: torch.from_numpy(given[name]) for name in given.files}
    model.load_state_dict(weights, strict=False)
    folder = place / "reference-checkpoint"
model.save_pretrained(folder)
config.save_pretrained(folder)
tokenizer.save_pretrained(folder)
weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
numpy.savez(place / "weights.npz", **weights)
if (place / "given.npz").is_file():
    from ctranslate2.converters import TransformersConverter
    TransformersConverter(str(folder)).convert(str(place / "reference"), quantization="int8")
"""


def make(place: Path) -> None:
    python = converter_python()
    if python is None:
        pytest.skip("no converter with PyTorch here (scripts/setup --dev makes it)")
    tokenizer = WEIGHTS / "whisper-base" / "tokenizer.json"
    done = subprocess.run(
        [python, "-c", MAKE, place, tokenizer], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.models
def test_result_is_that_of_the_reference_for_the_weights_that_the_file_stands_for(
    tmp_path: Path,
) -> None:
    make(tmp_path)
    with np.load(tmp_path / "weights.npz") as weights:
        stand_for = write_whisper(tmp_path / "checkpoint", weights)
    # The reader halves the precision of what was quantised.
    halved: dict[str, Any] = {
        name: weight.astype(np.float16).astype(np.float32) if weight.ndim > 1 else weight
        for name, weight in stand_for.items()
        if "embed_positions" not in name
    }
    np.savez(tmp_path / "given.npz", **halved)
    make(tmp_path)
    (tmp_path / "checkpoint/model.safetensors").unlink()

    assert can_convert(tmp_path / "checkpoint")
    convert_whisper_onnx(tmp_path / "checkpoint", tmp_path / "ours")

    ours, reference = tmp_path / "ours", tmp_path / "reference"
    assert (ours / "model.bin").read_bytes() == (reference / "model.bin").read_bytes()
    assert (ours / "config.json").read_text() == (reference / "config.json").read_text()
    published = (WEIGHTS / "whisper-base" / "vocabulary.txt").read_bytes()
    assert (ours / "vocabulary.txt").read_bytes() == published
    assert (ours / "tokenizer.json").is_file()


def test_file_without_the_layers_of_whisper_is_told(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint"
    write_whisper(checkpoint, {"model.encoder.layer_norm.weight": np.ones(4, np.float32)})
    for name in ("config.json", "generation_config.json"):
        (checkpoint / name).write_text('{"lang_to_id": {}}')
    with pytest.raises(UserError, match=r"model tiny: the conversion failed: .*Whisper"):
        convert(checkpoint, tmp_path / "tiny", (), shop.Silent())


def test_other_checkpoints_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").touch()
    assert not can_convert(tmp_path)
