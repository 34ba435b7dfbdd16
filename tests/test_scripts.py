import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ["scripts/setup", "scripts/run", "scripts/test", "scripts/lint", ".ci/run"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_can_be_run_and_parses(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / name], check=True)


def test_unknown_option_of_setup_is_one_line() -> None:
    done = subprocess.run(
        [ROOT / "scripts/setup", "--nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "setup: unknown option --nonsense (see scripts/setup --help)\n"


def test_help_of_setup_says_what_it_takes() -> None:
    done = subprocess.run(
        [ROOT / "scripts/setup", "--help"], capture_output=True, text=True, check=True
    )
    assert "--no-models" in done.stdout
    assert "#" not in done.stdout
