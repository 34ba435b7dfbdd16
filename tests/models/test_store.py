import os
from pathlib import Path

import pytest

from edge_interpreter.errors import ModelDamagedError, ModelMissingError, UserError
from edge_interpreter.models.store import ModelStore
from tests.models import shop


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(
        tmp_path / "weights", shop.catalog(shop.model(), shop.model("empty", files={}))
    )


def put(store: ModelStore, **files: bytes) -> None:
    prepared = store.staging("tiny")
    for name, data in (files or {"model.bin": shop.WEIGHTS, "config.json": shop.CONFIG}).items():
        (prepared / name).write_bytes(data)
    store.commit(store.catalog.find("tiny"), prepared, "a test", accepted=False)


def test_missing_model_names_the_command_that_gets_it(store: ModelStore) -> None:
    with pytest.raises(ModelMissingError, match="edge-interpreter models fetch tiny"):
        store.path("tiny")


def test_installed_model_is_found_and_recorded(store: ModelStore) -> None:
    put(store)
    assert (store.path("tiny") / "model.bin").read_bytes() == shop.WEIGHTS
    (record,) = store.installed()
    assert record.id == "tiny"
    assert record.licence == "MIT"
    assert record.files["config.json"].sha256 == shop.digest(shop.CONFIG)


def test_model_without_files_is_always_there(store: ModelStore) -> None:
    assert store.has("empty")
    store.path("empty")


def test_shortened_file_is_refused_by_name(store: ModelStore) -> None:
    put(store)
    path = store.directory / "tiny" / "model.bin"
    path.write_bytes(shop.WEIGHTS[:-1])
    with pytest.raises(ModelDamagedError, match=r"tiny is damaged: model\.bin has .* bytes"):
        store.path("tiny")


def test_changed_byte_is_noticed_at_start(store: ModelStore) -> None:
    put(store)
    path = store.directory / "tiny" / "model.bin"
    path.write_bytes(b"x" + shop.WEIGHTS[1:])
    with pytest.raises(ModelDamagedError, match="sha256"):
        store.path("tiny")


def test_changed_byte_behind_an_old_date_is_found_by_verify(store: ModelStore) -> None:
    put(store)
    path = store.directory / "tiny" / "model.bin"
    before = path.stat()
    path.write_bytes(b"x" + shop.WEIGHTS[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    store.path("tiny")
    with pytest.raises(ModelDamagedError, match=r"model\.bin"):
        store.verify("tiny")


def test_copied_model_is_still_sound(store: ModelStore) -> None:
    put(store)
    path = store.directory / "tiny" / "model.bin"
    os.utime(path, (1, 1))
    store.path("tiny")


def test_lost_file_and_unreadable_record_are_damage(store: ModelStore) -> None:
    put(store)
    (store.directory / "tiny" / "config.json").unlink()
    with pytest.raises(ModelDamagedError, match=r"config\.json is missing"):
        store.path("tiny")
    (store.directory / "tiny" / "installed.json").write_text("{")
    with pytest.raises(ModelDamagedError, match=r"installed\.json cannot be read"):
        store.path("tiny")


def test_wrong_weights_replace_nothing(store: ModelStore) -> None:
    put(store)
    with pytest.raises(UserError, match=r"model\.bin is not the file the catalogue names"):
        put(store, **{"model.bin": b"other", "config.json": shop.CONFIG})
    assert (store.path("tiny") / "model.bin").read_bytes() == shop.WEIGHTS


def test_removed_model_is_gone(store: ModelStore) -> None:
    put(store)
    store.remove("tiny")
    assert not (store.directory / "tiny").exists()
    with pytest.raises(UserError, match="not installed"):
        store.remove("tiny")


def test_two_installations_do_not_mix(store: ModelStore) -> None:
    with store.locked(), pytest.raises(UserError, match="another command"), store.locked():
        pass


def test_full_disk_is_said_before_anything_is_fetched(store: ModelStore) -> None:
    with pytest.raises(UserError, match="MB of disk space are needed"):
        store.require_space(1 << 60)
