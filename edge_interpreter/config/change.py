"""What a newly read configuration changes, and which part of it can hold without a restart."""

from dataclasses import dataclass
from typing import TypeVar

from edge_interpreter.config.keys import all_keys
from edge_interpreter.config.section import Effect, Section
from edge_interpreter.config.tree import Config

AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True, slots=True)
class Change:
    """Names of the keys that differ, by when they count."""

    at_once: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()

    def describe(self) -> str:
        """One line for people and logs; values are not in it."""
        parts = (
            ("in force at once", self.at_once),
            ("for what begins later", self.later),
            ("only after a restart", self.restart),
        )
        told = [f"{title}: {', '.join(names)}" for title, names in parts if names]
        return "; ".join(told) or "nothing has changed"


def compare(old: Config, new: Config) -> Change:
    """The keys that differ; a list of tables counts as one key."""
    names: dict[Effect, list[str]] = {effect: [] for effect in Effect}
    for path, effect in _plain_keys():
        before: object = old
        after: object = new
        for step in path:
            before, after = getattr(before, step), getattr(after, step)
        if before != after:
            names[effect].append(".".join(path))
    return Change(*(tuple(names[effect]) for effect in (Effect.LIVE, Effect.NEXT, Effect.RESTART)))


def in_force(old: Config, new: Config) -> Config:
    """The new values of keys that take effect without a restart, the old ones of all others."""
    kept = {path for path, effect in _plain_keys() if effect is Effect.RESTART}
    return _mixed(old, new, (), kept)


def _plain_keys() -> list[tuple[tuple[str, ...], Effect]]:
    return [(key.path, key.effect) for key in all_keys() if "[]" not in key.path]


def _mixed(
    old: AnySection, new: AnySection, at: tuple[str, ...], kept: set[tuple[str, ...]]
) -> AnySection:
    values: dict[str, object] = {}
    for name in type(old).model_fields:
        before, after, path = getattr(old, name), getattr(new, name), (*at, name)
        if isinstance(before, Section) and isinstance(after, Section):
            values[name] = _mixed(before, after, path, kept)
        else:
            values[name] = before if path in kept else after
    return old.model_copy(update=values)
