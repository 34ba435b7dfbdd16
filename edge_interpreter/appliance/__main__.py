"""`python -m edge_interpreter.appliance`: what `scripts/install` runs; not meant to be called."""

import argparse
import sys
import tempfile
from pathlib import Path

from edge_interpreter.appliance.collecting import MORE_EXTRAS, collect, fresh_pip
from edge_interpreter.appliance.host import Host, require_root
from edge_interpreter.appliance.installing import Installation, Wishes
from edge_interpreter.appliance.layout import HOST_ROOT, Layout
from edge_interpreter.appliance.prepared import Prepared
from edge_interpreter.errors import UserError

_STARTER = "starter"


def main() -> int:
    """Carry out one run of the installation script; its exit code."""
    arguments = _parser().parse_args()
    try:
        return _run(arguments)
    except UserError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{error.filename or 'the disk'}: {error.strerror or error}")
    except KeyboardInterrupt:
        return 130


def _complain(message: str) -> int:
    print(f"install: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="install", allow_abbrev=False)
    parser.add_argument("--root", type=Path, default=HOST_ROOT)
    parser.add_argument("--prepared", type=Path, help="an unpacked bundle")
    parser.add_argument("--signer", type=Path, help="the key it was signed with")
    parser.add_argument("--source", type=Path, help="a checkout")
    parser.add_argument("--extra", action="append", default=[], choices=MORE_EXTRAS)
    parser.add_argument("--profile", action="append", default=[])
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--no-models", action="store_true")
    parser.add_argument("--accept", action="append", default=[])
    parser.add_argument("--lan", action="store_true")
    parser.add_argument("--no-start", action="store_true")
    parser.add_argument("--rollback", action="store_true")
    parser.add_argument("--uninstall", action="store_true")
    parser.add_argument("--purge", action="store_true")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    layout = Layout(arguments.root.absolute())
    require_root(layout)
    host = Host(layout, start=not arguments.no_start)
    installation = Installation(layout, host, _tell)
    if arguments.uninstall:
        installation.remove(purge=arguments.purge)
        return 0
    if arguments.rollback:
        installation.roll_back()
        return 0
    if arguments.prepared and arguments.extra:
        raise UserError(f"--extra {arguments.extra[0]}: the packages are those of the bundle")
    if arguments.prepared:
        _install(installation, Prepared(arguments.prepared), arguments)
    else:
        with tempfile.TemporaryDirectory(dir=layout.program, prefix=".incoming-") as scratch:
            _tell("collecting packages (200 MB) ...")
            pip = fresh_pip(Path(scratch) / "pip")
            place = Path(scratch) / "prepared"
            prepared = collect(arguments.source, place, pip, arguments.extra)
            _install(installation, prepared, arguments)
    if not installation.changes:
        _tell("nothing to change")
    for line in host.hints():
        _tell(line)
    return 0


def _install(installation: Installation, prepared: Prepared, arguments: argparse.Namespace) -> None:
    wishes = Wishes(
        fetch=_to_fetch(arguments),
        accept=tuple(arguments.accept),
        lan=arguments.lan,
        signer=arguments.signer.read_text("ascii") if arguments.signer else "",
    )
    installation.install(prepared, wishes)


def _to_fetch(arguments: argparse.Namespace) -> tuple[str, ...]:
    """What to download, which is nothing where a bundle is installed."""
    named = (*arguments.profile, *arguments.model)
    if arguments.prepared and named:
        raise UserError(f"{named[0]}: the weights are those of the bundle; nothing is downloaded")
    return () if arguments.prepared or arguments.no_models else named or (_STARTER,)


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
