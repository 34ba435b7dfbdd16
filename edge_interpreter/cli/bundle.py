"""`edge-interpreter bundle`: one signed file that installs the product without any network."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.errors import UserError

if TYPE_CHECKING:
    from edge_interpreter.models.store import ModelStore

DEFAULT_PROFILE = "starter"
CHECKOUT = Path(__file__).parents[2]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions."""
    parser = subparsers.add_parser("bundle", help="one signed file for a site without network")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    keygen = actions.add_parser("keygen", help="make the key that signs, once")
    _key(keygen)
    keygen.set_defaults(run=_keygen)

    create = actions.add_parser("create", help="collect packages and weights into a file")
    create.add_argument("file", type=Path)
    create.add_argument(
        "--extra",
        action="append",
        default=[],
        choices=("postgres", "remote"),
        help="for a box that is one of several; may be repeated",
    )
    create.add_argument("--profile", action="append", default=[], metavar="NAME")
    create.add_argument("--model", action="append", default=[], metavar="ID")
    create.add_argument("--no-models", action="store_true", help="packages only: an upgrade")
    create.add_argument("--accept", action="append", default=[], metavar="ID")
    create.add_argument("--config", type=Path, help="configuration file")
    create.add_argument("--directory", type=Path, help="where the weights lie")
    create.add_argument("--source", type=Path, default=CHECKOUT, help="checkout of the product")
    _key(create)
    create.set_defaults(run=_create)

    verify = actions.add_parser("verify", help="compare signature and every byte")
    verify.add_argument("file", type=Path)
    verify.add_argument("--trust", metavar="KEY", help="public key (a file) or its fingerprint")
    _key(verify)
    verify.set_defaults(run=_verify)


def _key(parser: argparse.ArgumentParser) -> None:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        default=home / "edge-interpreter/bundle-key.pem",
        help="the private key (default: %(default)s)",
    )


def _keygen(arguments: argparse.Namespace) -> int:
    from edge_interpreter.appliance.signing import generate_key, public_path
    from edge_interpreter.appliance.trust import fingerprint

    public = generate_key(arguments.key)
    print(f"private key  {arguments.key}: keep it secret; whoever has it can sign bundles")
    print(f"public key   {public_path(arguments.key)}: give it to the site, by another way")
    print(f"fingerprint  {fingerprint(public)}")
    return 0


def _create(arguments: argparse.Namespace) -> int:
    from edge_interpreter.appliance.bundle import add_weights, write_bundle
    from edge_interpreter.appliance.collecting import collect
    from edge_interpreter.appliance.prepared import sha256_of
    from edge_interpreter.appliance.signing import load_key, public_pem
    from edge_interpreter.appliance.trust import fingerprint
    from edge_interpreter.cli.progress import megabytes, progress_for

    key, progress, target = load_key(arguments.key), progress_for(), arguments.file
    store, ids = _weights(arguments)
    pip = (sys.executable, "-m", "pip")
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".bundle-") as scratch:
        with progress.task("collecting packages", 0):
            content = Path(scratch) / "content"
            prepared = collect(arguments.source, content, pip, arguments.extra)
        prepared = add_weights(prepared, store, ids, progress)
        write_bundle(prepared, key, target, progress)
    made = prepared.description
    print(f"{target}: {made.release} for Python {made.python} on {made.machine}")
    print(f"models       {' '.join(made.models) or 'none'}")
    print(f"size         {megabytes(target.stat().st_size)}")
    print(f"sha256       {sha256_of(target)}")
    print(f"signed with  {fingerprint(public_pem(key))}")
    return 0


def _weights(arguments: argparse.Namespace) -> "tuple[ModelStore, list[str]]":
    """The store, and the models to take along, fetched where they are not there yet."""
    from edge_interpreter.cli.models import fetch_models, open_store

    store = open_store(arguments.config, arguments.directory)
    if arguments.no_models:
        return store, []
    wanted = [*arguments.profile, *arguments.model] or [DEFAULT_PROFILE]
    models = store.catalog.select(wanted)
    fetch_models(store, models, arguments.accept)
    return store, [model.id for model in models if model.files]


def _verify(arguments: argparse.Namespace) -> int:
    from edge_interpreter.appliance.bundle import verify_bundle
    from edge_interpreter.cli.progress import progress_for

    verified = verify_bundle(arguments.file, _trusted(arguments), progress_for())
    made = verified.description
    print(f"{arguments.file}: sound")
    print(f"release      {made.release} for Python {made.python} on {made.machine}")
    print(f"models       {' '.join(made.models) or 'none'}")
    print(f"signed with  {verified.fingerprint}")
    return 0


def _trusted(arguments: argparse.Namespace) -> str | None:
    """The key given, else our own."""
    from edge_interpreter.appliance.signing import public_path

    own = public_path(arguments.key)
    if arguments.trust is None:
        return own.read_text("ascii") if own.is_file() else None
    given = Path(arguments.trust)
    if given.is_file():
        return given.read_text("ascii", "replace")
    mark: str = arguments.trust.removeprefix("sha256:").lower()
    if len(mark) != 64 or set(mark) - set("0123456789abcdef"):
        raise UserError(
            f"--trust {arguments.trust}: is no file, and no fingerprint (64 hex digits)"
        )
    return mark
