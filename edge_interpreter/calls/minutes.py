"""Keeps what is said on a call, once both sides have been told."""

import time
from collections import OrderedDict
from collections.abc import Callable

from edge_interpreter.calls.model import Role
from edge_interpreter.pipeline.events import Event, Fidelity, Lane, Skipped, Transcribed, Translated
from edge_interpreter.transcripts.line import ORIGINAL, Line, lost_line

MOST_UTTERANCES = 64
Keep = Callable[[Line], None]


class Minutes:
    """The transcript of one call; `number` gives the number of a side."""

    def __init__(self, call_id: str, keep: Keep, number: Callable[[Role], str]) -> None:
        self._call_id = call_id
        self._keep = keep
        self._number = number
        self._told: set[Role] = set()
        self._said: OrderedDict[tuple[Role, int], Transcribed] = OrderedDict()

    def told(self, role: Role) -> None:
        """A side has heard that the call is kept."""
        self._told.add(role)

    def take(self, role: Role, event: Event) -> None:
        """Something was said or translated on a side."""
        if len(self._told) < len(Role):
            return
        match event:
            case Transcribed():
                self._said[role, event.utterance.index] = event
                if len(self._said) > MOST_UTTERANCES:
                    self._said.popitem(last=False)
                original = Translated(event.utterance, event.language, event.text, Fidelity.SAME)
                self._write(role, ORIGINAL, event, original)
            case Translated() if words := self._said.get((role, event.utterance.index)):
                self._write(role, event.target, words, event)
            case Skipped(lane=Lane.SOURCE, withheld=False):
                self._keep(
                    lost_line(
                        "call",
                        self._call_id,
                        f"{role}-{event.utterance.index}",
                        role,
                        self._number(role) or role,
                        _now_ms(),
                        event.utterance.end_ms - event.utterance.start_ms,
                    )
                )

    def _write(self, role: Role, wants: str, words: Transcribed, event: Translated) -> None:
        place = words.utterance
        self._keep(
            Line(
                kind="call",
                place=self._call_id,
                utterance=f"{role}-{place.index}",
                wants=wants,
                speaker=role,
                name=self._number(role) or role,
                language=event.target,
                text=event.text,
                source_language=words.language,
                original=words.text,
                fidelity=event.fidelity,
                typed=place.typed,
                time=_now_ms(),
                length_ms=place.end_ms - place.start_ms,
            )
        )


def _now_ms() -> int:
    return round(time.time() * 1000)
