import sys
from pathlib import Path

import pytest

from edge_interpreter import cli
from edge_interpreter.appliance.collecting import collect
from edge_interpreter.appliance.trust import fingerprint
from edge_interpreter.errors import UserError
from tests.appliance import site

# Called like pip: "builds" our wheel, "downloads" what it needs, and itself.
CLIENT = """
import pathlib, shutil, sys
words, shelf = sys.argv[1:], pathlib.Path(__file__).with_name("shelf")
target = pathlib.Path(words[words.index("--wheel-dir") + 1])
target.mkdir(exist_ok=True)
if words[-1] == "pip":
    wanted = "pip-*.whl"
elif " @ file://" in words[-1]:
    locks = sum(word == "--constraint" for word in words)
    assert ("[telephony]" in words[-1], locks) == (True, 1) or (
        "[telephony,postgres]" in words[-1], locks) == (True, 2)
    wanted = "numpy-*.whl"
else:
    wanted = "edge_interpreter-*.whl"
for path in shelf.glob(wanted):
    shutil.copy(path, target)
"""


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> site.Vendor:
    return site.Vendor(tmp_path_factory.mktemp("vendor"))


@pytest.fixture
def client(tmp_path: Path) -> tuple[str, ...]:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    pip = site.pip_wheel()
    (shelf / pip.name).write_bytes(pip.read_bytes())
    (shelf / "numpy-9.9-cp311-cp311-linux_x86_64.whl").write_bytes(pip.read_bytes())
    site.wheel(shelf, "1.0", ("models", "server"))
    program = tmp_path / "client.py"
    program.write_text(CLIENT)
    return (sys.executable, str(program))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "checkout"
    (source / "scripts").mkdir(parents=True)
    (source / "systemd").mkdir()
    (source / "pyproject.toml").touch()
    (source / "requirements.lock").touch()
    (source / "requirements-cluster.lock").touch()
    (source / "requirements.hashes").write_text(f"other==1.0 --hash=sha256:{64 * 'a'}\n")
    (source / "config.toml").write_text(site.CONFIG.format(comment="x"))
    (source / "scripts/install").write_text("#!/bin/sh\n")
    (source / "systemd/edge-interpreter.service").write_text("[Service]\n")
    return source


def test_key_is_made_once_and_its_fingerprint_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "keys/key.pem"
    assert cli.main(["bundle", "keygen", "--key", str(key)]) == 0
    assert key.stat().st_mode & 0o777 == 0o600
    public = key.with_name("key.pem.pub").read_text()
    assert f"fingerprint  {fingerprint(public)}" in capsys.readouterr().out
    content = key.read_bytes()
    assert cli.main(["bundle", "keygen", "--key", str(key)]) == 2
    assert "there is a key already" in capsys.readouterr().err
    assert key.read_bytes() == content


def test_packages_are_collected_with_their_hashes(
    tmp_path: Path, source: Path, client: tuple[str, ...]
) -> None:
    prepared = collect(source, tmp_path / "content", client)
    requirements = prepared.requirements.read_text()
    assert "numpy==9.9 --hash=sha256:" in requirements
    assert "edge-interpreter[telephony]==1.0 --hash=sha256:" in requirements
    assert "pip==" in requirements, "models fetch needs it"
    assert [unit.name for unit in prepared.units()] == ["edge-interpreter.service"]
    assert prepared.description.unpacked > 1_000_000


def test_what_several_boxes_need_is_collected_where_it_is_asked_for(
    tmp_path: Path, source: Path, client: tuple[str, ...]
) -> None:
    prepared = collect(source, tmp_path / "content", client, ["postgres"])
    assert "edge-interpreter[telephony,postgres]==1.0 " in prepared.requirements.read_text()


def test_same_content_is_the_same_release_and_another_unit_another(
    tmp_path: Path, source: Path, client: tuple[str, ...]
) -> None:
    first = collect(source, tmp_path / "1", client).release_id
    assert collect(source, tmp_path / "2", client).release_id == first
    (source / "systemd/edge-interpreter.service").write_text("[Service]\nNice=1\n")
    assert collect(source, tmp_path / "3", client).release_id != first


def test_index_that_cannot_be_reached_is_said(tmp_path: Path, source: Path) -> None:
    client = (sys.executable, "-c", "import sys; sys.exit('ERROR: no connection')")
    with pytest.raises(UserError, match="cannot be had: ERROR: no connection"):
        collect(source, tmp_path / "content", client)


def test_bundle_without_a_key_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "none.pem"
    assert cli.main(["bundle", "create", str(tmp_path / "x"), "--key", str(key)]) == 2
    assert "make one: edge-interpreter bundle keygen" in capsys.readouterr().err


def test_verify_says_what_a_bundle_holds(
    tmp_path: Path, vendor: site.Vendor, capsys: pytest.CaptureFixture[str]
) -> None:
    first = vendor.bundle("first")
    assert cli.main(["bundle", "verify", str(first), "--key", str(vendor.key)]) == 0
    out = capsys.readouterr().out
    assert "sound" in out
    assert "models       tiny" in out
    stranger = ["--key", str(tmp_path / "none.pem")]
    assert cli.main(["bundle", "verify", str(first), *stranger]) == 2
    assert "not known here" in capsys.readouterr().err
    assert cli.main(["bundle", "verify", str(first), "--trust", "nonsense"]) == 2
    assert "is no file, and no fingerprint" in capsys.readouterr().err
