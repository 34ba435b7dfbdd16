"""The table of all keys in docs/configuration.md."""

from itertools import groupby

from edge_interpreter.config.keys import ENTRY, Key, all_keys
from edge_interpreter.config.show import plain, to_toml


def markdown() -> str:
    """One table for each section: key, default, what is allowed, when a change takes effect."""
    parts: list[str] = []
    for table, keys in groupby(all_keys(), key=_table):
        parts += [f"### {table}", "", "| key | default | allowed | a change counts |"]
        parts += ["|---|---|---|---|", *(_row(key) for key in keys), ""]
    return "\n".join(parts)


def _table(key: Key) -> str:
    path = key.path[:-1]
    name = ".".join(step for step in path if step != ENTRY)
    return f"`[[{name}]]`" if path and path[-1] == ENTRY else f"`[{name}]`"


def _row(key: Key) -> str:
    return f"| `{key.path[-1]}` | {_default(key)} | {key.allowed} | {key.effect.value} |"


def _default(key: Key) -> str:
    if key.required:
        return "must be given"
    value = plain(key.default)
    if value is None or value == "":
        return "none"
    if key.allowed == "tables" or isinstance(value, dict):
        return "see config.toml" if value else "none"
    return f"`{to_toml(value)}`"
