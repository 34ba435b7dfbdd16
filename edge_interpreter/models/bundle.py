"""One file that carries installed models to a site without a network.

A bundle is an uncompressed tar (POSIX.1-2001 pax). Its first member is `manifest.json`, which
names every other member, `<id>/<file>`, with size and sha256; weights do not compress.
"""

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Model, Sha256
from edge_interpreter.models.licences import require_accepted
from edge_interpreter.models.progress import Progress
from edge_interpreter.models.store import Installed, ModelStore, sha256_of

MANIFEST = "manifest.json"
_FORMAT = "edge-interpreter models 1"
_MANIFEST_LIMIT = 4 << 20
_BLOCK = 1 << 20


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = Field(ge=0)
    sha256: Sha256


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    source: str
    licence: str
    files: dict[str, _File]


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: str
    models: dict[str, _Entry]


def export_bundle(
    store: ModelStore, model_ids: Collection[str], target: Path, progress: Progress
) -> str:
    """Write the installed models to one file; its sha256, to be told to whoever imports it."""
    records = {model_id: store.verify(model_id) for model_id in model_ids}
    if not records:
        raise UserError("there is nothing to export: no model is installed")
    total = sum(record.size for record in records.values())
    partial = target.with_name(target.name + ".part")
    try:
        with (
            progress.task(target.name, total) as show,
            tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive,
        ):
            add_bytes(archive, MANIFEST, _manifest(records))
            for record in records.values():
                for name in record.files:
                    path = store.directory / record.id / name
                    archive.add(path, f"{record.id}/{name}", filter=anonymous)
                    show(archive.offset)
        digest = sha256_of(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return digest


def import_bundle(
    store: ModelStore, bundle: Path, accepted: Collection[str], progress: Progress
) -> list[Installed]:
    """Install every model of a bundle, or none: all hashes are checked first."""
    with _opened(bundle) as archive:
        manifest = _read_manifest(bundle, archive)
        models = {model_id: store.catalog.find(model_id) for model_id in manifest.models}
        for model_id, entry in manifest.models.items():
            _require_known_files(bundle, models[model_id], entry)
        require_accepted(models.values(), accepted)
        store.require_space(sum(f.size for e in manifest.models.values() for f in e.files.values()))
        staging = store.staging("import")
        _unpack(bundle, archive, manifest, staging, progress)
    done = [
        store.commit(
            models[model_id],
            staging / model_id,
            f"bundle {bundle.name} ({entry.source})",
            accepted=model_id in accepted,
        )
        for model_id, entry in manifest.models.items()
    ]
    shutil.rmtree(staging)
    return done


def _manifest(records: dict[str, Installed]) -> bytes:
    models = {
        model_id: {
            "source": record.source,
            "licence": record.licence,
            "files": {
                name: {"size": file.size, "sha256": file.sha256}
                for name, file in record.files.items()
            },
        }
        for model_id, record in records.items()
    }
    return json.dumps({"format": _FORMAT, "models": models}, indent=1).encode()


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member of an archive without what it tells of the machine it was made on."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add a member with that content."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


@contextmanager
def _opened(bundle: Path) -> Iterator[tarfile.TarFile]:
    try:
        with bundle.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|") as archive:
            yield archive
    except FileNotFoundError as error:
        raise UserError(f"{error.filename}: no such file") from error
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(bundle, str(error)) from error


def _read_manifest(bundle: Path, archive: tarfile.TarFile) -> _Manifest:
    member = archive.next()
    stream = archive.extractfile(member) if member and member.name == MANIFEST else None
    if member is None or stream is None or member.size > _MANIFEST_LIMIT:
        raise UserError(f"{bundle}: is no bundle of models (it does not begin with {MANIFEST})")
    try:
        manifest = _Manifest.model_validate_json(stream.read())
    except ValidationError as error:
        raise _damaged(bundle, f"{MANIFEST} cannot be read") from error
    if manifest.format != _FORMAT:
        raise UserError(f"{bundle}: its format {manifest.format!r} is not known; update this box")
    return manifest


def _unpack(
    bundle: Path, archive: tarfile.TarFile, manifest: _Manifest, staging: Path, progress: Progress
) -> None:
    wanted = {
        f"{model_id}/{name}": file
        for model_id, entry in manifest.models.items()
        for name, file in entry.files.items()
    }
    done = 0
    with progress.task(bundle.name, sum(file.size for file in wanted.values())) as show:
        while (member := archive.next()) is not None:
            file = wanted.pop(member.name, None)
            stream = archive.extractfile(member) if member.isreg() else None
            if file is None or stream is None:
                raise _damaged(bundle, f"{member.name!r} does not belong in it")
            digest = hashlib.sha256()
            target = staging / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                while block := stream.read(_BLOCK):
                    digest.update(block)
                    out.write(block)
                    done += len(block)
                    show(done)
            if digest.hexdigest() != file.sha256:
                raise _damaged(bundle, f"{member.name} does not have the sha256 of {MANIFEST}")
    if wanted:
        raise _damaged(bundle, f"{next(iter(wanted))} is not in it")


def _require_known_files(bundle: Path, model: Model, entry: _Entry) -> None:
    if entry.files.keys() != model.files.keys():
        raise UserError(
            f"{bundle}: the files of {model.id} are not those of this version's catalogue; "
            "make the bundle with the same version"
        )


def _damaged(bundle: Path, found: str) -> UserError:
    return UserError(f"bundle {bundle} is damaged: {found}; nothing was installed; copy it again")
