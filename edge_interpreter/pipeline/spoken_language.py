"""Which language a speaker is taken to speak, utterance by utterance, without flipping."""

from collections.abc import Iterable, Mapping

from edge_interpreter.engines.protocols import NO_PRIOR, Recognition

SHORT_MS = 1_300
"""What is shorter sets no other language: in a word or two it is heard as often wrong as right."""
STAYING = ((900, 300.0), (SHORT_MS, 30.0))
"""How many times as likely as the language spoken so far another has to be, by milliseconds."""
STAYING_LONG = 4.0
LIKELY_WEIGHT = 8.0
"""Of a language that can be translated here; one who speaks another is surer than this."""
SPOKEN_WEIGHT = 8.0
"""In something short, of a language that this speaker has spoken before."""
SURE = 0.5


class SpokenLanguage:
    """The language of one speaker: fixed, or followed with hysteresis.

    A short utterance ("yes", a cough) is taken for the language spoken so far unless it is another
    beyond doubt; a sentence in another language is followed at once. `likely` languages, those that
    can be translated here, weigh more than the others. `current` may be set as a first assumption.
    """

    def __init__(self, fixed: str | None = None, likely: Iterable[str] = ()) -> None:
        self._fixed = fixed
        self._likely = dict.fromkeys(likely, LIKELY_WEIGHT)
        self._spoken: set[str] = set()
        self.current: str | None = fixed

    def prior(self, duration_ms: int) -> Mapping[str, float]:
        """Weights for identifying the language of the next utterance."""
        if self._fixed:
            return NO_PRIOR
        if self.current is None:
            return self._likely
        weights = dict(self._likely)
        staying = STAYING_LONG
        # What was merely assumed, or heard in a word, is no habit yet.
        if self.current in self._spoken and duration_ms < SHORT_MS:
            staying = next(weight for below_ms, weight in STAYING if duration_ms < below_ms)
            for tag in self._spoken:
                weights[tag] = LIKELY_WEIGHT * SPOKEN_WEIGHT
        return {**weights, self.current: staying * weights.get(self.current, 1.0)}

    def observe(self, recognition: Recognition, duration_ms: int) -> None:
        """Learn from a recognition that passed its checks."""
        if self._fixed:
            return
        sure = recognition.language_probability >= SURE and duration_ms >= SHORT_MS
        if sure:
            self._spoken.add(recognition.language)
        if sure or self.current is None:
            self.current = recognition.language
