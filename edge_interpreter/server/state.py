"""The server's own files: secrets and certificates, readable by nobody else."""

import os
import tempfile
from pathlib import Path

from edge_interpreter.errors import UserError


class StateDirectory:
    """A directory of mode 0700 whose files have mode 0600."""

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

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all. Raises UserError."""
        path = self.path(name)
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.directory, prefix=f".{name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None
