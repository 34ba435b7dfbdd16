"""Installing a prepared release on a box, first or over an older one; going back to that one."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.appliance import trust, weights
from edge_interpreter.appliance.defaults import Defaults
from edge_interpreter.appliance.host import Host
from edge_interpreter.appliance.layout import NAME, Layout
from edge_interpreter.appliance.prepared import Prepared
from edge_interpreter.appliance.releases import Release, Releases
from edge_interpreter.errors import UserError

OPERATOR_KEY = "operator"
_MARGIN = 200 << 20


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the administrator asked for.

    `fetch` names models and profiles to download, `accept` models whose licence is agreed to,
    `signer` is the public key (PEM) whose signature of the bundle was verified.
    """

    fetch: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    lan: bool = False
    signer: str = ""


class Installation:
    """Changes a box step by step; each change is told to `tell` and counted."""

    def __init__(self, layout: Layout, host: Host, tell: Callable[[str], None]) -> None:
        self._layout = layout
        self._host = host
        self._tell = tell
        self._releases = Releases(layout)
        self._defaults = Defaults(layout, self._note)
        self.changes = 0

    def install(self, prepared: Prepared, wishes: Wishes) -> Release:
        """Bring the box to this release; a second time nothing changes. Raises UserError."""
        prepared.require_fitting()
        self._note(self._host.ensure_user())
        self._directories()
        if wishes.signer:
            self._note(trust.remember(self._layout.trusted_keys, wishes.signer))
        release = self._built(prepared)
        self._weights(release, prepared, wishes)
        self._put_in_use(release, lan=wishes.lan)
        for old in self._releases.clear():
            self._note(f"release {old}: removed")
        return release

    def roll_back(self) -> Release:
        """Go back to the release before. Raises UserError where there is none."""
        previous, current = self._releases.previous, self._releases.current
        if previous is None or not previous.complete or previous == current:
            raise UserError(f"{self._layout.versions}: there is no release to go back to")
        self._put_in_use(previous)
        return previous

    def remove(self, *, purge: bool) -> None:
        """Take the product off the box; configuration and data stay unless purged."""
        layout = self._layout
        self._note(self._host.stop())
        if current := self._releases.current:
            self._defaults.remove_units(current)
            self._host.reload_units()
        own = [layout.settings, layout.data]
        for path in (layout.command, layout.program, *(own if purge else ())):
            self._delete(path)
        if purge:
            self._note(self._host.remove_user())
        for path in own:
            if path.exists():
                self._tell(f"{path}: kept (to remove it too: rm -r {path})")

    def _note(self, done: str) -> None:
        if done:
            self.changes += 1
            self._tell(done)

    def _directories(self) -> None:
        layout, host = self._layout, self._host
        for path in (layout.program, layout.versions, layout.units, layout.command.parent):
            self._note(host.ensure_directory(path, 0o755))
        # The configuration may hold passwords of trunks.
        for path in (layout.settings, layout.drop_ins, layout.trusted_keys):
            self._note(host.ensure_directory(path, 0o750))
        self._note(host.ensure_directory(layout.data, 0o750, owner=NAME))
        self._note(host.ensure_directory(layout.state, 0o700, owner=NAME))
        # The service reads the weights and cannot change them.
        self._note(host.ensure_directory(layout.models, 0o755))

    def _built(self, prepared: Prepared) -> Release:
        release = self._releases.find(prepared.release_id)
        if release.complete:
            return release
        self._require_space(prepared)
        self._tell(f"release {release.id}: building ...")
        self._releases.build(prepared)
        self._note(f"release {release.id}: built in {release.path}")
        return release

    def _require_space(self, prepared: Prepared) -> None:
        needed = prepared.description.unpacked + _MARGIN
        free = shutil.disk_usage(self._layout.versions).free
        if free < needed:
            raise UserError(
                f"{self._layout.versions}: {needed / 1e6:,.0f} MB of disk space are needed, "
                f"{free / 1e6:,.0f} MB are free; nothing was switched"
            )

    def _weights(self, release: Release, prepared: Prepared, wishes: Wishes) -> None:
        models, wanted = self._layout.models, prepared.description.models
        before = weights.names_in(models)
        if prepared.models is not None and not weights.are_there(models, wanted):
            weights.import_bundled(release, prepared.models, models, wishes.accept)
            self._note(f"{models}: {', '.join(sorted(wanted))} installed")
        elif wishes.fetch:
            weights.fetch(release, models, wishes.fetch, wishes.accept)
            new = sorted(weights.names_in(models) - before)
            self._note(f"{models}: {', '.join(new)} installed" if new else "")

    def _put_in_use(self, release: Release, *, lan: bool = False) -> None:
        before = self._releases.current
        self._defaults.require_accepted(release, before)
        self._switch(release, before)
        if lan:
            self._defaults.serve_lan()
        command = self._layout.command
        if not command.is_symlink():
            command.symlink_to(self._layout.current.absolute() / "bin" / NAME)
            self._note(f"{command}: made")
        self._first_key(release)
        if release.unit_names() and (self.changes or not self._host.running()):
            self._start(release, before)

    def _switch(self, release: Release, before: Release | None) -> None:
        self._defaults.place(release, before)
        self._host.reload_units()
        if before != release:
            self._releases.switch(release)
            self._note(f"release {release.id}: in use")

    def _first_key(self, release: Release) -> None:
        """Make the operator's key on the first installation and print it, this once."""
        if any(self._layout.state.iterdir()):
            return
        create = ["create-key", "--name", OPERATOR_KEY, "--room", "*", "--role", "operate"]
        config = ["--config", str(self._layout.config)]
        done = self._host.as_service([str(release.command), "token", *create, *config])
        if done.returncode:
            raise UserError(f"no operator's key could be made: {done.stderr.strip()}")
        self._note(f"operator's key, shown this once: {done.stdout.strip()}")

    def _start(self, release: Release, before: Release | None) -> None:
        fault = self._host.start()
        if not fault:
            if self._host.starts:
                self._tell("the service is running")
            return
        fault = f"release {release.id} does not start: {fault} (see: journalctl -u {NAME})"
        if before is None or before == release or not before.complete:
            raise UserError(fault)
        self._switch(before, release)
        again = self._host.start()
        how = f"which does not start either: {again}" if again else "which is running again"
        raise UserError(f"{fault}; went back to {before.id}, {how}")

    def _delete(self, path: Path) -> None:
        if path.is_symlink():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            return
        self._note(f"{path}: removed")
