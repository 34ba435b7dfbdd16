"""Every key of the configuration as data: what is allowed, the default, when a change counts."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from edge_interpreter.config.section import Effect, Mark, Section
from edge_interpreter.config.toml_lines import Location
from edge_interpreter.config.tree import Config

TABLES = "tables"
ENTRY = "[]"
"""Stands in a key's path for any entry of a list of tables."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key; `choices` are its values where they can be counted."""

    path: tuple[str, ...]
    allowed: str
    choices: tuple[str, ...]
    default: Any
    required: bool
    effect: Effect
    kind: type | None

    @property
    def name(self) -> str:
        """Dotted, as `calls.routes[].number`."""
        return ".".join(self.path).replace(f".{ENTRY}", ENTRY)

    @property
    def secret(self) -> bool:
        """Whether its value must be shown to nobody."""
        return self.kind is SecretStr


@cache
def all_keys() -> tuple[Key, ...]:
    """Every key, in the order of the tree."""
    return tuple(_walk(Config, (), None, Config()))


def find_key(location: Location) -> Key | None:
    """The key at a place, or the one whose value holds that place; no key that tables have."""
    path = tuple(ENTRY if isinstance(step, int) else step for step in location)
    fitting = (
        key
        for key in all_keys()
        if key.path == path or (path[: len(key.path)] == key.path and key.allowed != TABLES)
    )
    return max(fitting, key=lambda key: len(key.path), default=None)


def fields_at(location: Location) -> Mapping[str, FieldInfo] | None:
    """The keys that a table has, None where there is no table of fixed keys."""
    model: type[Section] = Config
    for step in location:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        inner = _section(field.annotation) if field else None
        if inner is None:
            return None
        model = inner[0]
    return model.model_fields


def places(tree: Any, path: tuple[str, ...], location: Location = ()) -> Iterator[Location]:
    """Where the key of that path is or may be in a tree of values: one place per list entry."""
    if len(path) <= 1:
        yield (*location, *path)
    elif path[0] == ENTRY:
        for number, entry in enumerate(tree if isinstance(tree, list | tuple) else ()):
            yield from places(entry, path[1:], (*location, number))
    else:
        below = tree.get(path[0], {}) if isinstance(tree, Mapping) else {}
        yield from places(below, path[1:], (*location, path[0]))


def _walk(
    model: type[Section],
    prefix: tuple[str, ...],
    inherited: Effect | None,
    defaults: Section | None,
) -> Iterator[Key]:
    """`defaults` is what the table is when nothing is written; an entry of a list has none."""
    for name, field in model.model_fields.items():
        path = (*prefix, name)
        effect = inherited or _effect(field)
        inner = _section(field.annotation)
        default = getattr(defaults, name) if defaults else _own_default(field)
        if inner is None:
            allowed = _allowed(field.annotation, field.metadata)
            yield _key(path, field, effect, allowed, default)
        elif inner[1]:
            yield _key(path, field, effect, TABLES, default)
            yield from _walk(inner[0], (*path, ENTRY), effect, None)
        else:
            yield from _walk(inner[0], path, inherited, default)


def _own_default(field: FieldInfo) -> Any:
    if field.is_required():
        return None
    return field.get_default(call_default_factory=True, validated_data={})


def _key(
    path: tuple[str, ...], field: FieldInfo, effect: Effect, allowed: str, default: Any
) -> Key:
    return Key(
        path,
        allowed,
        tuple(str(choice) for choice in _choices(field.annotation)),
        default,
        field.is_required(),
        effect,
        next((part for part in _parts(field.annotation) if part in (str, SecretStr, Path)), None),
    )


def _effect(field: FieldInfo) -> Effect:
    marks = (entry.effect for entry in field.metadata if isinstance(entry, Mark))
    return next(marks, Effect.RESTART)


def _section(annotation: Any) -> tuple[type[Section], bool] | None:
    """The table that a key is, and whether it is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, False
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        if isinstance(inner, type) and issubclass(inner, Section):
            return inner, True
    return None


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of a union, or the type itself."""
    union = get_origin(annotation) in (Union, types.UnionType)
    return get_args(annotation) if union else (annotation,)


def _choices(annotation: Any) -> tuple[Any, ...]:
    parts = (part for part in _parts(annotation) if get_origin(part) is Literal)
    return tuple(choice for part in parts for choice in get_args(part))


def _allowed(annotation: Any, metadata: Any = ()) -> str:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _allowed(inner, more)
    parts = [part for part in _parts(annotation) if part is not type(None)]
    if len(parts) > 1 or parts != [annotation]:
        return " or ".join(_allowed(part, metadata) for part in parts)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f'"{choice}"' for choice in arguments)
    if origin is tuple:
        return f"list of {_allowed(arguments[0])}"
    if origin is dict:
        return f"table of {_allowed(arguments[1])}"
    if annotation is str:
        pattern = _constraint(metadata, "pattern")
        return f"text that matches `{pattern}`" if pattern else "text"
    names = {bool: "true, false", Path: "path", SecretStr: "secret text"}
    return names.get(annotation) or _range(annotation, metadata)


def _constraint(metadata: Any, name: str) -> Any:
    """A limit of a type, which pydantic keeps within a Field or beside it."""
    flat = [one for entry in metadata for one in (getattr(entry, "metadata", None) or [entry])]
    found = (getattr(entry, name, None) for entry in flat)
    return next((limit for limit in found if limit is not None), None)


def _range(annotation: Any, metadata: Any) -> str:
    low, above = _constraint(metadata, "ge"), _constraint(metadata, "gt")
    high = _constraint(metadata, "le")
    parts = ["whole number" if annotation is int else "number"]
    parts += [f"from {low}"] if low is not None else []
    parts += [f"above {above}"] if above is not None else []
    parts += [f"to {high}"] if high is not None else []
    return " ".join(parts)
