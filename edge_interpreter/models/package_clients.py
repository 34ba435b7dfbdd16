"""The ordinary clients of package registries: how each is asked for a file, and what it says."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from edge_interpreter.models.catalog import Package

_NPM_CODE = re.compile(r"^npm err\S* code (\w+)", re.IGNORECASE | re.MULTILINE)


class PackageClient(Protocol):
    """Fetches the file of a package and leaves it as it is."""

    program: tuple[str, ...]

    def arguments(self, package: Package, place: Path, scratch: Path) -> list[str]:
        """What to call the program with, so that the file comes to lie in `place`."""
        ...

    def reason(self, what: str, log: str) -> str:
        """Why it could not fetch `what`, from what it wrote, in one line for an administrator."""
        ...

    def absent(self, what: str) -> str:
        """The same where the program is not installed."""
        ...


class Pip:
    """Fetches wheels and source archives of the Python package index."""

    def __init__(self, program: Sequence[str] = (sys.executable, "-m", "pip")) -> None:
        self.program = tuple(program)

    def arguments(self, package: Package, place: Path, scratch: Path) -> list[str]:
        """See `PackageClient.arguments`."""
        # A hash in the requirement makes the client itself refuse anything else, before it
        # would look into the package.
        requirement = scratch / "requirement.txt"
        requirement.write_text(
            f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n"
        )
        options = ["download", "--quiet", "--no-deps", "--no-input"]
        options += ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "2"]
        options += [] if package.source_archive else ["--only-binary", ":all:"]
        return [
            *options,
            "--require-hashes",
            *("--dest", str(place)),
            *("--requirement", str(requirement)),
        ]

    def reason(self, what: str, log: str) -> str:
        """See `PackageClient.reason`."""
        if "No module named pip" in log:
            return self.absent(what)
        if "DO NOT MATCH THE HASHES" in log.upper():
            return f"{what} is not the file the catalogue names (its sha256 differs)"
        if "No matching distribution" in log and "connection" not in log.lower():
            return f"{what} is not in the package index"
        if "No space left" in log:
            return f"{what}: the disk is full"
        errors = [line for line in log.splitlines() if line.startswith("ERROR:")]
        last = errors[-1].removeprefix("ERROR:").strip() if errors else "no connection"
        if "No matching distribution" in last:
            last = "no connection"
        return f"{what}: the package index cannot be reached ({last[:200]})"

    def absent(self, what: str) -> str:
        """See `PackageClient.absent`."""
        return f"{what}: this Python has no pip (run: {sys.executable} -m ensurepip)"


class Npm:
    """Fetches archives of the npm registry; nothing in them is run."""

    def __init__(self, program: Sequence[str] = ("npm",)) -> None:
        self.program = tuple(program)

    def arguments(self, package: Package, place: Path, scratch: Path) -> list[str]:
        """See `PackageClient.arguments`."""
        return [
            *("pack", f"{package.name}@{package.version}"),
            *("--ignore-scripts", "--loglevel", "error", "--no-update-notifier"),
            *("--fetch-retries", "2", "--fetch-retry-mintimeout", "1000"),
            *("--fetch-retry-maxtimeout", "5000"),
            # Its own cache would keep a second copy.
            *("--cache", str(scratch / "cache")),
            *("--pack-destination", str(place)),
        ]

    def reason(self, what: str, log: str) -> str:
        """See `PackageClient.reason`."""
        if "E404" in log or "ETARGET" in log:
            return f"{what} is not in the npm registry"
        if "ENOSPC" in log:
            return f"{what}: the disk is full"
        code = _NPM_CODE.search(log)
        reason = code[1] if code else log.strip()[:200] or "no connection"
        return f"{what}: the npm registry cannot be reached ({reason})"

    def absent(self, what: str) -> str:
        """See `PackageClient.absent`."""
        return f"{what} is fetched with npm, which is not installed (Debian: apt install npm)"
