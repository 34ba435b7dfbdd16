"""The terms of each route's calls, read again when their file changes."""

import logging
from collections.abc import Iterable
from pathlib import Path

from edge_interpreter.config.calls import CallRoute
from edge_interpreter.text.glossary import Glossary, GlossaryError
from edge_interpreter.text.glossary_file import GlossaryFile

log = logging.getLogger(__name__)
NO_TERMS = Glossary()


class RouteGlossaries:
    """The glossaries of all routes. Raises GlossaryError where one is wrong at first."""

    def __init__(self, routes: Iterable[CallRoute]) -> None:
        self._files: dict[Path, GlossaryFile] = {}
        for route in routes:
            self._read(route)

    def use(self, routes: Iterable[CallRoute]) -> None:
        """Have these routes too from now on; calls of one whose file is wrong get no terms."""
        for route in routes:
            try:
                self._read(route)
            except GlossaryError as error:
                log.error("the glossary of route %s is not used: %s", route.number, error)

    def terms(self, route: CallRoute) -> Glossary:
        """What calls on a route say in one agreed way."""
        file = self._files.get(route.glossary) if route.glossary else None
        return file.terms if file else NO_TERMS

    def refresh(self) -> bool:
        """Read files that changed; whether some terms are others now."""
        changed = [file.refresh() for file in self._files.values()]
        return any(changed)

    def _read(self, route: CallRoute) -> None:
        if route.glossary is not None and route.glossary not in self._files:
            self._files[route.glossary] = GlossaryFile(route.glossary)
