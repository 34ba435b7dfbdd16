import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models.bundle import MANIFEST, export_bundle, import_bundle
from edge_interpreter.models.store import ModelStore, sha256_of
from tests.models import shop

CATALOG = shop.catalog(shop.model(), shop.model("other", files={"model.bin": {}}))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    store = ModelStore(tmp_path / "connected", CATALOG)
    for name in ("tiny", "other"):
        prepared = store.staging(name)
        (prepared / "model.bin").write_bytes(shop.WEIGHTS)
        if name == "tiny":
            (prepared / "config.json").write_bytes(shop.CONFIG)
        store.commit(CATALOG.find(name), prepared, "a test", accepted=False)
    path = tmp_path / "models.tar"
    digest = export_bundle(store, ["tiny", "other"], path, shop.Silent())
    assert digest == sha256_of(path)
    return path


@pytest.fixture
def offline(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "offline", CATALOG)


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {
            member.name: stream.read()
            for member in archive
            if (stream := archive.extractfile(member)) is not None
        }


def write(path: Path, contents: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def refused(store: ModelStore, path: Path, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as caught:
        import_bundle(store, path, (), shop.Silent())
    assert str(path) in str(caught.value)
    assert not any(store.has(model.id) for model in CATALOG.models)
    assert not [p for p in store.directory.glob("*") if p.name in ("tiny", "other")]


def test_bundle_carries_models_to_a_site_without_network(bundle: Path, offline: ModelStore) -> None:
    done = import_bundle(offline, bundle, (), shop.Silent())
    assert [record.id for record in done] == ["tiny", "other"]
    assert done[0].source == "bundle models.tar (a test)"
    offline.verify("tiny")
    offline.verify("other")


def test_bundle_tells_nothing_of_the_machine_it_was_made_on(bundle: Path) -> None:
    with tarfile.open(bundle) as archive:
        assert {(m.uid, m.uname, m.mtime) for m in archive} == {(0, "", 0)}


def test_changed_byte_is_refused_by_name(bundle: Path, offline: ModelStore) -> None:
    data = bytearray(bundle.read_bytes())
    data[data.index(shop.WEIGHTS[:64]) + 10] ^= 1
    bundle.write_bytes(data)
    refused(offline, bundle, r"damaged: tiny/model\.bin does not have the sha256")


@pytest.mark.parametrize("part", [0.3, 0.99])
def test_cut_off_bundle_is_refused(bundle: Path, offline: ModelStore, part: float) -> None:
    size = bundle.stat().st_size
    with bundle.open("r+b") as file:
        file.truncate(int(size * part) if part < 0.9 else len(shop.WEIGHTS) + 4096)
    refused(offline, bundle, "is damaged")


def test_missing_member_is_refused_by_name(bundle: Path, offline: ModelStore) -> None:
    contents = members(bundle)
    del contents["other/model.bin"]
    write(bundle, contents)
    refused(offline, bundle, r"other/model\.bin is not in it")


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "tiny/../../evil", "tiny/extra"])
def test_member_that_does_not_belong_is_refused(
    bundle: Path, offline: ModelStore, name: str
) -> None:
    write(bundle, members(bundle) | {name: b"evil"})
    refused(offline, bundle, "does not belong in it")
    assert not list(bundle.parent.rglob("evil"))


def test_manifest_cannot_name_a_place_outside(bundle: Path, offline: ModelStore) -> None:
    contents = members(bundle)
    manifest = json.loads(contents[MANIFEST])
    manifest["models"]["tiny"]["files"]["../../evil"] = {"size": 4, "sha256": shop.digest(b"evil")}
    contents[MANIFEST] = json.dumps(manifest).encode()
    write(bundle, contents | {"tiny/../../evil": b"evil"})
    refused(offline, bundle, "not those of this version's catalogue")
    assert not list(bundle.parent.rglob("evil"))


def test_link_in_the_place_of_a_file_is_refused(bundle: Path, offline: ModelStore) -> None:
    contents = members(bundle)
    with tarfile.open(bundle, "w") as archive:
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(contents[MANIFEST])
        archive.addfile(info, io.BytesIO(contents[MANIFEST]))
        link = tarfile.TarInfo("tiny/model.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    refused(offline, bundle, "does not belong in it")


@pytest.mark.parametrize("data", [b"", b"hello" * 1000])
def test_file_that_is_no_bundle_is_refused(
    tmp_path: Path, offline: ModelStore, data: bytes
) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(data)
    refused(offline, path, "is damaged|is no bundle")


def test_other_tar_and_later_format_are_refused(tmp_path: Path, offline: ModelStore) -> None:
    path = tmp_path / "x.tar"
    write(path, {"a": b"b"})
    refused(offline, path, "is no bundle of models")
    write(path, {MANIFEST: b'{"format": "edge-interpreter models 9", "models": {}}'})
    refused(offline, path, "format .* is not known")
    write(path, {MANIFEST: b"{"})
    refused(offline, path, "cannot be read")


def test_absent_bundle_is_named(tmp_path: Path, offline: ModelStore) -> None:
    refused(offline, tmp_path / "gone.tar", "no such file")


def test_licence_has_to_be_accepted_at_the_other_site_too(bundle: Path, tmp_path: Path) -> None:
    terms: dict[str, Any] = {"licence": "CC-BY-NC-4.0", "non_commercial": True}
    catalog = shop.catalog(shop.model(**terms), shop.model("other", files={"model.bin": {}}))
    store = ModelStore(tmp_path / "strict", catalog)
    with pytest.raises(UserError, match="--accept tiny"):
        import_bundle(store, bundle, (), shop.Silent())
    assert import_bundle(store, bundle, ("tiny",), shop.Silent())[0].licence_accepted


def test_failed_export_leaves_no_file(tmp_path: Path, bundle: Path) -> None:
    store = ModelStore(tmp_path / "connected", CATALOG)
    (store.directory / "tiny" / "model.bin").write_bytes(b"")
    target = tmp_path / "second.tar"
    with pytest.raises(UserError, match="tiny is damaged"):
        export_bundle(store, ["tiny"], target, shop.Silent())
    with pytest.raises(UserError, match="nothing to export"):
        export_bundle(store, [], target, shop.Silent())
    assert not list(tmp_path.glob("second*"))


@pytest.mark.parametrize(("weights", "known"), [(b"small", True), (b"third", False)])
def test_model_travels_in_each_form_that_the_catalogue_knows(
    tmp_path: Path, weights: bytes, known: bool
) -> None:
    anything = shop.catalog(shop.model(files={"model.bin": {}}))
    here = ModelStore(tmp_path / "connected", anything)
    prepared = here.staging("tiny")
    (prepared / "model.bin").write_bytes(weights)
    here.commit(anything.find("tiny"), prepared, "a test", accepted=False)
    path = tmp_path / "models.tar"
    export_bundle(here, ["tiny"], path, shop.Silent())

    source = shop.hub_source() | {"installs": {"model.bin": {"sha256": shop.digest(b"small")}}}
    files = {"model.bin": {"sha256": shop.digest(shop.WEIGHTS)}}
    there = ModelStore(
        tmp_path / "offline", shop.catalog(shop.model(files=files, sources=[source]))
    )
    if known:
        import_bundle(there, path, (), shop.Silent())
        there.verify("tiny")
    else:
        with pytest.raises(UserError, match=r"model\.bin is not the file the catalogue names"):
            import_bundle(there, path, (), shop.Silent())
