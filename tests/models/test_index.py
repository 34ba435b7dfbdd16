from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Package
from edge_interpreter.models.index import IndexClient
from tests.models import shop

PACKAGE = Package(**shop.package(shop.TINY_WHEEL))


def client(tmp_path: Path, script: str = "", data: bytes = shop.TINY_WHEEL) -> IndexClient:
    program = shop.index_client(tmp_path, {"tiny-weights": data}, script)
    return IndexClient(tmp_path / "cache", shop.Silent(), program)


def test_package_is_fetched_once_and_kept(tmp_path: Path) -> None:
    index = client(tmp_path)
    assert index.fetch(PACKAGE).read_bytes() == shop.TINY_WHEEL
    index.fetch(PACKAGE)
    assert shop.calls(tmp_path) == ["tiny-weights"]
    index.forget(PACKAGE)
    assert index.cached(PACKAGE) is None


def test_package_damaged_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    index = client(tmp_path)
    index.fetch(PACKAGE).write_bytes(bytes(len(shop.TINY_WHEEL)))
    assert index.fetch(PACKAGE).read_bytes() == shop.TINY_WHEEL


def test_another_file_under_the_same_name_is_refused_and_not_kept(tmp_path: Path) -> None:
    index = client(tmp_path, data=shop.TINY_WHEEL + b"!")
    with pytest.raises(UserError, match=r"tiny-weights 1\.0 is not the file the catalogue names"):
        index.fetch(PACKAGE)
    assert index.cached(PACKAGE) is None


def test_failed_try_is_repeated(tmp_path: Path) -> None:
    once = "import os\nif len(log.read_text().split()) == 1: sys.exit('ERROR: Connection broken')"
    assert client(tmp_path, once).fetch(PACKAGE).is_file()


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        (
            "ERROR: Could not find a version\\nERROR: No matching distribution",
            "not in the package index",
        ),
        ("WARNING: connection\\nERROR: No matching distribution", "no connection"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "sha256 differs"),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("python: No module named pip", "ensurepip"),
        ("ERROR: HTTP error 503", "cannot be reached .HTTP error 503"),
    ],
)
def test_what_the_client_says_becomes_one_line(tmp_path: Path, output: str, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as caught:
        client(tmp_path, f"sys.exit('{output}')").fetch(PACKAGE)
    assert "tiny-weights 1.0" in str(caught.value)
    assert "\n" not in str(caught.value)
