"""Reads the tensors of a PyTorch checkpoint without PyTorch, and without running what is in it.

Both layouts of `torch.save` are read: the zip (since PyTorch 1.6) and the one before. Source:
torch/serialization.py, `_load` and `_legacy_load`. Nothing that the file names is imported but
for the few names that a table of tensors needs.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[Any]]
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.float32, "HalfStorage": np.float16, "DoubleStorage": np.float64}


class CheckpointError(Exception):
    """The file is no checkpoint of plain tensors, or of a kind that is not read here."""


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    dtype: str
    size: int


@dataclass(frozen=True, slots=True)
class _View:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        if self.storage.size != values.size:
            raise CheckpointError("a tensor has another size than the file says")
        step = values.itemsize
        strides = tuple(step * stride for stride in self.stride)
        last = sum((n - 1) * s for n, s in zip(self.shape, self.stride, strict=True))
        if 0 in self.shape or self.offset + last >= values.size or min(strides, default=0) < 0:
            raise CheckpointError("a tensor lies outside its storage")
        view = np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, strides)
        return np.ascontiguousarray(view)


def read_checkpoint(path: Path) -> Tensors:
    """Name → tensor, float32, float16 or float64, of a `pytorch_model.bin`; CheckpointError."""
    try:
        reader = _read_zip if zipfile.is_zipfile(path) else _read_legacy
        return reader(path)
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{path.name} cannot be read: {error}") from error


def _read_zip(path: Path) -> Tensors:
    with zipfile.ZipFile(path) as archive:
        (index,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        folder = index.removesuffix("data.pkl")
        with archive.open(index) as file:
            views = _views(_Unpickler(file).load())
        kept: dict[str, NDArray[Any]] = {}
        for view in views.values():
            key = view.storage.key
            if key not in kept:
                data = bytearray(archive.read(f"{folder}data/{key}"))
                kept[key] = np.frombuffer(data, _DTYPES[view.storage.dtype])
    return {name: view.of(kept[view.storage.key]) for name, view in views.items()}


def _read_legacy(path: Path) -> Tensors:
    with path.open("rb") as file:
        if _Unpickler(file).load() != _LEGACY_MAGIC:
            raise CheckpointError(f"{path.name} is no PyTorch checkpoint")
        _Unpickler(file).load()  # the protocol's version
        _Unpickler(file).load()  # sizes on the machine that wrote it
        views = _views(_Unpickler(file).load())
        dtypes = {view.storage.key: _DTYPES[view.storage.dtype] for view in views.values()}
        kept = {}
        for key in _Unpickler(file).load():
            count = int.from_bytes(file.read(8), "little")
            kept[key] = np.fromfile(file, dtypes[key], count)
    return {name: view.of(kept[view.storage.key]) for name, view in views.items()}


def _views(loaded: object) -> dict[str, _View]:
    if not isinstance(loaded, dict):
        raise CheckpointError("the checkpoint is no table of tensors")
    return {str(name): view for name, view in loaded.items() if isinstance(view, _View)}


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> _View:
    return _View(storage, offset, tuple(shape), tuple(stride))


class _Unpickler(pickle.Unpickler):
    _KNOWN: Mapping[tuple[str, str], Callable[..., Any]] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
        ("torch._utils", "_rebuild_parameter"): lambda view, *_: view,
    }

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _DTYPES:
            return name
        if (module, name) not in self._KNOWN:
            raise CheckpointError(f"the checkpoint asks for {module}.{name}")
        return self._KNOWN[module, name]

    def persistent_load(self, identity: Any) -> _Storage:
        _, dtype, key, _, size, *_ = identity
        if dtype not in _DTYPES:
            raise CheckpointError(f"tensors of {dtype} are not read here")
        return _Storage(str(key), dtype, int(size))
