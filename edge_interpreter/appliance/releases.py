"""Releases side by side: building one, switching to it, going back, clearing away old ones."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.appliance.environment import bare
from edge_interpreter.appliance.layout import NAME, Layout
from edge_interpreter.appliance.prepared import Prepared
from edge_interpreter.errors import UserError

COMPLETE = "complete.json"
DEFAULTS = "defaults"
_LOAD = "import sys; from pathlib import Path; from edge_interpreter.config import load_config"
_CHECK = f"""{_LOAD}
from edge_interpreter.errors import UserError
try:
    load_config(Path(sys.argv[1]))
except UserError as error:
    sys.exit(str(error))
"""


@dataclass(frozen=True, slots=True)
class Release:
    """One release in its directory; it counts only once its stamp is written."""

    path: Path

    @property
    def id(self) -> str:
        """Version and a digest of what it is made of."""
        return self.path.name

    @property
    def python(self) -> Path:
        """The interpreter of its virtual environment."""
        return self.path / "bin/python"

    @property
    def command(self) -> Path:
        """Its command."""
        return self.path / "bin" / NAME

    @property
    def complete(self) -> bool:
        """Whether it was built to the end and its Python is still the one it was built with."""
        try:
            stamp = json.loads((self.path / COMPLETE).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        probe = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
        try:
            done = _output([self.python, "-I", "-c", probe])
        except OSError:
            return False
        return done.returncode == 0 and done.stdout.strip() == stamp["python"]

    def default(self, name: str) -> str | None:
        """A file as this release would have it, None where it has no such file."""
        try:
            return (self.path / DEFAULTS / name).read_text("utf-8")
        except FileNotFoundError:
            return None

    def unit_names(self) -> list[str]:
        """The units that belong to it."""
        return sorted(path.name for path in (self.path / DEFAULTS / "systemd").glob("*.*"))

    def check_config(self, config: Path) -> str:
        """What this release does not accept in a configuration, empty where all is well."""
        done = _output([self.python, "-I", "-c", _CHECK, config])
        return done.stderr.strip() if done.returncode else ""


class Releases:
    """All releases of a layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def current(self) -> Release | None:
        """The one in use."""
        return _linked(self._layout.current)

    @property
    def previous(self) -> Release | None:
        """The one before."""
        return _linked(self._layout.previous)

    def find(self, release_id: str) -> Release:
        """The release of that id, built or not."""
        return Release(self._layout.versions / release_id)

    def build(self, prepared: Prepared) -> Release:
        """Build a release from what was prepared. Raises UserError; then nothing is left of it."""
        release = self.find(prepared.release_id)
        shutil.rmtree(release.path, ignore_errors=True)
        try:
            self._fill(release, prepared)
        except OSError as error:
            shutil.rmtree(release.path, ignore_errors=True)
            raise UserError(f"{release.path}: {error.strerror or error}") from error
        except BaseException:
            shutil.rmtree(release.path, ignore_errors=True)
            raise
        return release

    def switch(self, release: Release) -> None:
        """Make it the one in use; the one in use until now becomes the one before."""
        before = self.current
        if before == release:
            return
        if before is not None and before.complete:
            _point(self._layout.previous, before.path)
        _point(self._layout.current, release.path)

    def clear(self) -> list[str]:
        """Remove all but the one in use and the one before; what was removed."""
        kept = {release.path for release in (self.current, self.previous) if release is not None}
        doomed = [path for path in sorted(self._layout.versions.iterdir()) if path not in kept]
        for path in doomed:
            shutil.rmtree(path, ignore_errors=True)
        return [path.name for path in doomed]

    def _fill(self, release: Release, prepared: Prepared) -> None:
        venv.create(release.path, with_pip=False, symlinks=True)
        _install_wheels(release, prepared)
        defaults = release.path / DEFAULTS
        (defaults / "systemd").mkdir(parents=True)
        config = self._layout.adapt_config(prepared.config.read_text("utf-8"))
        (defaults / "config.toml").write_text(config, "utf-8")
        for unit in prepared.units():
            text = self._layout.adapt_unit(unit.read_text("utf-8"))
            (defaults / "systemd" / unit.name).write_text(text, "utf-8")
        shutil.copy(prepared.script, defaults / "install")
        stamp = {"release": release.id, "python": "{}.{}".format(*sys.version_info[:2])}
        os.sync()
        (release.path / COMPLETE).write_text(json.dumps(stamp) + "\n", "utf-8")


def _install_wheels(release: Release, prepared: Prepared) -> None:
    pip = prepared.pip / "pip"
    command: list[str | Path] = [release.python, "-I", pip, "--isolated", "install", "--quiet"]
    command += ["--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-index"]
    command += ["--find-links", prepared.wheels, "--require-hashes"]
    done = _output([*command, "--requirement", prepared.requirements])
    if done.returncode:
        complaint = done.stderr.strip()
        if "No space left" in complaint:
            raise UserError(f"{release.path}: the disk is full; nothing was changed")
        last = complaint.splitlines()[-1] if complaint else "no reason given"
        raise UserError(f"{release.path}: the Python packages cannot be installed: {last}")


def _output(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    environment = bare()
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def _linked(link: Path) -> Release | None:
    try:
        target = link.parent / link.readlink()
    except OSError:
        return None
    return Release(target) if target.is_dir() else None


def _point(link: Path, target: Path) -> None:
    """Replace a link in one step."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(link.parent))
    fresh.replace(link)
