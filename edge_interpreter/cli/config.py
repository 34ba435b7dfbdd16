"""`edge-interpreter config …`: is it in order, what is in force, which keys are there."""

import argparse
import json
from pathlib import Path


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions."""
    parser = subparsers.add_parser("config", help="check and show the configuration")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    check = actions.add_parser(
        "check",
        help="say everything that is wrong with it",
        description="Check the configuration with its drop-ins, environment and secrets. Nothing"
        " is started or changed.",
    )
    check.add_argument("file", nargs="?", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="one JSON object")
    check.set_defaults(run=_check)
    show = actions.add_parser(
        "show",
        help="what differs from the defaults, and where it was written",
        description="Show the values that are not the defaults; with --effective, all values."
        " Secrets are masked.",
    )
    show.add_argument("--config", type=Path, metavar="FILE")
    show.add_argument("--effective", action="store_true", help="everything, as TOML")
    show.add_argument("--json", action="store_true", help="one JSON object with every key")
    show.set_defaults(run=_show)
    keys = actions.add_parser(
        "keys", help="every key: default, what is allowed, when a change takes effect"
    )
    keys.add_argument("--markdown", action="store_true", help="as a table for documents")
    keys.set_defaults(run=_keys)


def _check(args: argparse.Namespace) -> int:
    from edge_interpreter.config.load import ConfigError, read_config

    try:
        reading = read_config(args.file)
    except ConfigError as error:
        if not args.json:
            raise
        _print_check(str(error).splitlines(), [], [])
        return 2
    files = [str(file) for file in reading.sources.files]
    if args.json:
        _print_check([], list(reading.notices), files)
        return 0
    for notice in reading.notices:
        print(f"warning: {notice}")
    print(f"in order: {', '.join(files) or 'no file, all defaults'}")
    return 0


def _print_check(problems: list[str], notices: list[str], files: list[str]) -> None:
    answer = {"ok": not problems, "problems": problems, "notices": notices, "files": files}
    print(json.dumps(answer, ensure_ascii=False))


def _show(args: argparse.Namespace) -> int:
    from edge_interpreter.config.load import read_config
    from edge_interpreter.config.show import as_json, as_toml, changed

    reading = read_config(args.config)
    if args.json:
        print(json.dumps(as_json(reading), ensure_ascii=False))
    elif args.effective:
        print(as_toml(reading), end="")
    else:
        print("\n".join(changed(reading)) or "everything is at its default")
    return 0


def _keys(args: argparse.Namespace) -> int:
    from edge_interpreter.config.keys import all_keys
    from edge_interpreter.config.reference import markdown

    if args.markdown:
        print(markdown(), end="")
        return 0
    for key in all_keys():
        print(f"{key.name}\t{key.allowed}\t{key.effect.value}")
    return 0
