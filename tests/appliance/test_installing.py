"""A service that does not start, and what a box is left with then."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge_interpreter.appliance import host as host_module
from edge_interpreter.appliance.host import Host
from edge_interpreter.appliance.installing import Installation, Wishes
from edge_interpreter.appliance.layout import Layout
from edge_interpreter.appliance.releases import Releases
from edge_interpreter.errors import UserError
from tests.appliance import site


class Box(Host):
    """A trial whose service starts with the releases that are named."""

    def __init__(self, layout: Layout, good: set[str]) -> None:
        super().__init__(layout, start=False)
        self.starts = True
        self._releases = Releases(layout)
        self._good = good
        self.runs = ""

    def reload_units(self) -> None:
        pass

    def running(self) -> bool:
        return bool(self.runs)

    def start(self) -> str:
        assert self._releases.current is not None
        release = self._releases.current.id
        self.runs = release if release.partition("-")[0] in self._good else ""
        return "" if self.runs else "Job for edge-interpreter.service failed."


def test_release_that_does_not_start_makes_way_for_the_one_before(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "box")
    box, said = Box(layout, {"1.0"}), list[str]()
    installation = Installation(layout, box, said.append)
    first = installation.install(site.prepare(tmp_path / "first"), Wishes())
    assert said[-1] == "the service is running"
    second = site.prepare(tmp_path / "second", "2.0", comment="another comment")
    with pytest.raises(UserError, match=f"went back to {first.id}, which is running again"):
        installation.install(second, Wishes())
    assert box.runs == first.id
    assert "# a comment" in layout.config.read_text()
    assert "# a comment" in (layout.units / "edge-interpreter.service").read_text()


def test_first_release_that_does_not_start_is_said(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "box")
    installation = Installation(layout, Box(layout, set()), lambda _: None)
    with pytest.raises(UserError, match=r"does not start: Job .* failed.*journalctl"):
        installation.install(site.prepare(tmp_path / "first"), Wishes())


def test_release_for_another_python_is_refused(tmp_path: Path) -> None:
    prepared = site.prepare(tmp_path / "first")
    text = (prepared.directory / "bundle.json").read_text()
    here = "{}.{}".format(*sys.version_info[:2])
    (prepared.directory / "bundle.json").write_text(text.replace(f'"{here}"', '"3.99"'))
    layout = Layout(tmp_path / "box")
    installation = Installation(layout, Box(layout, set()), lambda _: None)
    with pytest.raises(UserError, match=rf"made for Python 3.99 .* has Python {here}"):
        installation.install(type(prepared)(prepared.directory), Wishes())
    assert not layout.program.exists()


def test_service_is_enabled_restarted_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def systemctl(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(list(command))
        code = 1 if "restart" in command else 0
        return subprocess.CompletedProcess(command, code, "", "Job failed.\nmore\n")

    monkeypatch.setattr(host_module, "_SYSTEMD", tmp_path)
    monkeypatch.setattr(subprocess, "run", systemctl)
    host = Host(Layout(), start=True)
    assert host.start() == "Job failed."
    host.stop()
    unit = "edge-interpreter.service"
    assert asked == [
        ["systemctl", "enable", "--quiet", unit],
        ["systemctl", "restart", unit],
        ["systemctl", "disable", "--quiet", "--now", unit],
    ]
    assert Host(Layout(), start=False).start() == ""
    assert len(asked) == 3
