"""Collecting a release on a machine with a package index: wheels with hashes, units, script."""

import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from edge_interpreter.appliance import prepared as names
from edge_interpreter.appliance.environment import without_python
from edge_interpreter.appliance.layout import NAME
from edge_interpreter.appliance.prepared import Description, Prepared, release_id, sha256_of
from edge_interpreter.appliance.verifying import HASHES, verify_wheels
from edge_interpreter.errors import UserError

EXTRAS = ("telephony",)
MORE_EXTRAS = ("postgres", "remote")
"""For boxes that are one of several: only where they are asked for."""
_LOCK = "requirements.lock"
_LOCK_OF_SEVERAL = "requirements-cluster.lock"
_BUILT_AT = "1577836800"
_COMPILED = 1.3
"""Compiled modules and the file system's blocks make a release so much larger than its wheels."""


def fresh_pip(directory: Path) -> tuple[str, ...]:
    """A pip of this Python in an environment of its own: the command. Raises UserError."""
    command = [sys.executable, "-m", "venv", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(
            f"{sys.executable} cannot make a virtual environment "
            "(on Debian or Ubuntu: apt-get install python3-venv)"
        )
    return (str(directory / "bin/python"), "-m", "pip")


def collect(source: Path, target: Path, pip: Sequence[str], extras: Sequence[str] = ()) -> Prepared:
    """Put everything but the weights into `target`, from a checkout. Raises UserError.

    `extras` are those of MORE_EXTRAS that are wanted too.
    """
    if not (source / "pyproject.toml").is_file():
        raise UserError(f"{source}: is no checkout of the product")
    wheels = target / names.WHEELS
    (target / names.UNITS).mkdir(parents=True)
    chosen = ",".join([*EXTRAS, *sorted(set(extras))])
    locks = [source / _LOCK, *([source / _LOCK_OF_SEVERAL] if extras else [])]
    _collect_wheels(source, wheels, pip, chosen, locks)
    shutil.copy(source / "config.toml", target / names.CONFIG)
    shutil.copy(source / "scripts/install", target / names.SCRIPT)
    for unit in sorted((source / names.UNITS).glob(f"{NAME}*.*")):
        shutil.copy(unit, target / names.UNITS)
    requirements, version = _requirements(wheels, chosen)
    (target / names.REQUIREMENTS).write_text(requirements, "ascii")
    description = Description(
        release=release_id(version, target),
        version=version,
        python="{}.{}".format(*sys.version_info[:2]),
        machine=platform.machine(),
        unpacked=int(sum(_unpacked(path) for path in wheels.iterdir()) * _COMPILED),
    )
    (target / names.DESCRIPTION).write_text(description.as_json(), "utf-8")
    return Prepared(target)


def _collect_wheels(
    source: Path, wheels: Path, pip: Sequence[str], extras: str, locks: Sequence[Path]
) -> None:
    # Some packages come as source only, which an old pip builds in this way alone.
    common = [
        "wheel",
        "--use-pep517",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--wheel-dir",
    ]
    lock = [word for path in locks for word in ("--constraint", str(path))]
    _run([*pip, *common, str(wheels), "--no-deps", str(source)])
    own = next(wheels.glob("edge_interpreter-*.whl"))
    wanted = f"{NAME}[{extras}] @ {own.absolute().as_uri()}"
    _run([*pip, *common, str(wheels), *lock, wanted])
    again = [*pip, *common, str(wheels), "--no-deps", "--require-hashes", "--requirement"]
    verify_wheels(wheels, source / HASHES, lambda file: _run([*again, str(file)]))
    # It installs the others, and `models fetch` needs it later.
    _run([*pip, *common, str(wheels), "--no-deps", "pip"])


def _run(command: Sequence[str]) -> None:
    # What is built here twice is the same twice (reproducible-builds.org), so that a second
    # installation finds the release it made.
    environment = {**without_python(), "SOURCE_DATE_EPOCH": _BUILT_AT}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise UserError(f"the packages cannot be had: {(errors or ['no reason given'])[-1]}")


def _requirements(wheels: Path, extras: str) -> tuple[str, str]:
    """The text of `requirements.txt`, and our own version."""
    lines, own = [], ""
    for path in sorted(wheels.glob("*.whl")):
        package, version = path.name.split("-")[:2]
        if package == "edge_interpreter":
            own, package = version, f"{NAME}[{extras}]"
        lines.append(f"{package}=={version} --hash=sha256:{sha256_of(path)}\n")
    return "".join(lines), own


def _unpacked(wheel: Path) -> int:
    with zipfile.ZipFile(wheel) as archive:
        return sum(member.file_size for member in archive.infolist())


def files_below(directory: Path) -> Iterator[str]:
    """Names of all files, relative, in a fixed order."""
    found = (path for path in directory.rglob("*") if path.is_file())
    yield from sorted(path.relative_to(directory).as_posix() for path in found)
