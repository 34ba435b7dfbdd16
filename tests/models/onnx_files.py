"""ONNX files as Optimum and ONNX Runtime's quantiser write them, of given weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_interpreter.models.onnx_weights import _message

KINDS = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}


def quantised(weight: NDArray[Any], dtype: str) -> tuple[NDArray[Any], float, int]:
    """As ONNX Runtime's dynamic quantiser does: values, scale, zero point."""
    if dtype == "int8":
        scale, zero = float(np.abs(weight).max()) / 127, 0
    else:
        scale, zero = float(np.ptp(weight)) / 255, 0
        zero = round(-float(weight.min()) / scale)
    limits = np.iinfo(dtype)
    values = np.clip(np.rint(weight / scale) + zero, limits.min, limits.max)
    return values.astype(dtype), float(np.float32(scale)), zero


def real(values: NDArray[Any], scale: float, zero: int) -> NDArray[np.float32]:
    """What quantised values stand for."""
    return (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)


class OnnxFile:
    """Collects weights; `merged` marks them as tools do that merge two graphs into one."""

    def __init__(self, merged: str = "") -> None:
        self._model = _message("Model")()
        self._merged = merged
        self._nodes = self._model.graph.node
        if merged:
            self._nodes = self._nodes.add(op_type="If").attribute.add().g.node

    def plain(self, name: str, values: NDArray[Any]) -> None:
        """A tensor under its own name, its values in the field for raw bytes."""
        tensor = self._model.graph.initializer.add(name=name + self._merged, dims=values.shape)
        tensor.data_type = KINDS[values.dtype.name]
        tensor.raw_data = values.tobytes()

    def multiplied(self, module: str, weight: NDArray[Any], dtype: str) -> NDArray[np.float32]:
        """A quantised matrix, transposed and renamed; what it stands for, as it was."""
        number = len(self._model.graph.initializer)
        name = f"onnx::MatMul_{number}{self._merged}"
        stands_for = self._quantised(name, weight.T, dtype)
        node = self._nodes.add(op_type="MatMulInteger", name=f"/{module}/MatMul_quant")
        node.input.extend(["x", name + "_quantized", "zero", name + "_zero_point"])
        return stands_for.T

    def quantised(self, name: str, weight: NDArray[Any], dtype: str) -> NDArray[np.float32]:
        """A quantised tensor under its own name; what it stands for."""
        return self._quantised(name + self._merged, weight, dtype)

    def _quantised(self, name: str, weight: NDArray[Any], dtype: str) -> NDArray[np.float32]:
        values, scale, zero = quantised(weight, dtype)
        add = self._model.graph.initializer.add
        add(name=name + "_scale", data_type=KINDS["float32"], float_data=[scale])
        add(name=name + "_zero_point", data_type=KINDS[dtype], int32_data=[zero])
        tensor = add(name=name + "_quantized", data_type=KINDS[dtype], dims=weight.shape)
        tensor.raw_data = values.tobytes()
        return real(values, scale, zero)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._model.SerializeToString())


def write_whisper(checkpoint: Path, weights: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Both files of a Whisper model with PyTorch's weights; the weights that they stand for."""
    encoder, decoder = OnnxFile(), OnnxFile("_merged_0")
    stand_for = {}
    for name, weight in weights.items():
        inside = name.startswith("model.encoder.")
        file, dtype = (encoder, "uint8") if inside else (decoder, "int8")
        short = name.removeprefix("model.encoder.")
        if name == "proj_out.weight":
            continue
        if weight.ndim == 3 or name.endswith("embed_tokens.weight"):
            stand_for[name] = file.quantised(short, weight, "uint8")
        elif weight.ndim == 2 and "embed_positions" not in name:
            module = short.removesuffix(".weight").replace(".", "/").replace("layers/", "layers.")
            stand_for[name] = file.multiplied(module, weight, dtype)
        else:
            file.plain(short, weight)
            stand_for[name] = weight
    encoder.plain("/Constant_output_0", np.array([1, 2], np.int64))
    encoder.save(checkpoint / "onnx/encoder_model_quantized.onnx")
    decoder.save(checkpoint / "onnx/decoder_model_merged_quantized.onnx")
    return stand_for
