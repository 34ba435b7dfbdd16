import json
import subprocess
from pathlib import Path

import pytest

from edge_interpreter.models.convert import converter_python
from edge_interpreter.models.marian import can_convert, convert_marian

# A tiny model of the real architecture, saved by Transformers and converted by CTranslate2's own
# converter; vocabulary and SentencePiece model are made on the spot.
REFERENCE = """
import json, pathlib, sys
import sentencepiece, torch, transformers
from ctranslate2.converters import TransformersConverter

place = pathlib.Path(sys.argv[1])
text = place / "text"
text.write_text("\\n".join(f"the number {i} is {i * i} and not {i + 1}" for i in range(400)))
sentencepiece.SentencePieceTrainer.train(
    input=str(text), model_prefix=str(place / "source"), vocab_size=60, minloglevel=2)
pieces = sentencepiece.SentencePieceProcessor(model_file=str(place / "source.model"))
checkpoint = place / "checkpoint"
checkpoint.mkdir()
for side in ("source", "target"):
    (checkpoint / f"{side}.spm").write_bytes((place / "source.model").read_bytes())
tokens = ["</s>", "<unk>"]
tokens += [pieces.id_to_piece(i) for i in range(3, 60)]
vocabulary = {token: i for i, token in enumerate([*tokens, "<pad>"])}
(checkpoint / "vocab.json").write_text(json.dumps(vocabulary))
config = transformers.MarianConfig(
    vocab_size=len(vocabulary), d_model=32, encoder_layers=2, decoder_layers=2,
    encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64,
    activation_function="swish", max_position_embeddings=64, scale_embedding=True,
    pad_token_id=len(vocabulary) - 1, decoder_start_token_id=len(vocabulary) - 1,
    eos_token_id=0, forced_eos_token_id=0, bos_token_id=0)
torch.manual_seed(1)
model = transformers.MarianMTModel(config).eval()
model.final_logits_bias = torch.randn_like(model.final_logits_bias)
config.save_pretrained(checkpoint)
tables = model.state_dict()
for layout in ("zip", "legacy"):
    torch.save(tables, place / f"{layout}.bin", _use_new_zipfile_serialization=layout == "zip")
transformers.MarianTokenizer(
    str(checkpoint / "source.spm"), str(checkpoint / "target.spm"), str(checkpoint / "vocab.json"),
).save_pretrained(checkpoint)
(checkpoint / "pytorch_model.bin").write_bytes((place / "zip.bin").read_bytes())
TransformersConverter(str(checkpoint)).convert(str(place / "reference"), quantization="int8")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    python = converter_python()
    if python is None:
        pytest.skip("no converter with PyTorch here (scripts/setup --dev makes it)")
    place = tmp_path_factory.mktemp("marian")
    done = subprocess.run(
        [python, "-c", REFERENCE, place], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return place


@pytest.mark.parametrize("layout", ["zip", "legacy"])
def test_result_is_that_of_the_reference_byte_for_byte(
    place: Path, tmp_path: Path, layout: str
) -> None:
    checkpoint = place / "checkpoint"
    (checkpoint / "pytorch_model.bin").write_bytes((place / f"{layout}.bin").read_bytes())
    assert can_convert(checkpoint)
    convert_marian(checkpoint, tmp_path / "ours", ("source.spm",))
    for reference in (place / "reference").iterdir():
        ours = (tmp_path / "ours" / reference.name).read_bytes()
        if reference.suffix == ".json":
            assert json.loads(ours) == json.loads(reference.read_bytes())
        else:
            assert ours == reference.read_bytes()
    assert (tmp_path / "ours" / "source.spm").is_file()


def test_other_architectures_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "m2m_100"}')
    (tmp_path / "pytorch_model.bin").touch()
    assert not can_convert(tmp_path)
