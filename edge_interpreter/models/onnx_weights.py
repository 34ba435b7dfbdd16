"""Reads the weights of an ONNX file, quantised ones as the numbers they stand for.

Only the fields that hold weights are declared here, with their numbers from onnx/onnx.proto; the
rest of the file is skipped. Quantisation is that of ONNX Runtime's dynamic quantiser: real =
(quantised − zero point) × scale.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from edge_interpreter.models.checkpoint import CheckpointError, Tensors

_FIELD = descriptor_pb2.FieldDescriptorProto
_ONE, _MANY = _FIELD.LABEL_OPTIONAL, _FIELD.LABEL_REPEATED
_TEXT, _BYTES, _INT32, _INT64 = (
    _FIELD.TYPE_STRING,
    _FIELD.TYPE_BYTES,
    _FIELD.TYPE_INT32,
    _FIELD.TYPE_INT64,
)
_PACKAGE = "edge_interpreter.onnx"
# Message → (field, number, label, type); a type in words is a message.
_SCHEMA: Mapping[str, tuple[tuple[str, int, int, Any], ...]] = {
    "Model": (("graph", 7, _ONE, "Graph"),),
    "Graph": (("node", 1, _MANY, "Node"), ("initializer", 5, _MANY, "Tensor")),
    "Node": (
        ("input", 1, _MANY, _TEXT),
        ("name", 3, _ONE, _TEXT),
        ("op_type", 4, _ONE, _TEXT),
        ("attribute", 5, _MANY, "Attribute"),
    ),
    "Attribute": (("g", 6, _ONE, "Graph"),),
    "Tensor": (
        ("dims", 1, _MANY, _INT64),
        ("data_type", 2, _ONE, _INT32),
        ("float_data", 4, _MANY, _FIELD.TYPE_FLOAT),
        ("int32_data", 5, _MANY, _INT32),
        ("name", 8, _ONE, _TEXT),
        ("raw_data", 9, _ONE, _BYTES),
    ),
}
_DTYPES: Mapping[int, np.dtype[Any]] = {
    1: np.dtype(np.float32),
    2: np.dtype(np.uint8),
    3: np.dtype(np.int8),
}
_QUANTISED = "_quantized"
# Tools that merge two graphs into one mark the tensors of both.
_MERGED = re.compile(r"_merged_\d+$")
# Module paths are the names of nodes: /layers.0/fc1/MatMul_quant multiplies by layers.0.fc1.weight.
_MULTIPLIES = re.compile(r"/(?P<module>.+)/(?:MatMul|Conv)(?:_quant)?$")


def read_onnx(path: Path) -> Tensors:
    """PyTorch's name → weight, float32, or float16 where it was quantised; CheckpointError.

    Matrices have the shape (outputs, inputs) of PyTorch, which ONNX keeps the other way round.
    """
    try:
        graph = _message("Model").FromString(path.read_bytes()).graph
    except (DecodeError, OSError) as error:
        raise CheckpointError(f"{path.name} cannot be read: {error}") from error
    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights = {}
    for name, weight in _used(graph, stored):
        tensor = _values(weight, stored)
        weights[name] = tensor.T if name.endswith(".weight") and _is_multiplied(weight) else tensor
    return weights


def _used(graph: Any, stored: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """PyTorch's name and ONNX's name of every weight."""
    for name, tensor in stored.items():
        plain = _MERGED.sub("", name.removesuffix(_QUANTISED))
        helps = _is_multiplied(name) or plain.endswith(("_scale", "_zero_point"))
        if tensor.data_type in _DTYPES and not helps:
            yield plain, name
    for node in _nodes(graph):
        found = _MULTIPLIES.match(node.name)
        for name in node.input:
            if found and name in stored and _is_multiplied(name) and name.endswith(_QUANTISED):
                yield found["module"].replace("/", ".") + ".weight", name


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            yield from _nodes(attribute.g)


def _is_multiplied(name: str) -> bool:
    """Whether it is a matrix that lost its own name when it was transposed."""
    return name.startswith("onnx::MatMul_")


def _values(name: str, stored: Mapping[str, Any]) -> NDArray[Any]:
    values = _array(stored[name])
    if not name.endswith(_QUANTISED):
        return values
    plain = name.removesuffix(_QUANTISED)
    scale, zero = _array(stored[plain + "_scale"]), _array(stored[plain + "_zero_point"])
    real: NDArray[np.float32] = (values.astype(np.float32) - zero.astype(np.float32)) * scale
    return real.astype(np.float16)


def _array(tensor: Any) -> NDArray[Any]:
    dtype = _DTYPES[tensor.data_type]
    values: NDArray[Any]
    if tensor.raw_data:
        values = np.frombuffer(tensor.raw_data, dtype)
    else:
        values = np.array(tensor.float_data or tensor.int32_data, dtype)
    return values.reshape(tuple(tensor.dims))


@cache
def _message(name: str) -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="onnx_weights.proto", package=_PACKAGE)
    for message, fields in _SCHEMA.items():
        declared = file.message_type.add(name=message)
        for field, number, label, kind in fields:
            added = declared.field.add(name=field, number=number, label=label)
            if isinstance(kind, str):
                added.type, added.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
            else:
                added.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
