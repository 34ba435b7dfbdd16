from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.models.checkpoint import CheckpointError
from edge_interpreter.models.onnx_weights import read_onnx
from tests.models.onnx_files import OnnxFile

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("merged", ["", "_merged_0"])
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_weights_come_back_under_the_names_and_shapes_of_pytorch(
    tmp_path: Path, merged: str, dtype: str
) -> None:
    file = OnnxFile(merged)
    bias = RNG.normal(size=4).astype(np.float32)
    matrix = file.multiplied("layers.0/fc1", RNG.normal(0.3, 1.0, (4, 6)), dtype)
    table = file.quantised("embed_tokens.weight", RNG.normal(size=(5, 3)), dtype)
    file.plain("layers.0.fc1.bias", bias)
    file.plain("/Constant_output_0", np.array([1], np.int64))
    file.save(tmp_path / "model.onnx")

    weights = read_onnx(tmp_path / "model.onnx")

    assert sorted(weights) == ["embed_tokens.weight", "layers.0.fc1.bias", "layers.0.fc1.weight"]
    np.testing.assert_array_equal(weights["layers.0.fc1.bias"], bias)
    np.testing.assert_array_equal(weights["layers.0.fc1.weight"], matrix.astype(np.float16))
    np.testing.assert_array_equal(weights["embed_tokens.weight"], table.astype(np.float16))


def test_file_that_is_no_onnx_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\xff" * 64)
    with pytest.raises(CheckpointError, match=r"model\.onnx cannot be read"):
        read_onnx(tmp_path / "model.onnx")
