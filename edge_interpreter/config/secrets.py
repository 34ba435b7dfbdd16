"""Secrets from files of their own and from systemd's credentials, and who could read them."""

import stat
from collections.abc import Mapping
from pathlib import Path

from edge_interpreter.config.keys import all_keys, places
from edge_interpreter.config.sources import Origin, Sources
from edge_interpreter.config.toml_lines import Location

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The variable in which systemd names the directory (systemd.exec, LoadCredential=)."""
MOST_BYTES = 64 * 1024


def fill_secrets(found: Sources, environment: Mapping[str, str]) -> list[str]:
    """Read each secret from where it is kept; what people should know of these places.

    `NAME_file` beside a secret `NAME` names a file with it; a credential is called as the key is,
    such as `calls.media_streams.secret` or `calls.sip.trunks.0.password`.
    """
    directory = environment.get(CREDENTIALS, "")
    notices: list[str] = []
    for key in all_keys():
        if key.secret:
            for location in places(found.values, key.path):
                notices += _fill(found, location, Path(directory) if directory else None)
    return notices


def _fill(found: Sources, location: Location, credentials: Path | None) -> list[str]:
    file_key = (*location[:-1], f"{location[-1]}_file")
    written, file = found.get(location), found.get(file_key)
    credential = credentials / ".".join(map(str, location)) if credentials else None
    if file and written:
        name = ".".join(map(str, location))
        found.problems.append(f"{found.where(file_key)}: {name}: give it or the file, not both")
    elif isinstance(file, str) and file:
        return _read(found, location, Path(file), found.where(file_key))
    elif not written and credential is not None and credential.is_file():
        return _read(found, location, credential, f"credential {credential.name}")
    elif isinstance(written, str) and written:
        return _written_notices(found, location)
    return []


def _read(found: Sources, location: Location, file: Path, where: str) -> list[str]:
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(MOST_BYTES).split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        found.problems.append(f"{where}: {'.'.join(map(str, location))}: {file}: {reason}")
        return []
    if not text:
        found.problems.append(f"{where}: {'.'.join(map(str, location))}: {file} is empty")
    found.set(location, text, Origin(str(file)))
    return [_everybody(file, "holds a secret")] if readable_by_all(file) else []


def _written_notices(found: Sources, location: Location) -> list[str]:
    origin = found.origin(location)
    name = ".".join(map(str, location))
    if origin is None:
        return []
    if origin.file is None:
        return [f"{origin}: {name} is better kept in {location[-1]}_file or a credential"]
    if readable_by_all(origin.file):
        return [_everybody(origin.file, f"holds the secret {name} (line {origin.line})")]
    return []


def _everybody(file: Path, holds: str) -> str:
    return f"{file} {holds} and everybody on this machine can read it; run: chmod o= {file}"


def readable_by_all(file: Path) -> bool:
    """Whether any user of the machine may read a file."""
    try:
        return bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
