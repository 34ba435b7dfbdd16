"""Reads the configuration file, drop-ins, environment and secrets into the typed tree."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from edge_interpreter.config.keys import all_keys, places
from edge_interpreter.config.problems import explain
from edge_interpreter.config.secrets import fill_secrets
from edge_interpreter.config.sources import DEFAULT_FILE, ENVIRONMENT_PREFIX, Sources, collect
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError

__all__ = ["ENVIRONMENT_PREFIX", "ConfigError", "Reading", "load_config", "read_config"]


class ConfigError(UserError):
    """The configuration cannot be used; each line names place, key, value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration, where each value was written, and what people should know about it."""

    config: Config
    sources: Sources
    notices: tuple[str, ...] = ()


def load_config(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration from `path` (default `config.toml` here, if any) and its `config.d/`.

    Later files and then the environment override earlier ones, key by key:
    `EDGE_INTERPRETER_SERVER__PORT=9000` sets `[server] port`. Raises ConfigError.
    """
    return read_config(path, environment).config


def read_config(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Reading:
    """The same, with the origin of every value. Raises ConfigError with all that is wrong."""
    found = collect(path, environment)
    _make_absolute(found, (path or DEFAULT_FILE).parent)
    notices = fill_secrets(found, environment)
    try:
        config = Config.model_validate(found.values)
    except ValidationError as error:
        found.problems += explain(error, found)
    if found.problems:
        raise ConfigError("\n".join(found.problems))
    return Reading(config, found, tuple(notices))


def _make_absolute(found: Sources, base: Path) -> None:
    """Paths in a file are meant from where the file lies."""
    for key in all_keys():
        if key.kind is Path:
            for location in places(found.values, key.path):
                value = found.get(location)
                if isinstance(value, str) and value:
                    found.set(location, str(base / value))
