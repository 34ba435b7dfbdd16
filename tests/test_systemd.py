"""The unit, as systemd itself judges it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[1] / "systemd/edge-interpreter.service"
NODE_PAGE = Path(__file__).parents[1] / "docs/scale/inference.md"
MOST_EXPOSED = 2.0

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ("systemd-analyze", *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_the_sandbox_is_as_strict_as_promised() -> None:
    judged = analyze("security", "--offline=true", "--no-pager", str(UNIT))
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    assert score, judged.stderr
    assert float(score[1]) <= MOST_EXPOSED


def test_the_unit_has_no_mistake(tmp_path: Path) -> None:
    """With a program that exists here: the real one does after the installation."""
    there = tmp_path / UNIT.name
    there.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text()))
    verified = analyze("verify", str(there))
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_the_unit_of_a_node_has_no_mistake_and_is_not_root(tmp_path: Path) -> None:
    (unit,) = re.findall(r"```ini\n(.*?)```", NODE_PAGE.read_text(), re.DOTALL)
    there = tmp_path / "interpreter-node.service"
    there.write_text(re.sub(r"(?m)^(Exec\w+)=\S+", r"\1=/bin/true", unit))
    verified = analyze("verify", str(there))
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    assert "User=interpreter-node" in unit.splitlines()


def test_what_the_unit_relaxes_is_explained() -> None:
    """Every check that counts against us is a line of the unit, with a comment above it."""
    judged = analyze("security", "--offline=true", "--no-pager", "--json=short", str(UNIT))
    failed = {
        check["json_field"] for check in json.loads(judged.stdout) if float(check["exposure"] or 0)
    }
    lines = UNIT.read_text().splitlines()
    explained = _explained(lines)
    known = {
        "RestrictAddressFamilies_AF_INET_INET6": "RestrictAddressFamilies",
        "RestrictAddressFamilies_AF_UNIX": "RestrictAddressFamilies",
        "RestrictAddressFamilies_AF_NETLINK": "RestrictAddressFamilies",
        "SystemCallFilter_resources": "SystemCallFilter",
        "IPAddressDeny": "IPAddressAllow",
    }
    # A root directory of its own would need every library copied into it.
    unexplained = (
        {known.get(name, name) for name in failed} - explained - {"RootDirectoryOrRootImage"}
    )
    assert unexplained == set()


def _explained(lines: list[str]) -> set[str]:
    """Directives in a paragraph that begins, or continues, with a comment."""
    found: set[str] = set()
    commented = False
    for line in lines:
        if not line:
            commented = False
        elif line.startswith("#"):
            commented = True
        elif commented:
            found.add(line.partition("=")[0])
    return found
