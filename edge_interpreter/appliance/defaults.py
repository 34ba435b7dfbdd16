"""The configuration, the units and the script of a release, put where they belong."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from edge_interpreter.appliance.conffiles import chosen_text, place_default, write_whole
from edge_interpreter.appliance.layout import Layout
from edge_interpreter.appliance.releases import Release
from edge_interpreter.errors import UserError

_CONFIG = "config.toml"
_LAN = """# Made by the installation (--lan). Without this file the box serves itself alone.
[server]
host = "0.0.0.0"
"""


class Defaults:
    """Places the defaults of releases; `note` is told of each change."""

    def __init__(self, layout: Layout, note: Callable[[str], None]) -> None:
        self._layout = layout
        self._note = note

    def require_accepted(self, release: Release, before: Release | None) -> None:
        """UserError unless the release accepts the configuration it would find."""
        config = self._layout.config
        new, old = release.default(_CONFIG) or "", before.default(_CONFIG) if before else None
        with tempfile.TemporaryDirectory() as scratch:
            trial = Path(scratch) / _CONFIG
            trial.write_text(chosen_text(config, new, old), "utf-8")
            (Path(scratch) / "config.d").symlink_to(self._layout.drop_ins.absolute())
            fault = release.check_config(trial).replace(scratch, str(config.parent))
        if fault:
            raise UserError(
                f"release {release.id} does not accept the configuration and was not put in use: "
                f"{fault}"
            )

    def place(self, release: Release, before: Release | None) -> None:
        """Bring configuration, units and script to the release's, keeping what was edited."""
        config = release.default(_CONFIG) or ""
        old = before.default(_CONFIG) if before else None
        self._note(place_default(self._layout.config, config, old, 0o640))
        for name in release.unit_names():
            text = release.default(f"systemd/{name}") or ""
            old = before.default(f"systemd/{name}") if before else None
            self._note(place_default(self._layout.units / name, text, old))
        if before:
            self.remove_units(before, but=release)
        script = release.default("install") or ""
        target = self._layout.script
        if not target.exists() or target.read_text("utf-8") != script:
            write_whole(target, script, 0o755)
            self._note(f"{target}: written")

    def serve_lan(self) -> None:
        """Have the local network served."""
        drop_in = self._layout.drop_ins / "50-lan.toml"
        if not drop_in.exists():
            write_whole(drop_in, _LAN, 0o640)
            self._note(f"{drop_in}: written; the local network is served")

    def remove_units(self, release: Release, but: Release | None = None) -> None:
        """Remove a release's units, but for those of another; edited ones are saved."""
        kept = but.unit_names() if but else ()
        for name in release.unit_names():
            unit = self._layout.units / name
            if name in kept or not unit.exists():
                continue
            if unit.read_text("utf-8") != release.default(f"systemd/{name}"):
                saved = self._layout.settings / f"{name}.edited"
                shutil.copy(unit, saved)
                self._note(f"{saved}: what you had made of {unit}")
            unit.unlink()
            self._note(f"{unit}: removed")
