"""Where the values of the configuration come from: files, drop-ins and the environment."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from edge_interpreter.config.keys import find_key
from edge_interpreter.config.toml_lines import Location, key_lines

ENVIRONMENT_PREFIX = "EDGE_INTERPRETER_"
DEFAULT_FILE = Path("config.toml")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written: a line of a file, a variable, a credential."""

    source: str
    line: int = 0
    file: Path | None = None

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(slots=True)
class Sources:
    """All that was found, later files over earlier ones; `problems` are one line each."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Location, Origin] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def origin(self, location: Location) -> Origin | None:
        """Where a value, or what holds it, was written."""
        for size in range(len(location), 0, -1):
            if location[:size] in self.origins:
                return self.origins[location[:size]]
        return None

    def where(self, location: Location) -> str:
        """The same for people."""
        return str(self.origin(location) or "configuration")

    def get(self, location: Location) -> Any:
        """A value, None where nothing is set."""
        here: Any = self.values
        for step in location:
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                return None
        return here

    def set(self, location: Location, value: Any, origin: Origin | None = None) -> None:
        """Write a value; its table is there already."""
        here: Any = self.values
        for step in location[:-1]:
            here = here.setdefault(step, {}) if isinstance(here, dict) else here[step]
        here[location[-1]] = value
        if origin is not None:
            self.origins[location] = origin


def collect(path: Path | None, environment: Mapping[str, str]) -> Sources:
    """The values of `path` (default `config.toml` here, if any), its `config.d/`, and variables."""
    found = Sources()
    main = path or DEFAULT_FILE
    if main.is_file():
        for file in (main, *sorted((main.parent / "config.d").glob("*.toml"))):
            _add_file(found, file)
    elif path is not None:
        found.problems.append(f"{path}: no such configuration file")
    _add_environment(found, environment)
    return found


def _add_file(found: Sources, file: Path) -> None:
    found.files.append(file)
    try:
        text = file.read_text("utf-8")
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        found.problems.append(f"{file}{f':{line[1]}' if line else ''}: {error}")
        return
    except UnicodeDecodeError:
        found.problems.append(f"{file}: is not UTF-8 text")
        return
    except OSError as error:
        found.problems.append(f"{file}: {error.strerror}")
        return
    lines = {at: Origin(str(file), line, file) for at, line in key_lines(text).items()}
    _merge(found, values, lines)


def _add_environment(found: Sources, environment: Mapping[str, str]) -> None:
    for name, text in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or "__" not in name:
            continue
        location = tuple(name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__"))
        value: Any = _typed(location, text)
        for step in reversed(location):
            value = {step: value}
        origin = Origin(f"environment {name}")
        _merge(found, value, {location[:size]: origin for size in range(1, len(location) + 1)})


def _typed(location: Location, text: str) -> Any:
    """The value that a variable means: as in TOML, or the text itself."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    key = find_key(location)
    wants_text = key is not None and key.kind is not None and key.path == location
    is_text_kind = wants_text and (not key.choices if key else False)
    return text if is_text_kind and not isinstance(value, str | list | dict) else value


def _merge(found: Sources, new: Mapping[str, Any], origins: Mapping[Location, Origin]) -> None:
    for location, value in _leaves(new):
        for held in [at for at in found.origins if at[: len(location)] == location]:
            del found.origins[held]
        _make_way(found.values, location)
        found.set(location, value)
    found.origins.update(origins)


def _leaves(tree: Mapping[str, Any], prefix: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Every value that is no table, and every empty table."""
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def _make_way(tree: dict[str, Any], location: Location) -> None:
    """A table takes the place of a value of the same name."""
    here: Any = tree
    for step in location[:-1]:
        if not isinstance(here.get(step, {}), dict):
            here[step] = {}
        here = here.setdefault(step, {})


def is_shown(value: Any) -> bool:
    """Whether a value can be printed: no secret, and no table that may hold one."""
    if isinstance(value, list | tuple):
        return all(is_shown(entry) for entry in value)
    return not isinstance(value, SecretStr | Mapping)
