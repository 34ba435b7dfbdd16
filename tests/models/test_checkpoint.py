import io
import pickle
import sys
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from edge_interpreter.models.checkpoint import CheckpointError, read_checkpoint

MAGIC = 0x1950A86A20F9469CFC6C


@dataclass
class Storage:
    key: str
    kind: Any
    values: Any


class Tensor:
    """Pickles as a tensor of PyTorch does."""

    def __init__(self, storage: Storage, offset: int, shape: Any, stride: Any) -> None:
        self.arguments: tuple[Any, ...] = (storage, offset, shape, stride, False, OrderedDict())

    def __reduce__(self) -> Any:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Storage):
            return ("storage", obj.kind, obj.key, "cpu", obj.values.size, None)
        return None


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Just the names that a checkpoint refers to."""
    module, parts = ModuleType("torch"), ModuleType("torch._utils")
    for name in ("FloatStorage", "IntStorage"):
        setattr(module, name, type(name, (), {"__module__": "torch"}))

    def rebuild(*_: object) -> None:
        pass

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    parts._rebuild_tensor_v2 = rebuild  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setitem(sys.modules, "torch._utils", parts)
    return module


def pickled(value: Any) -> bytes:
    buffer = io.BytesIO()
    Pickler(buffer, 2).dump(value)
    return buffer.getvalue()


def legacy(path: Path, table: Any, *storages: Storage) -> Path:
    parts = [pickled(MAGIC), pickled(1001), pickled({}), pickled(table)]
    parts.append(pickled([storage.key for storage in storages]))
    for storage in storages:
        parts += [storage.values.size.to_bytes(8, "little"), storage.values.tobytes()]
    path.write_bytes(b"".join(parts))
    return path


def zipped(path: Path, table: Any, *storages: Storage) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled(table))
        for storage in storages:
            archive.writestr(f"archive/data/{storage.key}", storage.values.tobytes())
    return path


@pytest.mark.parametrize("write", [legacy, zipped])
def test_tensors_come_out_in_shape(tmp_path: Path, torch: ModuleType, write: Any) -> None:
    values = np.arange(12, dtype=np.float32)
    storage = Storage("7", torch.FloatStorage, values)
    table = OrderedDict(
        whole=Tensor(storage, 0, (3, 4), (4, 1)),
        transposed=Tensor(storage, 0, (4, 3), (1, 4)),
        tail=Tensor(storage, 10, (2,), (1,)),
    )
    tensors = read_checkpoint(write(tmp_path / "m.bin", table, storage))
    np.testing.assert_array_equal(tensors["whole"], values.reshape(3, 4))
    np.testing.assert_array_equal(tensors["transposed"], values.reshape(3, 4).T)
    np.testing.assert_array_equal(tensors["tail"], values[10:])


@pytest.mark.parametrize(
    ("offset", "shape", "stride"), [(1, (3, 4), (4, 1)), (0, (2, 2), (11, 1)), (0, (2,), (-1,))]
)
def test_tensor_outside_its_storage_is_refused(
    tmp_path: Path, torch: ModuleType, offset: int, shape: Any, stride: Any
) -> None:
    storage = Storage("0", torch.FloatStorage, np.zeros(12, np.float32))
    table = {"a": Tensor(storage, offset, shape, stride)}
    with pytest.raises(CheckpointError, match="outside"):
        read_checkpoint(legacy(tmp_path / "m.bin", table, storage))


def test_other_kinds_of_tensor_are_refused(tmp_path: Path, torch: ModuleType) -> None:
    storage = Storage("0", torch.IntStorage, np.zeros(1, np.int32))
    with pytest.raises(CheckpointError, match="IntStorage"):
        read_checkpoint(legacy(tmp_path / "m.bin", {"a": Tensor(storage, 0, (1,), (1,))}, storage))


class Evil:
    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('ran')",)


@pytest.mark.parametrize("write", [legacy, zipped])
def test_code_in_a_checkpoint_is_not_run(tmp_path: Path, write: Any) -> None:
    with pytest.raises(CheckpointError, match=r"asks for .*builtin.*exec"):
        read_checkpoint(write(tmp_path / "m.bin", {"a": Evil()}))


@pytest.mark.parametrize("data", [b"", b"\x80\x02", b"hello", pickle.dumps([1, 2])])
def test_file_that_is_no_checkpoint_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(data)
    with pytest.raises(CheckpointError):
        read_checkpoint(path)
