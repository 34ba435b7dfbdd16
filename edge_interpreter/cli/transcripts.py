"""`edge-interpreter transcripts …`: what is kept of what was said; keys, files, deletion."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.errors import UserError

if TYPE_CHECKING:
    from edge_interpreter.config import Config
    from edge_interpreter.server.audit import Audit
    from edge_interpreter.transcripts.line import PlaceKind
    from edge_interpreter.transcripts.store import Store

FORMATS = ("txt", "vtt", "srt", "json")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("transcripts", help="list, export and delete transcripts")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, text, run in (
        ("list", "rooms and calls with a transcript", _list),
        ("export", "write a transcript to standard output", _export),
        ("delete", "delete the transcript of a room, a call or a person", _delete),
        ("expire", "delete what is older than [transcripts] keep_days", _expire),
        ("new-key", "print a new key for [transcripts] key_file", _new_key),
    ):
        action = actions.add_parser(name, help=text, description=text.capitalize() + ".")
        action.add_argument("--config", type=Path, metavar="FILE")
        action.set_defaults(run=run)
        if name in ("export", "delete"):
            which = action.add_mutually_exclusive_group(required=True)
            which.add_argument("--room", metavar="NAME")
            which.add_argument("--call", metavar="ID")
            if name == "delete":
                which.add_argument("--person", metavar="NAME", help="name, number or identifier")
        if name == "export":
            action.add_argument("--language", default="original", metavar="TAG")
            action.add_argument("--format", choices=FORMATS, default="txt")
            action.add_argument("--bilingual", action="store_true", help="the original words too")


@contextmanager
def _open(args: argparse.Namespace) -> "Iterator[tuple[Store, Config, Audit]]":
    from edge_interpreter.config import load_config
    from edge_interpreter.server.audit import Audit
    from edge_interpreter.server.state import StateDirectory
    from edge_interpreter.transcripts.opening import FILE, open_store

    config = load_config(args.config)
    file = config.server.state / FILE
    if not config.database.url and not file.exists():
        raise UserError(f"{file}: there are no transcripts")
    store, _ = open_store(config)
    with closing(store.database):
        store.prepare()
        yield store, config, Audit(StateDirectory(config.server.state))


def _list(args: argparse.Namespace) -> int:
    with _open(args) as (store, _, _):
        places = store.places()
    for place in places:
        last = datetime.fromtimestamp(place.last / 1000, UTC).isoformat(timespec="minutes")
        print(f"{place.kind}\t{place.name}\t{place.lines}\t{last}")
    return 0


def _which(args: argparse.Namespace) -> "tuple[PlaceKind, str]":
    return ("room", args.room) if args.room else ("call", args.call)


def _export(args: argparse.Namespace) -> int:
    from edge_interpreter.languages import normalise
    from edge_interpreter.transcripts.export import export
    from edge_interpreter.transcripts.line import ORIGINAL, in_language

    kind, name = _which(args)
    tag = args.language if args.language == ORIGINAL else normalise(args.language)
    with _open(args) as (store, _, audit):
        lines = list(in_language(store.lines(kind, name), tag))
        audit.record_now("transcript.read", **{kind: name})
    sys.stdout.write(export(lines, args.format, bilingual=args.bilingual))
    return 0


def _delete(args: argparse.Namespace) -> int:
    with _open(args) as (store, config, audit):
        if args.person:
            lines = store.delete_person(args.person)
            audit.record_now("person.delete", lines=lines)
        else:
            kind, name = _which(args)
            lines = store.delete(kind, name)
            audit.record_now("transcript.delete", **{kind: name}, lines=lines)
        records = _delete_records(args, config)
    print(f"{lines} lines and {records} call records deleted")
    return 0


def _delete_records(args: argparse.Namespace, config: "Config") -> int:
    from edge_interpreter.calls.call_table import open_call_table

    file = config.calls.records.database
    if not (args.call or args.person) or not (config.database.url or file.exists()):
        return 0
    table = open_call_table(config.database, file)
    with closing(table.database):
        table.prepare()
        return table.forget(args.call) if args.call else table.forget_number(args.person)


def _expire(args: argparse.Namespace) -> int:
    from edge_interpreter.transcripts.keeper import DAY_MS

    now = round(datetime.now(UTC).timestamp() * 1000)
    with _open(args) as (store, config, audit):
        lines = store.expire(now - config.transcripts.keep_days * DAY_MS)
        audit.record_now("transcript.expire", lines=lines)
    print(f"{lines} lines deleted")
    return 0


def _new_key(args: argparse.Namespace) -> int:
    from edge_interpreter.transcripts.key import new_key

    del args
    print(new_key())
    return 0
