"""`edge-interpreter models`: list, fetch, verify, remove, export and import weights."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.errors import EngineError, UserError

if TYPE_CHECKING:
    from edge_interpreter.models.catalog import Catalog, Model
    from edge_interpreter.models.store import Installed, ModelStore

DEFAULT_PROFILE = "starter"


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions."""
    models = subparsers.add_parser("models", help="get, check and move the models' weights")
    models.add_argument("--config", type=Path, help="configuration file")
    models.add_argument("--directory", type=Path, help="where the weights lie")
    models.add_argument("--catalog", type=Path, help="another catalogue")
    actions = models.add_subparsers(title="actions", metavar="ACTION", required=True)

    listing = actions.add_parser("list", help="what there is and what is installed")
    listing.add_argument("--json", action="store_true", help="one object per model and line")
    listing.set_defaults(run=_list)

    fetch = actions.add_parser("fetch", help="download and install")
    fetch.add_argument("names", nargs="*", metavar="ID|PROFILE", default=[DEFAULT_PROFILE])
    _accept(fetch)
    fetch.add_argument("--hub", help="address of a mirror of the model hub")
    fetch.set_defaults(run=_fetch)

    verify = actions.add_parser("verify", help="compare every byte with what was installed")
    verify.add_argument("names", nargs="*", metavar="ID|PROFILE")
    verify.set_defaults(run=_verify)

    remove = actions.add_parser("remove", help="delete an installed model")
    remove.add_argument("names", nargs="+", metavar="ID")
    remove.set_defaults(run=_remove)

    export = actions.add_parser("export", help="write installed models to one file")
    export.add_argument("bundle", type=Path)
    export.add_argument("names", nargs="*", metavar="ID|PROFILE")
    export.set_defaults(run=_export)

    importing = actions.add_parser("import", help="install the models of such a file")
    importing.add_argument("bundle", type=Path)
    _accept(importing)
    importing.set_defaults(run=_import)


def _accept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="ID",
        help="agree to the licence of a model that forbids commercial use",
    )


def open_store(
    config: Path | None, directory: Path | None, catalog: Path | None = None
) -> "ModelStore":
    """The store in `directory`, else where the configuration says."""
    from edge_interpreter.models.catalog import Catalog
    from edge_interpreter.models.store import ModelStore

    if directory is None:
        from edge_interpreter.config import load_config

        directory = load_config(config).models.directory
    return ModelStore(directory, Catalog.load(catalog))


def _store(arguments: argparse.Namespace) -> "ModelStore":
    return open_store(arguments.config, arguments.directory, arguments.catalog)


def _list(arguments: argparse.Namespace) -> int:
    store = _store(arguments)
    if arguments.json:
        for model in store.catalog.models:
            print(json.dumps(_as_json(store, model), ensure_ascii=False))
        return 0
    for role, models in groupby(store.catalog.models, key=lambda model: model.role):
        print(f"{role}:")
        for model in models:
            print(_line(store, model))
    print()
    for name, ids in store.catalog.profiles.items():
        size = sum(model.size for model in store.catalog.select([name]))
        print(f"profile {name}: {len(ids)} models, {size / 1e6:,.0f} MB")
    print("* commercial use is forbidden or was never granted: fetch with --accept ID")
    for gap in store.catalog.missing:
        print(f"no {gap.role} for {gap.language}: {gap.note}")
    print(f"weights in {store.directory}")
    return 0


def _line(store: "ModelStore", model: "Model") -> str:
    licence = f"{model.licence} *" if model.non_commercial else model.licence
    size = f"{model.size / 1e6:,.0f} MB" if model.size else "-"
    state = _state(store, model)
    return f"  {model.id:27} {_speaks(model):17} {size:>8}  {state:9} {licence}"


def _speaks(model: "Model") -> str:
    if model.pairs:
        return " ".join(f"{source}→{target}" for source, target in model.pairs)
    return "many" if "*" in model.languages else " ".join(model.languages)


