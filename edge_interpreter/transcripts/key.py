"""The key that transcripts are encrypted with."""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from edge_interpreter.errors import UserError

KEY_BYTES = 32
CREDENTIAL = "transcript-key"
"""Its name among the credentials of systemd and in the state directory."""


def new_key() -> str:
    """A random key as text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def find_key(
    key_file: Path | None, state: Path, environment: Mapping[str, str] = os.environ
) -> tuple[bytes, Path]:
    """The key and where it lies: `key_file`, a systemd credential, or made in `state`.

    Raises UserError.
    """
    path = locate_key(key_file, state, environment)
    if path == state / CREDENTIAL and not path.exists():
        _make(path)
    return read_key(path), path


def locate_key(
    key_file: Path | None, state: Path, environment: Mapping[str, str] = os.environ
) -> Path:
    """Where the key lies, or will lie."""
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    given = Path(credentials) / CREDENTIAL if credentials else None
    if key_file is not None:
        return key_file
    return given if given is not None and given.is_file() else state / CREDENTIAL


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    with os.fdopen(handle, "w") as file:
        file.write(new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """The key in a file. Raises UserError."""
    try:
        key = base64.b64decode(path.read_text("ascii").strip(), altchars=b"-_", validate=True)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise UserError(f"{path}: no key; make one with: edge-interpreter transcripts new-key")
    return key
