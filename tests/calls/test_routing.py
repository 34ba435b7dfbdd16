"""Routes by dialled number and languages by header."""

import pytest

from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.routing import (
    LegLanguage,
    agent_language,
    caller_language,
    choose_route,
    plan_for,
)
from edge_interpreter.config.calls import CallRoute

SPANISH = CallRoute(number="34*", agent="sip:200@pbx", caller_language="es")
ANY = CallRoute(language_header="X-Language", caller_hint="fr", caller_candidates=("en", "fr"))


@pytest.mark.parametrize(("dialled", "route"), [("34600", SPANISH), ("100", ANY), ("", ANY)])
def test_the_first_route_that_fits(dialled: str, route: CallRoute) -> None:
    assert choose_route([SPANISH, ANY], Party("sip", dialled=dialled)) is route


def test_no_route() -> None:
    assert choose_route([SPANISH], Party("sip", dialled="100")) is None


def test_plans() -> None:
    assert plan_for(ANY).agent_uri is None
    assert plan_for(SPANISH).agent_uri == "sip:200@pbx"
    assert not plan_for(CallRoute(answer="with_agent")).answer_at_once


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        ({}, "fr"),
        ({"x-language": "es"}, "es"),
        ({"X-Language": "de-AT, en;q=0.5"}, "de"),
        ({"X-Language": "no such thing"}, "fr"),
        ({"Other": "es"}, "fr"),
    ],
)
def test_a_header_gives_the_first_assumption(headers: dict[str, str], hint: str) -> None:
    assert caller_language(ANY, headers) == LegLanguage(None, hint, ("en", "fr"))


def test_a_fixed_language_is_not_overridden_by_a_header() -> None:
    route = CallRoute(caller_language="es", language_header="X-Language")
    assert caller_language(route, {"X-Language": "fr"}).fixed == "es"
    assert agent_language(route) == LegLanguage("en", "en")
