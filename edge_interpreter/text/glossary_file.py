"""A glossary that is read again when its file changes."""

import logging
from pathlib import Path

from edge_interpreter.text.glossary import Glossary, GlossaryError, load_glossary

log = logging.getLogger(__name__)


class GlossaryFile:
    """The terms of a file, or none without one. Raises GlossaryError where it is wrong at first.

    A file that goes wrong later is reported to the log, and the terms read before stay.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._changed_ns = self._stamp()
        self.terms = load_glossary(path) if path else Glossary()

    def refresh(self) -> bool:
        """Read the file again if it changed; whether the terms are others now."""
        stamp = self._stamp()
        if self._path is None or stamp == self._changed_ns:
            return False
        self._changed_ns = stamp
        try:
            self.terms = load_glossary(self._path)
        except GlossaryError as error:
            log.warning("the glossary stays as it was: %s", error)
            return False
        log.info("%s: %d terms read", self._path, len(self.terms.terms))
        return True

    def _stamp(self) -> int:
        try:
            return self._path.stat().st_mtime_ns if self._path else 0
        except OSError:
            return 0
