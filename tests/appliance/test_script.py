"""The installation script with tiny bundles, in a directory."""

import fcntl
import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.appliance import site

PROGRAM = "opt/edge-interpreter"
CONFIG = "etc/edge-interpreter/config.toml"


@pytest.fixture
def installed(tmp_path: Path, first: Path, vendor: site.Vendor) -> Path:
    site.install(tmp_path, first, "--trust", vendor.public)
    return tmp_path


def answer(root: Path) -> str:
    command = root / PROGRAM / "current/bin/edge-interpreter"
    done = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=True, env={}
    )
    return done.stdout.strip()


def edit(path: Path) -> str:
    text = path.read_text().replace("8080", "9090")
    path.write_text(text)
    return text


def test_a_bundle_is_installed_whole_and_a_second_time_changes_nothing(
    tmp_path: Path, first: Path, vendor: site.Vendor
) -> None:
    said = site.install(tmp_path, first, "--trust", vendor.public, "--lan")
    assert "shown this once: secret-key" in said
    assert answer(tmp_path) == "tiny 1.0"
    assert (
        f'directory = "{tmp_path}/var/lib/edge-interpreter/models"'
        in (tmp_path / CONFIG).read_text()
    )
    assert (tmp_path / "var/lib/edge-interpreter/models/tiny/model.bin").stat().st_size > 1000
    assert "0.0.0.0" in (tmp_path / "etc/edge-interpreter/config.d/50-lan.toml").read_text()
    unit = tmp_path / "etc/systemd/system/edge-interpreter.service"
    assert f"{tmp_path}/opt/edge-interpreter/current/bin" in unit.read_text()
    before = site.snapshot(tmp_path)
    again = site.install(tmp_path, first, "--lan")
    assert "nothing to change" in again
    assert "secret-key" not in again
    assert site.snapshot(tmp_path) == before


def test_upgrade_keeps_what_was_edited_and_rollback_goes_back(
    installed: Path, second: Path, vendor: site.Vendor
) -> None:
    edited = edit(installed / CONFIG)
    said = site.install(installed, second)
    assert "edited, so it stays" in said
    assert "secret-key" not in said
    assert answer(installed) == "tiny 2.0"
    assert (installed / CONFIG).read_text() == edited
    assert "# another comment" in (installed / f"{CONFIG}.new").read_text()
    unit = installed / "etc/systemd/system/edge-interpreter.service"
    assert "# another comment" in unit.read_text()

    rolled = site.run(installed, "--rollback")
    assert rolled.returncode == 0, rolled.stderr
    assert answer(installed) == "tiny 1.0"
    assert (installed / CONFIG).read_text() == edited
    assert "# a comment" in unit.read_text()

    assert site.run(installed, "--rollback").returncode == 0
    assert answer(installed) == "tiny 2.0"
    third = vendor.bundle("third", "3.0")
    assert "release 1.0-" in site.install(installed, third)
    assert len(list((installed / PROGRAM / "versions").iterdir())) == 2


def test_release_that_refuses_the_configuration_is_not_put_in_use(
    installed: Path, vendor: site.Vendor
) -> None:
    drop_in = installed / "etc/edge-interpreter/config.d/site.toml"
    drop_in.write_text("[server]\nport = 9\n")
    strict = vendor.bundle("strict", "4.0", known=("models",))
    done = site.run(installed, "--bundle", strict)
    assert done.returncode == 2
    assert "does not accept the configuration" in done.stderr
    assert "unknown key server" in done.stderr
    assert answer(installed) == "tiny 1.0"


def test_what_a_killed_installation_left_behind_is_made_good(
    tmp_path: Path, first: Path, vendor: site.Vendor
) -> None:
    with tarfile.open(first) as archive:
        description = archive.extractfile("bundle.json")
        assert description is not None
        release = json.load(description)["release"]
    half = tmp_path / PROGRAM / "versions" / release
    (half / "bin").mkdir(parents=True)
    (tmp_path / PROGRAM / ".incoming").mkdir()
    (tmp_path / PROGRAM / ".incoming/models.tar").write_bytes(b"half")
    site.install(tmp_path, first, "--trust", vendor.public)
    assert answer(tmp_path) == "tiny 1.0"
    assert not (tmp_path / PROGRAM / ".incoming").exists()


def test_uninstalling_keeps_configuration_and_data_unless_purged(
    installed: Path, first: Path, vendor: site.Vendor
) -> None:
    edited = edit(installed / CONFIG)
    done = site.run(installed, "--uninstall")
    assert done.returncode == 0, done.stderr
    assert not (installed / PROGRAM).exists()
    assert not list((installed / "etc/systemd/system").iterdir())
    assert (installed / CONFIG).read_text() == edited
    assert (installed / "var/lib/edge-interpreter/models/tiny/model.bin").exists()
    again = site.install(installed, first, "--trust", vendor.public)
    assert "secret-key" not in again
    assert (installed / CONFIG).read_text() == edited
    assert site.run(installed, "--uninstall", "--purge").returncode == 0
    assert site.snapshot(installed) == {}


def test_second_installation_at_the_same_time_is_refused(tmp_path: Path, first: Path) -> None:
    (tmp_path / PROGRAM).mkdir(parents=True)
    with (tmp_path / PROGRAM / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = site.run(tmp_path, "--bundle", first)
    assert done.returncode == 2
    assert done.stderr == "install: another installation is running\n"


def test_disk_that_is_too_small_is_said_before_anything_is_built(
    tmp_path: Path, vendor: site.Vendor
) -> None:
    huge = vendor.bundle("huge", "9.0", unpacked=1 << 60)
    done = site.run(tmp_path, "--bundle", huge, "--trust", vendor.public)
    assert done.returncode == 2
    assert "MB of disk space are needed" in done.stderr
    assert not list((tmp_path / PROGRAM / "versions").iterdir())


@pytest.mark.parametrize("action", ["--rollback", "--uninstall"])
def test_nothing_installed_is_said(tmp_path: Path, action: str) -> None:
    done = site.run(tmp_path, action)
    assert done.returncode == 2
    assert "nothing is installed there" in done.stderr
    assert not list(tmp_path.iterdir())
