"""Whether the configuration is in order, and secrets lie where nobody else reads them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from edge_interpreter.config.keys import all_keys, places
from edge_interpreter.config.toml_lines import Location
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

READ_FILES = ("certificate", "key", "authorities", "logo", "glossary")
"""Keys whose files must be there; others name what the product itself writes."""
_SHORTEST_SECRET = 6


def check_configuration(patient: Patient) -> Iterator[Finding]:
    """Everything that is wrong with it, and what should be known about it."""
    if patient.reading is None:
        for line in patient.problems:
            yield problem(line, "correct it; edge-interpreter config check looks again")
        return
    files = patient.reading.sources.files
    for notice in patient.reading.notices:
        yield problem(notice, "keep secrets where no other user reads them")
    yield from _missing_files(patient)
    names = ", ".join(map(str, files)) or "no file, all defaults"
    yield ok(f"the configuration is in order ({names})", files=len(files))


def _missing_files(patient: Patient) -> Iterator[Finding]:
    values = patient.config.model_dump()
    for key in all_keys():
        if key.path[-1] not in READ_FILES or key.kind is not Path:
            continue
        for location in places(values, key.path):
            value = _at(values, location)
            if isinstance(value, Path) and not os.access(value, os.R_OK):
                yield problem(f"{key.name}: {value} cannot be read", "put it there, or correct it")


def check_process_list(patient: Patient) -> Iterator[Finding]:
    """No secret of the configuration is in the arguments of any process."""
    secrets = _secrets(patient)
    shown = [
        process.name
        for process in Path("/proc").glob("[0-9]*")
        if any(secret in _arguments(process) for secret in secrets)
    ]
    if shown:
        yield problem(
            f"a secret of the configuration is in the arguments of process {', '.join(shown)},"
            " where every user of the machine can read it",
            "end that process, change the secret, and give it by file",
        )
    elif secrets:
        yield ok("no secret of the configuration is in the list of processes")
    else:
        yield note("the configuration holds no secret to look for in the list of processes")


def _secrets(patient: Patient) -> list[bytes]:
    found: list[bytes] = []
    values = patient.config.model_dump()
    for key in all_keys():
        if key.secret:
            for location in places(values, key.path):
                value = _at(values, location)
                if isinstance(value, SecretStr) and len(value) >= _SHORTEST_SECRET:
                    found.append(value.get_secret_value().encode())
    return found


def _at(values: Any, location: Location) -> Any:
    for step in location:
        values = values[step]
    return values


def _arguments(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
