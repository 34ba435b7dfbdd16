"""`edge-interpreter database copy`: from the SQLite files of this box to the common database."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.errors import UserError

if TYPE_CHECKING:
    from edge_interpreter.config import Config


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("database", help="move records to the database of [database]")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    copy = actions.add_parser(
        "copy",
        help="copy the SQLite files of this box to [database] url",
        description="Copy call records and transcripts from the SQLite files of this box to the"
        " database of [database] url. Stop the service before. What is there already is not there"
        " twice, and the files stay as they are.",
    )
    copy.add_argument("--config", type=Path, metavar="FILE")
    copy.add_argument(
        "--key-file",
        type=Path,
        metavar="FILE",
        help="the key of this box's transcripts, where it is not the one of all boxes",
    )
    copy.set_defaults(run=_copy)


def _copy(args: argparse.Namespace) -> int:
    from edge_interpreter.config import load_config
    from edge_interpreter.config.database import shown
    from edge_interpreter.transcripts.opening import FILE

    config = load_config(args.config)
    if not config.database.url:
        raise UserError("[database] url is empty: there is nowhere to copy to")
    old = [config.calls.records.database, config.server.state / FILE]
    records = _copy_records(config, old[0]) if old[0].exists() else 0
    lines = _copy_lines(config, old[1], args.key_file) if old[1].exists() else 0
    print(f"{records} call records and {lines} lines of transcripts: {shown(config.database.url)}")
    left = " ".join(f"{file}*" for file in old if file.exists())
    if left:
        print(f"nothing deletes the old ones any more; when all is well: rm {left}")
    return 0


def _copy_records(config: "Config", file: Path) -> int:
    from dataclasses import replace

    from edge_interpreter.calls.call_table import CallTable, open_call_table
    from edge_interpreter.database.opening import box_name
    from edge_interpreter.database.sqlite import SqliteDatabase

    old, new = CallTable(SqliteDatabase(file)), open_call_table(config.database, file)
    box, count = box_name(config.database), 0
    with closing(old.database), closing(new.database):
        old.prepare()
        new.prepare()
        for page in old.all():
            new.write([replace(record, box=record.box or box) for record in page])
            count += len(page)
    return count


def _copy_lines(config: "Config", file: Path, key_file: Path | None) -> int:
    from edge_interpreter.database.sqlite import SqliteDatabase
    from edge_interpreter.transcripts.key import find_key
    from edge_interpreter.transcripts.opening import open_store
    from edge_interpreter.transcripts.store import Store

    key, _ = find_key(key_file or config.transcripts.key_file, config.server.state)
    old, (new, _) = Store(SqliteDatabase(file), key), open_store(config)
    with closing(old.database), closing(new.database):
        old.prepare()
        new.prepare()
        return new.adopt(old)
