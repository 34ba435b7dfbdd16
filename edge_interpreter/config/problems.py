"""Says what is wrong with a configuration: place, key, value, what is allowed, what was meant."""

import difflib
from typing import Any

from pydantic import ValidationError

from edge_interpreter.config.keys import ENTRY, all_keys, fields_at, find_key
from edge_interpreter.config.sources import Sources, is_shown
from edge_interpreter.config.toml_lines import Location

HIDDEN = "(hidden)"


def explain(error: ValidationError, found: Sources) -> list[str]:
    """One line for each thing that is wrong, in the order of the tree."""
    lines: dict[Location, str] = {}
    for problem in error.errors(include_url=False):
        location = _place(problem, found)
        lines.setdefault(location, _line(problem, location, found))
    return list(lines.values())


def _place(problem: Any, found: Sources) -> Location:
    """Where it is; for each alternative of a union there is a step more, which is left out."""
    location: Location = tuple(step for step in problem["loc"] if step != "[key]")
    if problem["type"] != "missing":
        while len(location) > 1 and found.get(location) is None:
            location = location[:-1]
    return location


def _line(problem: Any, location: Location, found: Sources) -> str:
    name = dotted(location)
    where = found.where(location)
    if problem["type"] == "missing":
        return f"{where}: {name} is missing{_allowed(location, '')}"
    value = _value(location, problem["input"])
    if problem["type"] == "extra_forbidden":
        return f"{where}: {name}{value}: unknown key{_suggestion(location)}"
    message = problem["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f"{where}: {name}{value}: {message}{_allowed(location, problem['input'])}"


def dotted(location: Location) -> str:
    """A place for people: `rooms.open[0].name`."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _value(location: Location, value: Any) -> str:
    key = find_key(location)
    if key is not None and key.secret:
        return f" = {HIDDEN}"
    if key is None and _may_be_secret(location):
        return f" = {HIDDEN}"
    return f" = {value!r}" if location and is_shown(value) else ""


def _may_be_secret(location: Location) -> bool:
    """Whether an unknown key may have been meant to be a secret."""
    fields = fields_at(location[:-1]) or {}
    beside = [find_key((*location[:-1], name)) for name in fields]
    named = any(word in str(location[-1]).lower() for word in ("pass", "secret", "token", "key"))
    return named or any(key is not None and key.secret for key in beside)


def _allowed(location: Location, value: Any) -> str:
    key = find_key(location)
    if key is None or key.secret:
        return ""
    if key.choices:
        close = difflib.get_close_matches(str(value), key.choices, 1, 0.5)
        return f"; did you mean '{close[0]}'?" if close else ""
    return f" (allowed: {key.allowed})" if key.allowed not in ("text", "tables") else ""


def _suggestion(location: Location) -> str:
    fields = fields_at(location[:-1])
    if fields is None:
        return ""
    wrong = str(location[-1])
    close = difflib.get_close_matches(wrong, fields, 1, 0.5)
    if close:
        return f"; did you mean {close[0]}?"
    elsewhere = [key.name for key in all_keys() if key.path[-1] == wrong and ENTRY not in key.path]
    hint = f"; there is {elsewhere[0]}" if elsewhere else ""
    return f"{hint}; known here: {', '.join(sorted(fields))}"
