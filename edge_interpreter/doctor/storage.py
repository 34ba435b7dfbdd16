"""Room on the disks, and directories that are open to us and to nobody else."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

LEAST_MB, ENOUGH_MB = 100, 1_000


def check_disk(patient: Patient) -> Iterator[Finding]:
    """Free space where something is written, each file system once."""
    config = patient.config
    seen: set[int] = set()
    for wanted in (config.server.state, config.calls.records.database.parent):
        place = _existing(wanted)
        device = place.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(place).free // 1_000_000
        text = f"{free:,} MB free where {wanted} lies"
        if free < LEAST_MB:
            yield problem(text, "make room: audit, records and certificates are written there")
        elif free < ENOUGH_MB:
            yield note(text, "make room soon", mb=free)
        else:
            yield ok(text, mb=free)


def check_permissions(patient: Patient) -> Iterator[Finding]:
    """Who can read the secrets, and who can change what is run."""
    config = patient.config
    yield from _state(config.server.state)
    files = patient.reading.sources.files if patient.reading else []
    open_to_all = [
        str(path)
        for path in (*files, config.models.directory)
        if path.exists() and path.stat().st_mode & stat.S_IWOTH
    ]
    for name in open_to_all:
        yield problem(f"{name} can be changed by every user of the machine", f"chmod o-w {name}")
    if not os.access(_existing(config.models.directory), os.R_OK | os.X_OK):
        yield problem(f"{config.models.directory} cannot be read", "let the service's user read it")
    if not open_to_all:
        yield ok("configuration and models can be changed by their owner alone")


def _state(directory: Path) -> Iterator[Finding]:
    if not directory.is_dir():
        parent = _existing(directory)
        if os.access(parent, os.W_OK):
            yield ok(f"{directory} will be made at the first start")
        else:
            yield problem(
                f"{directory} cannot be made", f"let the service's user write to {parent}"
            )
        return
    try:
        entries = [directory, *directory.iterdir()]
    except PermissionError:
        yield note(
            f"{directory} is closed to this user, as it should be",
            "run doctor as root or as the service's user to look into it",
        )
        return
    exposed = [str(entry) for entry in entries if entry.lstat().st_mode & (stat.S_IRWXO | 0o020)]
    for name in exposed:
        yield problem(f"{name} is open to other users", f"chmod go-w,o= {name}")
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        yield note(
            f"{directory} belongs to user {owner}, and doctor runs as user {os.geteuid()}",
            "run it as the service's user to test what the service can do",
        )
    if not exposed:
        yield ok(f"{directory} is open to its owner alone")


def _existing(path: Path) -> Path:
    """The path, or the nearest directory above it that is there."""
    path = path.absolute()
    return next(place for place in (path, *path.parents) if place.exists())
