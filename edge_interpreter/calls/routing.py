"""Which route a call takes, and what is known of its languages beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.model import Plan
from edge_interpreter.config.calls import CallRoute
from edge_interpreter.languages import is_known, normalise

WAITING = "waiting"
AUTOMATIC = "auto"


@dataclass(frozen=True, slots=True)
class LegLanguage:
    """What is known of the language of a side: fixed, or to be heard with a first assumption."""

    fixed: str | None
    hint: str
    candidates: tuple[str, ...] = ()


def choose_route(routes: Sequence[CallRoute], party: Party) -> CallRoute | None:
    """The first route whose number pattern fits the dialled number."""
    return next((route for route in routes if fnmatchcase(party.dialled, route.number)), None)


def plan_for(route: CallRoute) -> Plan:
    """What is meant to happen to a call on `route`."""
    return Plan(
        None if route.agent == WAITING else route.agent,
        route.answer == "at_once",
        route.wait_when_unanswered,
    )


def caller_language(route: CallRoute, headers: Mapping[str, str]) -> LegLanguage:
    """The caller's language: the route's, or a hint from the SIP header that it names."""
    told = _told(route, headers)
    if route.caller_language != AUTOMATIC:
        return LegLanguage(route.caller_language, route.caller_language)
    return LegLanguage(None, told or route.caller_hint, route.caller_candidates)


def agent_language(route: CallRoute) -> LegLanguage:
    """The agent's language."""
    if route.agent_language == AUTOMATIC:
        return LegLanguage(None, route.caller_hint)
    return LegLanguage(route.agent_language, route.agent_language)


def _told(route: CallRoute, headers: Mapping[str, str]) -> str | None:
    """The language in the header of the route, when there is one that is a language."""
    wanted = route.language_header.casefold()
    values = (value for name, value in headers.items() if wanted and name.casefold() == wanted)
    # An Accept-Language list is taken by its first entry (RFC 3261 section 20.3).
    value = next(values, "").split(",")[0].split(";")[0].strip()
    return normalise(value) if is_known(value) else None
