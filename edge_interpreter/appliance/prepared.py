"""A release before it is built: the unpacked content of a bundle, or the same from a checkout.

bundle.json         version, Python, machine, models
install             the installation script
config.toml         the default configuration
requirements.txt    every package with its sha256
wheels/             the packages, and pip
systemd/            the units
models.tar          the weights, as `models export` writes them; not in a checkout's
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_interpreter.errors import UserError

DESCRIPTION = "bundle.json"
FORMAT = "edge-interpreter bundle 1"
REQUIREMENTS = "requirements.txt"
MODELS = "models.tar"
CONFIG = "config.toml"
SCRIPT = "install"
WHEELS = "wheels"
UNITS = "systemd"


@dataclass(frozen=True, slots=True)
class Description:
    """What a bundle says of itself.

    `python` is such as "3.11", `machine` such as "x86_64", `unpacked` the bytes of a built release
    and its weights, `models` the files of each model with size and sha256.
    """

    release: str
    version: str
    python: str
    machine: str
    unpacked: int
    models: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def as_json(self) -> str:
        """The text of `bundle.json`."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"format": FORMAT, **fields}, indent=1) + "\n"


def read_description(text: str | bytes, name: str) -> Description:
    """Read `bundle.json`; UserError for another format, with `name` for the bundle."""
    try:
        entry = json.loads(text)
        if entry.pop("format") != FORMAT:
            raise UserError(f"{name}: made by another version; this installer cannot read it")
        return Description(**entry)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{name}: {DESCRIPTION} cannot be read") from error


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def release_id(version: str, directory: Path) -> str:
    """Version and a digest of all that makes the release another one, the weights apart."""
    digest = hashlib.sha256()
    for path in _determining(directory):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version}-{digest.hexdigest()[:8]}"


def _determining(directory: Path) -> Iterable[Path]:
    yield from (directory / name for name in (REQUIREMENTS, CONFIG, SCRIPT))
    yield from sorted((directory / UNITS).glob("*.*"))


class Prepared:
    """The directory of a prepared release. Raises UserError where its description is unusable."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        text = (directory / DESCRIPTION).read_bytes()
        self.description = read_description(text, directory.name)

    @property
    def release_id(self) -> str:
        """Name of the release's directory."""
        return self.description.release

    @property
    def config(self) -> Path:
        """The product's default configuration."""
        return self.directory / CONFIG

    @property
    def script(self) -> Path:
        """The installation script."""
        return self.directory / SCRIPT

    @property
    def requirements(self) -> Path:
        """The packages with their hashes."""
        return self.directory / REQUIREMENTS

    @property
    def wheels(self) -> Path:
        """The packages."""
        return self.directory / WHEELS

    @property
    def models(self) -> Path | None:
        """The weights, where there are any in it."""
        path = self.directory / MODELS
        return path if path.is_file() else None

    @property
    def pip(self) -> Path:
        """The wheel of pip, which can be run as it is."""
        found = sorted(self.wheels.glob("pip-*.whl"))
        if not found:
            raise UserError(f"{self.wheels}: there is no pip in it")
        return found[-1]

    def units(self) -> list[Path]:
        """The units of systemd."""
        return sorted((self.directory / UNITS).glob("*.*"))

    def require_fitting(self) -> None:
        """UserError unless it was made for this machine's Python and processor."""
        python, machine = "{}.{}".format(*sys.version_info[:2]), platform.machine()
        made_for = self.description
        if (made_for.python, made_for.machine) != (python, machine):
            raise UserError(
                f"made for Python {made_for.python} on {made_for.machine}; this machine has "
                f"Python {python} ({sys.executable}) on {machine}: make the bundle with that Python"
            )
