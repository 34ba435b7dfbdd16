"""The configuration in force, for people and programs, with where each value was written."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from edge_interpreter.config.keys import all_keys, find_key
from edge_interpreter.config.load import Reading
from edge_interpreter.config.section import Section
from edge_interpreter.config.toml_lines import Location

MASK = "********"
_COLUMN = 40


def as_toml(reading: Reading) -> str:
    """The whole tree as TOML; a value that is no default has a comment that says whence."""
    return "\n".join(_table(reading, reading.config, (), "[{}]")).strip() + "\n"


def as_json(reading: Reading) -> dict[str, Any]:
    """Each key by its dotted name: its value, whether that is the default, and its origin."""
    shown: dict[str, Any] = {}
    for key in all_keys():
        if "[]" not in key.path:
            value: Any = reading.config
            for step in key.path:
                value = getattr(value, step)
            origin = reading.sources.origins.get(key.path)
            shown[key.name] = {
                "value": plain(value),
                "default": value == key.default,
                "origin": str(origin) if origin else None,
                "effect": key.effect.value,
            }
    return shown


def changed(reading: Reading) -> Iterator[str]:
    """One line for every key that is not at its default."""
    for name, entry in as_json(reading).items():
        if not entry["default"]:
            yield f"{name} = {to_toml(entry['value'])}  # {entry['origin'] or 'configuration'}"


def plain(value: Any) -> Any:
    """A value in JSON's terms, secrets masked."""
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if isinstance(value, Section):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple):
        return [plain(entry) for entry in value]
    return str(value) if isinstance(value, Path) else value


def to_toml(value: Any) -> str:
    """A value on one line; what is None is left out of tables."""
    if isinstance(value, Mapping):
        inner = (f"{_quoted(k)} = {to_toml(v)}" for k, v in value.items() if v is not None)
        return "{ " + ", ".join(inner) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(to_toml(entry) for entry in value) + "]"
    # JSON writes texts, numbers and truth values as TOML does, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=False)


def _table(reading: Reading, section: Section, at: Location, header: str) -> Iterator[str]:
    below: list[str] = []
    names = ".".join(_quoted(step) for step in at if isinstance(step, str))
    own: list[str] = []
    for name in type(section).model_fields:
        value, place = getattr(section, name), (*at, name)
        if isinstance(value, Section):
            below += _table(reading, value, place, "[{}]")
        elif isinstance(value, tuple) and value and isinstance(value[0], Section):
            for number, entry in enumerate(value):
                below += _table(reading, entry, (*place, number), "[[{}]]")
        else:
            key = find_key(place)
            is_default = key is not None and not key.required and value == key.default
            own.append(_line(reading, place, value, is_default=is_default))
    if at and (own or not below):
        yield from ("", header.format(names))
    yield from own
    yield from below


def _line(reading: Reading, place: Location, value: Any, *, is_default: bool) -> str:
    name = _quoted(str(place[-1]))
    line = f"# {name} is not set" if value is None else f"{name} = {to_toml(plain(value))}"
    if is_default:
        return line
    return f"{line:{_COLUMN}}# {reading.sources.where(place)}"
