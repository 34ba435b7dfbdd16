"""One signed file with all that an installation without a network needs.

A bundle is an uncompressed tar (POSIX.1-2001 pax). `SHA256SUMS`, in the form of coreutils, names
every other member; `SHA256SUMS.sig` is its Ed25519 signature and `signer.pem` the public key, so
that `openssl pkeyutl` and `sha256sum` can verify a bundle without any of our code. The rest is
what `prepared` describes.
"""

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_interpreter.appliance import prepared as names
from edge_interpreter.appliance.collecting import files_below
from edge_interpreter.appliance.prepared import Description, Prepared, read_description, sha256_of
from edge_interpreter.appliance.signing import is_signed_by, public_pem
from edge_interpreter.appliance.trust import fingerprint
from edge_interpreter.errors import UserError
from edge_interpreter.models.bundle import add_bytes, anonymous, export_bundle
from edge_interpreter.models.progress import Progress
from edge_interpreter.models.store import ModelStore

SUMS, SIGNATURE, SIGNER = "SHA256SUMS", "SHA256SUMS.sig", "signer.pem"
_LIMIT = 1 << 20
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What a sound bundle holds, and whose it is."""

    description: Description
    fingerprint: str


def add_weights(
    prepared: Prepared, store: ModelStore, ids: Sequence[str], progress: Progress
) -> Prepared:
    """Put installed weights into what was prepared. Raises UserError."""
    if not ids:
        return prepared
    export_bundle(store, ids, prepared.directory / names.MODELS, progress)
    records = [store.record(model_id) for model_id in ids]
    models = {
        record.id: {
            name: {"size": file.size, "sha256": file.sha256} for name, file in record.files.items()
        }
        for record in records
    }
    size = sum(record.size for record in records)
    old = prepared.description
    description = replace(old, models=models, unpacked=old.unpacked + size)
    (prepared.directory / names.DESCRIPTION).write_text(description.as_json(), "utf-8")
    return Prepared(prepared.directory)


def write_bundle(
    prepared: Prepared, key: Ed25519PrivateKey, target: Path, progress: Progress
) -> None:
    """Sign what was prepared and write it to one file, whole or not at all."""
    directory = prepared.directory
    (directory / SIGNER).write_text(public_pem(key), "ascii")
    # What is looked at first comes first, the weights last.
    members = sorted(files_below(directory), key=lambda name: (name == names.MODELS, "/" in name))
    sums = "".join(f"{sha256_of(directory / name)}  {name}\n" for name in members).encode()
    partial = target.with_name(target.name + ".part")
    total = sum((directory / name).stat().st_size for name in members)
    try:
        with (
            progress.task(target.name, total) as show,
            tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive,
        ):
            add_bytes(archive, SUMS, sums)
            add_bytes(archive, SIGNATURE, key.sign(sums))
            for name in members:
                archive.add(directory / name, name, filter=anonymous)
                show(archive.offset)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def verify_bundle(path: Path, trusted: str | None, progress: Progress) -> Verified:
    """Read a whole bundle and compare every byte; UserError names what is wrong.

    `trusted` is the public key (PEM) or the fingerprint of who is to have signed it.
    """
    with _opened(path) as archive, progress.task(path.name, path.stat().st_size) as show:
        sums, signature = _small(path, archive, SUMS), _small(path, archive, SIGNATURE)
        lines = (line.partition("  ") for line in sums.decode().splitlines())
        wanted = {name: digest for digest, _, name in lines}
        kept: dict[str, bytes] = {}
        while (member := archive.next()) is not None:
            stream = archive.extractfile(member) if member.isreg() else None
            expected = wanted.pop(member.name, None)
            if stream is None or expected is None:
                raise _refused(path, f"{member.name} does not belong in it")
            digest = hashlib.sha256()
            while block := stream.read(_BLOCK):
                digest.update(block)
                if member.name in (SIGNER, names.DESCRIPTION) and member.size < _LIMIT:
                    kept[member.name] = kept.get(member.name, b"") + block
                show(archive.offset)
            if digest.hexdigest() != expected:
                raise _refused(path, f"{member.name} was altered or damaged")
    if wanted:
        raise _refused(path, f"{next(iter(wanted))} is missing")
    signer = kept.get(SIGNER, b"").decode("ascii", "replace")
    mark = _require_signed(path, signer, trusted, signature, sums)
    return Verified(read_description(kept.get(names.DESCRIPTION, b""), path.name), mark)


def _require_signed(
    path: Path, signer: str, trusted: str | None, signature: bytes, sums: bytes
) -> str:
    """The fingerprint of the trusted key that signed the bundle. Raises UserError."""
    mark = fingerprint(signer)
    if not is_signed_by(signer, signature, sums):
        raise _refused(path, f"{SUMS} does not fit the signature")
    if trusted is None:
        raise UserError(
            f"{path}: whole, and signed with the key {mark}, which is not known here; compare it "
            "with the one you were told, then pass it with --trust"
        )
    wanted = fingerprint(trusted) if "BEGIN" in trusted else trusted.removeprefix("sha256:")
    if mark != wanted:
        raise _refused(path, f"it is signed with the key {mark}, not with {wanted}")
    return mark


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|") as archive:
            yield archive
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except (tarfile.TarError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise _refused(path, "it is no bundle, or was cut off") from error


def _small(path: Path, archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.next()
    stream = archive.extractfile(member) if member and member.name == name else None
    if member is None or stream is None or member.size > _LIMIT:
        raise _refused(path, f"it is not signed (it has no {name})")
    return stream.read()


def _refused(path: Path, found: str) -> UserError:
    return UserError(f"{path}: {found}; do not install it")
