import io
import zipfile
from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models.archives import Extractor
from edge_interpreter.models.catalog import SplitZip
from tests.models import shop

VOLUME = 1000


def cut_up(data: bytes) -> list[bytes]:
    return [data[i : i + VOLUME] for i in range(0, len(data), VOLUME)]


@pytest.fixture
def split(tmp_path: Path) -> tuple[dict[str, Path], SplitZip]:
    """A zip of an early and a late member, of which the volumes of the early one are absent."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("early", bytes(3 * VOLUME))
        archive.writestr("late", shop.WEIGHTS[:5000])
        archive.writestr("last", b"end")
    volumes = cut_up(buffer.getvalue())
    first = 4
    packages = {}
    for number, data in enumerate(volumes[first - 1 :], first):
        path = tmp_path / f"part-{number}"
        path.write_bytes(shop.wheel({f"v.{number:03}": data}))
        packages[f"part-{number}"] = path
    places = tuple(f"part-{n}!v.{n:03}" for n in range(first, len(volumes) + 1))
    return packages, SplitZip(id="cut", volume_size=VOLUME, first=first, volumes=places)


def extract(
    parts: tuple[str, ...], tmp_path: Path, packages: dict[str, Path], split: SplitZip | None = None
) -> bytes:
    target = tmp_path / "out" / "file"
    with Extractor(packages, {split.id: split} if split else {}, tmp_path) as extractor:
        extractor.extract(parts, target)
    return target.read_bytes()


def test_member_of_a_split_zip_without_its_first_volumes(
    tmp_path: Path, split: tuple[dict[str, Path], SplitZip]
) -> None:
    assert extract(("cut!late",), tmp_path, *split) == shop.WEIGHTS[:5000]
    assert extract(("cut!last",), tmp_path, *split) == b"end"


def test_member_in_an_absent_volume_is_named(
    tmp_path: Path, split: tuple[dict[str, Path], SplitZip]
) -> None:
    with pytest.raises(UserError, match="cut!early: cannot be read"):
        extract(("cut!early",), tmp_path, *split)


def test_parts_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(shop.wheel({"a": b"one ", "b": b"two"}))
    assert extract(("w!a", "w!b"), tmp_path, {"w": path}) == b"one two"


def test_archive_within_a_source_archive(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(shop.source_archive({"s-1/m.zip": shop.wheel({"model/a": b"inner"})}))
    assert extract(("s!s-1/m.zip!model/a",), tmp_path, {"s": path}) == b"inner"


@pytest.mark.parametrize("member", ["missing", "also/missing!a"])
def test_missing_member_is_named(tmp_path: Path, member: str) -> None:
    path = tmp_path / "w"
    path.write_bytes(shop.wheel({"a": b""}))
    with pytest.raises(UserError, match="missing: cannot be read"):
        extract((f"w!{member}",), tmp_path, {"w": path})


def test_broken_package_is_named(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"no archive at all")
    with pytest.raises(UserError, match="w!a: cannot be read"):
        extract(("w!a",), tmp_path, {"w": path})
