"""The server's own files: secrets and certificates, readable by nobody else."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.errors import UserError

LOCK = ".lock"
Version = tuple[int, int, int]


class StateDirectory:
    """A directory of mode 0700 whose files have mode 0600 and the owner that it has.

    A command that root runs therefore leaves nothing that the service cannot read.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path:
        """Where the file `name` lies."""
        return self.directory / name

    def read(self, name: str) -> bytes | None:
        """A file's content, None where there is none. Raises UserError."""
        path = self.path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None

    def version(self, name: str) -> Version | None:
        """Something that changes whenever the file does, None where there is no file."""
        try:
            status = self.path(name).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from changing what is read and written inside. Raises UserError."""
        path = self.path(LOCK)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.hand_over(handle)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def hand_over(self, handle: int) -> None:
        """Give an open file to the owner of the directory, where we are root. Raises OSError."""
        if os.geteuid() == 0:
            owner = self.directory.stat()
            os.fchown(handle, owner.st_uid, owner.st_gid)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all. Raises UserError."""
        path = self.path(name)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.directory, prefix=f".{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    self.hand_over(file.fileno())
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None
