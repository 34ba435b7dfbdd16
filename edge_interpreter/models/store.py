"""Installed models: `DIRECTORY/<id>/<files>` and a record of what was installed from where."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from edge_interpreter.errors import ModelDamagedError, ModelMissingError, UserError
from edge_interpreter.models.catalog import Catalog, Model

RECORD = "installed.json"
STAGING = ".staging"
CACHE = ".cache"
LOCK = ".lock"
_BLOCK = 1 << 20
_MARGIN = 64 << 20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes, sha256 and modification time (ns) of an installed file."""

    size: int
    sha256: str
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Installed:
    """What is installed under a model's id, where it came from and on what terms."""

    id: str
    source: str
    licence: str
    licence_accepted: bool
    installed_at: str
    files: Mapping[str, FileRecord]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())


def sha256_of(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """Hex digest of a file; `on_bytes` is told of every block read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if on_bytes:
                on_bytes(len(block))
    return digest.hexdigest()


class ModelStore:
    """The models in a directory, as the catalogue names them.

    With `verify`, `path` reads every file whole: a disk can damage one without its looking touched.
    """

    def __init__(self, directory: Path, catalog: Catalog, *, verify: bool = False) -> None:
        self._verify = verify
        self.directory = directory
        self.catalog = catalog

    def path(self, model_id: str) -> Path:
        """Directory of an installed model.

        Sizes are compared at every call, and the sha256 of files touched since they were
        installed. Raises ModelMissingError or ModelDamagedError, UserError for an unknown id.
        """
        model = self.catalog.find(model_id)
        place = self.directory / model_id
        if model.files:
            self._check(place, self.record(model_id), everything=self._verify)
        return place

    def has(self, model_id: str) -> bool:
        """Whether the model is installed (its files are not looked at)."""
        model = self.catalog.find(model_id)
        return not model.files or (self.directory / model_id / RECORD).is_file()

    def record(self, model_id: str) -> Installed:
        """What was recorded when the model was installed; raises ModelMissingError."""
        path = self.directory / model_id / RECORD
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            files = {name: FileRecord(**entry) for name, entry in data.pop("files").items()}
            return Installed(**data, files=files)
        except FileNotFoundError as error:
            raise ModelMissingError(
                f"model {model_id} is not installed in {self.directory}; "
                f"run: edge-interpreter models fetch {model_id}"
            ) from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise self._damaged(model_id, f"{path} cannot be read") from error

    def installed(self) -> list[Installed]:
        """The records of all installed models of the catalogue, in its order."""
        return [
            self.record(model.id)
            for model in self.catalog.models
            if model.files and self.has(model.id)
        ]

    def verify(self, model_id: str, on_bytes: Callable[[int], None] | None = None) -> Installed:
        """Read every file of the model and compare its sha256; raises as `path` does."""
        record = self.record(model_id)
        self._check(self.directory / model_id, record, everything=True, on_bytes=on_bytes)
        return record

    def remove(self, model_id: str) -> None:
        """Delete the model's files; UserError where it is not installed."""
        self.catalog.find(model_id)
        place = self.directory / model_id
        if not place.is_dir():
            raise UserError(f"model {model_id} is not installed in {self.directory}")
        doomed = self.staging(f"removed-{model_id}")
        place.rename(doomed / model_id)
        shutil.rmtree(doomed)

    def require_space(self, size: int) -> None:
        """UserError unless `size` bytes and a little more fit on the store's file system."""
        self.directory.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.directory).free
        if free < size + _MARGIN:
            raise UserError(
                f"{self.directory}: {(size + _MARGIN) / 1e6:,.0f} MB of disk space are needed, "
                f"{free / 1e6:,.0f} MB are free"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from installing here meanwhile; UserError when one does.

        What an installation that was cut off left behind is cleared away.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UserError(
                    f"{self.directory}: another command is changing the models; wait for it"
                ) from error
            shutil.rmtree(self.directory / STAGING, ignore_errors=True)
            try:
                yield
            finally:
                shutil.rmtree(self.directory / STAGING, ignore_errors=True)

    def staging(self, name: str) -> Path:
        """An empty directory on the same file system, to prepare an installation in."""
        place = self.directory / STAGING / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def commit(self, model: Model, prepared: Path, source: str, *, accepted: bool) -> Installed:
        """Make a prepared directory the model's, in one rename.

        Every file is compared with the catalogue and recorded; nothing changes on an error.
        """
        files = {name: self._measure(model, prepared, name) for name in model.files}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = Installed(model.id, source, model.licence, accepted, now, files)
        text = json.dumps(asdict(record), indent=1, sort_keys=True)
        (prepared / RECORD).write_text(text + "\n", encoding="utf-8")
        _flush(prepared)
        place = self.directory / model.id
        if place.exists():
            place.rename(self.staging(f"replaced-{model.id}") / model.id)
        prepared.rename(place)
        shutil.rmtree(self.directory / STAGING / f"replaced-{model.id}", ignore_errors=True)
        return record

    def _measure(self, model: Model, prepared: Path, name: str) -> FileRecord:
        path = prepared / name
        if not path.is_file():
            raise UserError(f"model {model.id}: the source gave no file {name}")
        known = model.known_sha256(name)
        digest = sha256_of(path)
        if all(known) and digest not in known:
            expected = " or ".join(f"{one[:12]}…" for one in known)
            raise UserError(
                f"model {model.id}: {name} is not the file the catalogue names "
                f"(sha256 {digest[:12]}…, {expected} expected); nothing was installed"
            )
        path.chmod(0o644)
        stat = path.stat()
        return FileRecord(stat.st_size, digest, stat.st_mtime_ns)

    def _check(
        self,
        place: Path,
        record: Installed,
        *,
        everything: bool,
        on_bytes: Callable[[int], None] | None = None,
    ) -> None:
        for name, known in record.files.items():
            path = place / name
            try:
                stat = path.stat()
            except OSError as error:
                raise self._damaged(record.id, f"{name} is missing") from error
            if stat.st_size != known.size:
                found = f"{name} has {stat.st_size} bytes instead of {known.size}"
                raise self._damaged(record.id, found)
            touched = stat.st_mtime_ns != known.mtime_ns
            if (everything or touched) and sha256_of(path, on_bytes) != known.sha256:
                raise self._damaged(record.id, f"{name} does not have the sha256 recorded")

    @staticmethod
    def _damaged(model_id: str, found: str) -> ModelDamagedError:
        return ModelDamagedError(
            f"model {model_id} is damaged: {found}; run: edge-interpreter models fetch {model_id}"
        )


def _flush(directory: Path) -> None:
    """Have the files on disk before the rename that makes them count."""
    for path in directory.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
