"""Whether the packages that an index gave are those that this release was made with."""

import re
from collections.abc import Callable
from pathlib import Path

from edge_interpreter.appliance.prepared import sha256_of

HASHES = "requirements.hashes"
_PACKAGE = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def verify_wheels(wheels: Path, hashes: Path, build: Callable[[Path], None]) -> None:
    """Check every wheel against the file `hashes`, in pip's form.

    A wheel with another hash was built here from a source archive, or is not what it should be: it
    is taken away, and `build` is called with a file that names it and its hashes, for pip to fetch
    it anew with `--require-hashes`. Packages that are not listed are left alone.
    """
    listed = entries(hashes.read_text("ascii"))
    doubtful = []
    for wheel in sorted(wheels.glob("*.whl")):
        entry = listed.get(_normal(wheel.name.partition("-")[0]))
        if entry is not None and sha256_of(wheel) not in _HASH.findall(entry):
            wheel.unlink()
            doubtful.append(entry)
    if doubtful:
        again = wheels / "again.txt"
        again.write_text("".join(doubtful), "ascii")
        try:
            build(again)
        finally:
            again.unlink()


def entries(text: str) -> dict[str, str]:
    """By package, its requirement with all hashes."""
    starts = [match.start() for match in _PACKAGE.finditer(text)]
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return {_normal(piece.partition("==")[0]): piece for piece in pieces}


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()