def _state(store: "ModelStore", model: "Model") -> str:
    if not model.files:
        return "built in"
    if not store.has(model.id):
        return "-"
    try:
        store.path(model.id)
    except EngineError:
        return "damaged"
    return "installed"


def _as_json(store: "ModelStore", model: "Model") -> dict[str, object]:
    fields = {"id", "role", "family", "languages", "pairs", "licence", "non_commercial", "size"}
    shown = model.model_dump(mode="json", include=fields | {"notice", "note"})
    shown["state"] = _state(store, model)
    if shown["state"] == "installed" and model.files:
        shown["installed"] = asdict(store.record(model.id))
    return shown


def _fetch(arguments: argparse.Namespace) -> int:
    store = _store(arguments)
    models = store.catalog.select(arguments.names)
    if not fetch_models(store, models, arguments.accept, arguments.hub):
        print(f"all {len(models)} models are installed in {store.directory}")
    return 0


def fetch_models(
    store: "ModelStore", models: "Sequence[Model]", accept: list[str], hub: str | None = None
) -> bool:
    """Download what is not there and say so; whether there was anything. Raises UserError."""
    from edge_interpreter.cli.progress import progress_for
    from edge_interpreter.models.hub import HubClient
    from edge_interpreter.models.index import IndexClient
    from edge_interpreter.models.install import Installer
    from edge_interpreter.models.store import CACHE

    progress = progress_for()
    index = IndexClient(store.directory / CACHE, progress)
    installer = Installer(store, progress, index, HubClient(progress, hub))
    done = installer.install(models, _accepted(store.catalog, accept))
    _report(store.catalog, done)
    return bool(done)


def _accepted(catalog: "Catalog", names: list[str]) -> set[str]:
    return {catalog.find(name).id for name in names}


def _report(catalog: "Catalog", installed: list["Installed"]) -> None:
    for record in installed:
        model = catalog.find(record.id)
        print(f"{record.id}: installed from {record.source}, {record.size / 1e6:,.1f} MB")
        print(f"  licence {model.licence}: {model.notice}")
        if model.note:
            print(f"  note: {model.note}")
        for name, file in record.files.items():
            if not model.files[name].sha256:
                print(f"  {name}: sha256 {file.sha256} recorded now")


def _verify(arguments: argparse.Namespace) -> int:
    from edge_interpreter.cli.progress import progress_for

    store = _store(arguments)
    names = _chosen(store, arguments.names)
    if not names:
        raise UserError(f"no model is installed in {store.directory}")
    progress = progress_for()
    damaged = []
    for name in names:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            show(done)

        try:
            with progress.task(f"verifying {name}", store.record(name).size) as show:
                store.verify(name, count)
            print(f"{name}: sound")
        except EngineError as error:
            damaged.append(str(error))
    if damaged:
        raise UserError("\n".join(damaged))
    return 0


def _chosen(store: "ModelStore", names: list[str]) -> list[str]:
    """The installed models, or those asked for (which must have files)."""
    if not names:
        return [model.id for model in store.catalog.models if model.files and store.has(model.id)]
    return [model.id for model in store.catalog.select(names) if model.files]


def _remove(arguments: argparse.Namespace) -> int:
    store = _store(arguments)
    with store.locked():
        for name in arguments.names:
            store.remove(name)
            print(f"{name}: removed")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from edge_interpreter.cli.progress import progress_for
    from edge_interpreter.models.bundle import export_bundle

    store = _store(arguments)
    names = _chosen(store, arguments.names)
    digest = export_bundle(store, names, arguments.bundle, progress_for())
    size = arguments.bundle.stat().st_size
    print(f"{arguments.bundle}: {len(names)} models, {size / 1e6:,.0f} MB")
    print(f"sha256 {digest}")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from edge_interpreter.cli.progress import progress_for
    from edge_interpreter.models.bundle import import_bundle

    store = _store(arguments)
    accepted = _accepted(store.catalog, arguments.accept)
    with store.locked():
        done = import_bundle(store, arguments.bundle, accepted, progress_for())
    _report(store.catalog, done)
    return 0
