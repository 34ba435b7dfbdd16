"""Weights of a prepared release: what is there already, and importing what is not."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_interpreter.appliance.environment import without_python
from edge_interpreter.appliance.releases import Release
from edge_interpreter.errors import UserError


def are_there(models: Path, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> bool:
    """Whether every model is installed with just these files, by record and by size."""
    return all(_is_there(models / name, files) for name, files in wanted.items())


def names_in(models: Path) -> set[str]:
    """The models installed in a directory."""
    return {record.parent.name for record in models.glob("*/installed.json")}


def import_bundled(release: Release, bundled: Path, models: Path, accepted: Sequence[str]) -> None:
    """Install the weights of a bundle with the release's own command. Raises UserError."""
    _models(release, models, ["import", str(bundled), *_accept(accepted)])


def fetch(release: Release, models: Path, names: Sequence[str], accepted: Sequence[str]) -> None:
    """Download weights with the release's own command. Raises UserError."""
    _models(release, models, ["fetch", *names, *_accept(accepted)])
    shutil.rmtree(models / ".cache", ignore_errors=True)


def _is_there(place: Path, files: Mapping[str, Mapping[str, Any]]) -> bool:
    try:
        record = json.loads((place / "installed.json").read_text("utf-8"))["files"]
        sizes = {name: (place / name).stat().st_size for name in files}
    except (OSError, ValueError, KeyError):
        return False
    found = {name: (entry["sha256"], sizes.get(name)) for name, entry in record.items()}
    return found == {name: (entry["sha256"], entry["size"]) for name, entry in files.items()}


def _models(release: Release, models: Path, action: list[str]) -> None:
    command = [str(release.command), "models", "--directory", str(models), *action]
    if subprocess.run(command, check=False, umask=0o022, env=without_python()).returncode:
        raise UserError("the weights could not be installed (see above); nothing was switched")


def _accept(accepted: Sequence[str]) -> list[str]:
    return [part for name in accepted for part in ("--accept", name)]
