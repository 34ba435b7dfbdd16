"""Packages from an index are those that the release was made with."""

import hashlib
import re
from pathlib import Path

import pytest

from edge_interpreter.appliance.verifying import entries, verify_wheels

ROOT = Path(__file__).parents[2]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def hashes(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.hashes"
    path.write_text(
        f"# made\nGood_One==1.0 \\\n    --hash=sha256:{digest(b'good')} \\\n"
        f"    --hash=sha256:{digest(b'source')}\nother==2 \\\n    --hash=sha256:{digest(b'x')}\n"
    )
    return path


def test_a_wheel_that_is_known_stays(tmp_path: Path, hashes: Path) -> None:
    wheel = tmp_path / "good_one-1.0-py3-none-any.whl"
    wheel.write_bytes(b"good")
    (tmp_path / "own-3-py3-none-any.whl").write_bytes(b"not listed")
    verify_wheels(tmp_path, hashes, lambda file: pytest.fail(file.read_text()))
    assert wheel.exists()


def test_a_wheel_that_is_not_is_fetched_anew_by_its_hashes(tmp_path: Path, hashes: Path) -> None:
    wheel = tmp_path / "good_one-1.0-py3-none-any.whl"
    wheel.write_bytes(b"changed on the way")
    asked: list[str] = []
    verify_wheels(tmp_path, hashes, lambda file: asked.append(file.read_text()))
    assert not wheel.exists()
    assert asked == [entries(hashes.read_text())["good-one"]]
    assert not (tmp_path / "again.txt").exists()


def test_every_version_of_the_lock_has_hashes() -> None:
    locked = re.findall(r"^\S+==\S+$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    hashed = (ROOT / "requirements.hashes").read_text()
    known = {entry.split()[0] for entry in entries(hashed).values()}
    assert set(locked) == known, "run: .venv/bin/python scripts/lock-hashes"
