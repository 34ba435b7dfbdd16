"""The command `edge-interpreter`.

Each command is a module of this package with `register(subparsers)`, which sets `run` to a
function of the parsed arguments that returns the exit code. A module imports what is heavy only
when its command runs. Exit codes: 0 done, 2 for anything the user can put right (one line on
standard error), 130 after Ctrl-C.
"""

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from edge_interpreter import __version__
from edge_interpreter.errors import UserError

COMMANDS = (
    "serve",
    "interpret",
    "models",
    "bundle",
    "devices",
    "mic",
    "config",
    "doctor",
    "sbom",
    "token",
    "transcripts",
    "database",
    "bench",
    "evaluate",
    "cluster",
)
PROGRAM = "edge-interpreter"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        parsed = _parser(arguments).parse_args(arguments)
        code: int = parsed.run(parsed)
    except UserError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not try to flush it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.filename is None or error.strerror is None:
            raise
        return _complain(f"{error.filename}: {error.strerror}")
    return code


def _complain(message: str) -> int:
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    return 2


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Speech-to-speech interpretation on your own premises: no cloud call, ever.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [arguments[0]] if arguments and arguments[0] in COMMANDS else COMMANDS
    for name in wanted:
        _register(name, subparsers)
    return parser


def _register(name: str, subparsers: "argparse._SubParsersAction[_Parser]") -> None:
    module_name = f"{__name__}.{name}"
    if importlib.util.find_spec(module_name) is not None:
        importlib.import_module(module_name).register(subparsers)
