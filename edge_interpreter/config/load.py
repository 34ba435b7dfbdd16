"""Reads the configuration file, drop-ins and environment into the typed tree."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError

ENVIRONMENT_PREFIX = "EDGE_INTERPRETER_"
# Paths in a file are meant from where the file lies.
_PATHS = (
    ("models", "directory"),
    ("server", "state"),
    ("tls", "certificate"),
    ("tls", "key"),
    ("branding", "logo"),
)


class ConfigError(UserError):
    """The configuration cannot be used; the text names file, key, value and what is allowed."""


def load_config(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration from `path` (default `config.toml` here, if any) and its `config.d/`.

    Later files and then the environment override earlier ones, key by key:
    `EDGE_INTERPRETER_SERVER__PORT=9000` sets `[server] port`. Raises ConfigError.
    """
    tree: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for file in _files(path):
        _merge(tree, _parse(file), str(file), origin)
    _merge(tree, _from_environment(environment), "environment", origin)
    _make_absolute(tree, (path or Path("config.toml")).parent)
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(_explain(error, origin)) from None


def _files(path: Path | None) -> list[Path]:
    main = path or Path("config.toml")
    if not main.is_file():
        if path is not None:
            raise ConfigError(f"{path}: no such configuration file")
        return []
    return [main, *sorted((main.parent / "config.d").glob("*.toml"))]


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, text in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or "__" not in name:
            continue
        *tables, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        table = tree
        for step in tables:
            table = table.setdefault(step, {})
        table[key] = _toml_value(text)
    return tree


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _merge(
    into: dict[str, Any],
    new: Mapping[str, Any],
    source: str,
    origin: dict[str, str],
    prefix: str = "",
) -> None:
    for key, value in new.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and isinstance(into.get(key, {}), dict):
            _merge(into.setdefault(key, {}), value, source, origin, f"{name}.")
        else:
            into[key] = value
        origin[name] = source


def _make_absolute(tree: dict[str, Any], base: Path) -> None:
    for section, key in _PATHS:
        value = tree.get(section, {}).get(key)
        if isinstance(value, str):
            tree[section][key] = str(base / value)
    for room in tree.get("rooms", {}).get("open", ()):
        if isinstance(room, dict) and isinstance(room.get("glossary"), str):
            room["glossary"] = str(base / room["glossary"])


def _explain(error: ValidationError, origin: Mapping[str, str]) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        where = origin.get(key, "configuration")
        if problem["type"] == "extra_forbidden":
            lines.append(f"{where}: unknown key {key}{_suggestion(problem['loc'])}")
        else:
            lines.append(f"{where}: {key} = {problem['input']!r}: {problem['msg']}")
    return "\n".join(lines)


def _suggestion(location: tuple[int | str, ...]) -> str:
    model: Any = Config
    for step in location[:-1]:
        field = model.model_fields.get(str(step)) if _is_section(model) else None
        if field is None:
            return ""
        model = next((arg for arg in get_args(field.annotation)), field.annotation)
    if not _is_section(model):
        return ""
    close = difflib.get_close_matches(str(location[-1]), model.model_fields, 1, 0.5)
    known = ", ".join(sorted(model.model_fields))
    return f"; did you mean {close[0]}?" if close else f"; known here: {known}"


def _is_section(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)
