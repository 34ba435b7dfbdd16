"""Which language a speaker is taken to speak, utterance by utterance, without flipping."""

from collections.abc import Iterable, Mapping

from edge_interpreter.engines.protocols import NO_PRIOR, Recognition

SHORT_MS = 1_000
SHORT_WEIGHT = 30.0
USUAL_WEIGHT = 4.0
LIKELY_WEIGHT = 8.0
"""Of a language that can be translated here; one who speaks another is surer than this."""
SURE = 0.5


class SpokenLanguage:
    """The language of one speaker: fixed, or followed with hysteresis.

    A short utterance ("yes", a cough) weighs little against the language spoken so far; a
    sentence in another language is followed at once. `likely` languages, those that can be
    translated here, weigh more than the others.
    """

    def __init__(self, fixed: str | None = None, likely: Iterable[str] = ()) -> None:
        self._fixed = fixed
        self._likely = dict.fromkeys(likely, LIKELY_WEIGHT)
        self.current: str | None = fixed

    def prior(self, duration_ms: int) -> Mapping[str, float]:
        """Weights for identifying the language of the next utterance."""
        if self._fixed:
            return NO_PRIOR
        if self.current is None:
            return self._likely
        weight = SHORT_WEIGHT if duration_ms < SHORT_MS else USUAL_WEIGHT
        return {**self._likely, self.current: weight * self._likely.get(self.current, 1.0)}

    def observe(self, recognition: Recognition, duration_ms: int) -> None:
        """Learn from a recognition that passed its checks."""
        if self._fixed:
            return
        sure = recognition.language_probability >= SURE and duration_ms >= SHORT_MS
        if sure or self.current is None:
            self.current = recognition.language
