"""Whether call records and transcripts can be kept: the database answers and is up to date."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from edge_interpreter.calls import call_table
from edge_interpreter.config.tree import Config
from edge_interpreter.database.opening import open_database
from edge_interpreter.database.protocol import Database
from edge_interpreter.database.sqlite import version_of
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem
from edge_interpreter.errors import UserError
from edge_interpreter.transcripts import opening, store
from edge_interpreter.transcripts.key import locate_key, read_key

_PAGE = "see docs/scale/records.md"


def check_database(patient: Patient) -> Iterator[Finding]:
    """Nothing is written; a schema that is not current is brought up to date by the next start."""
    try:
        yield from _examine(patient.config)
    except UserError as error:
        yield problem(str(error), f"meanwhile nothing is kept for good; {_PAGE}")


def _examine(config: Config) -> Iterator[Finding]:
    files = _files(config)
    if not config.database.url:
        for schema, (wanted, file) in files.items():
            if os.access(file, os.R_OK):
                yield from _look(str(file), schema, version_of(file), wanted)
        yield ok("call records and transcripts are kept in SQLite files of this box")
        return
    with closing(open_database(config.database, Path())) as database:
        yield from _examine_server(config, database, files)


def _examine_server(
    config: Config, database: Database, files: dict[str, tuple[int, Path]]
) -> Iterator[Finding]:
    yield from _answers(database)
    for schema, (wanted, file) in files.items():
        yield from _look(database.name, schema, database.version(schema), wanted)
        if os.access(file, os.R_OK):
            yield note(
                f"{file} is of the time before [database] url, and nothing deletes what is in it",
                f"edge-interpreter database copy, then remove the file; {_PAGE}",
            )
    yield from _key(config, database)


def _files(config: Config) -> dict[str, tuple[int, Path]]:
    """For each schema the version that this program wants, and its file without a server."""
    return {
        call_table.SCHEMA: (len(call_table.MIGRATIONS), config.calls.records.database),
        store.SCHEMA: (len(store.MIGRATIONS), config.server.state / opening.FILE),
    }


def _answers(database: Database) -> Iterator[Finding]:
    began = time.monotonic()
    database.read("SELECT 1")
    took = round(1_000 * (time.monotonic() - began))
    yield ok(f"{database.name} answers after {took} ms", ms=took)
    if database.sheltered():
        yield ok("what is written there is encrypted on the way, or does not leave this machine")
    else:
        yield note(
            "numbers and times of calls travel to the database in the clear",
            f"add ?sslmode=verify-full&sslrootcert=FILE to [database] url; {_PAGE}",
        )


def _look(name: str, schema: str, version: int, wanted: int) -> Iterator[Finding]:
    text = f"{name}: version {version} of {schema}"
    if version < wanted:
        advice = "the next start of the service brings it up to date"
        yield note(f"{text}, this program wants {wanted}", advice, version=version)
    elif version > wanted:
        text = f"{text} is newer than this program, which knows {wanted}"
        yield note(text, "it goes on; bring this box up to date too", version=version)
    else:
        yield ok(f"{text} is current", version=version)


def _key(config: Config, database: Database) -> Iterator[Finding]:
    section = config.transcripts
    path = locate_key(section.key_file, config.server.state)
    if not section.enabled or not database.version(store.SCHEMA):
        return
    if not os.access(path, os.R_OK):
        yield problem(
            f"the key of transcripts, {path}, cannot be read, and a new one would not fit",
            f"copy the key of the other boxes there; {_PAGE}",
        )
        return
    store.Store(database, read_key(path)).check_key()
    yield ok(f"the transcripts there are encrypted with the key in {path}")
