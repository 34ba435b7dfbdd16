"""A run that must not skip anything says so when it does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULE = 'import pytest\npytest.importorskip("nowhere_to_be_found")\n'
MARKED = 'import pytest\n@pytest.mark.skip(reason="no proxy")\ndef test_it(): pass\n'
CALLED = 'import pytest\ndef test_it(): pytest.skip("no proxy")\n'
FINE = "def test_it(): pass\n"


@pytest.mark.parametrize("text", [MODULE, MARKED, CALLED])
def test_a_skip_fails_only_where_it_must_not_be(tmp_path: Path, text: str) -> None:
    (tmp_path / "test_skipped.py").write_text(text)
    (tmp_path / "test_fine.py").write_text(FINE)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.conftest", "."]
    for wish, fails in (("", False), ("1", True)):
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SKIPS_FAIL": wish},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        assert ("SKIPS_FAIL" in done.stdout) is fails
