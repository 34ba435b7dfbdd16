import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = [
    "scripts/setup",
    "scripts/install",
    "scripts/run",
    "scripts/test",
    "scripts/lint",
    ".ci/run",
]


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


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--nonsense"], "unknown option --nonsense (see install --help)"),
        (["--bundle"], "--bundle needs a value (see install --help)"),
        (["--root", "{root}", "--bundle", "/gone"], "/gone: no such file"),
        (
            ["--root", "{root}", "--python", "/bin/false"],
            "Python 3.11 or later is needed, which /bin/false is not",
        ),
    ],
)
def test_wrong_use_of_install_is_one_line(
    arguments: list[str], complaint: str, tmp_path: Path
) -> None:
    words = [word.format(root=tmp_path) for word in arguments]
    done = subprocess.run(
        [ROOT / "scripts/install", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == f"install: {complaint}\n"
