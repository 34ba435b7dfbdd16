"""Which voice speaks which language."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from edge_interpreter.engines.protocols import EngineError, Speech, SpeechRequest, Synthesiser


class VoiceRouter:
    """A synthesiser made of several: each language (BCP-47 tag) goes to its own.

    A tag without a voice of its own is cut from the right (`fr-CA`, `fr`: the lookup of RFC 4647
    section 3.4); then any voice of the same language will do (`pt` is spoken by `pt-BR`).
    """

    def __init__(self, engines: Mapping[str, Synthesiser]) -> None:
        self._engines = dict(engines)

    @property
    def engines(self) -> Mapping[str, Synthesiser]:
        """The engine of each language."""
        return self._engines

    def languages(self) -> frozenset[str]:
        """The languages that have a voice."""
        return frozenset(self._engines)

    def synthesise(self, request: SpeechRequest) -> Iterator[Speech]:
        """See `Synthesiser.synthesise`; raises EngineError for a language without a voice."""
        tag = best_tag(request.language, self._engines)
        if tag is None:
            have = ", ".join(sorted(self._engines)) or "none"
            raise EngineError(f"no voice for {request.language}; there are voices for: {have}")
        return self._engines[tag].synthesise(replace(request, language=tag))

    def close(self) -> None:
        """Let go of the engines."""
        for engine in set(self._engines.values()):
            close = getattr(engine, "close", None)
            if close is not None:
                close()


def best_tag(wanted: str, tags: Mapping[str, object]) -> str | None:
    """The key of `tags` that serves a language best, None where none does."""
    by_lower = {tag.lower(): tag for tag in tags}
    subtags = wanted.lower().replace("_", "-").split("-")
    for length in range(len(subtags), 0, -1):
        found = by_lower.get("-".join(subtags[:length]))
        if found is not None:
            return found
    return next((tag for tag in tags if tag.lower().startswith(f"{subtags[0]}-")), None)
