"""What a stream tells its listeners, in the order in which a listener may show it.

Within one stream and one lane (the source text, the captions of one target language, the speech
of one target language) the events of an utterance come after all those of the utterance before.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from edge_interpreter.audio.frames import Pcm16

SPEECH_RATE = 24_000
"""Sampling rate in Hz of all speech that leaves the pipeline."""


UNTRANSLATED = "untranslated"
"""Why a voice leaves out sentences of which no translation can be trusted."""
INCOMPLETE = "incomplete"
"""Why a voice lacks a number, name or code."""
UNWANTED = "unwanted"
"""Why nothing is made of what nobody waits for any more."""
NO_TRANSLATION_MODEL = "no_translation_model"
"""Why what is said in one language is never heard in another."""


class Lane(StrEnum):
    """The three things that are delivered in order, each on its own."""

    SOURCE = "source"
    CAPTION = "caption"
    SPEECH = "speech"


class Fidelity(StrEnum):
    """How far a translation can be trusted.

    `OK`: passed every check. `SAME`: the listener's language was spoken, nothing was translated.
    `MARKED`: a number, name or code of the source is missing from it (see `missing`).
    `UNTRANSLATED`: the text is the original, since no translation passed the checks.
    """

    OK = "ok"
    SAME = "same"
    MARKED = "marked"
    UNTRANSLATED = "untranslated"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech (or one typed line) of one speaker.

    `start_ms` and `end_ms` count from the beginning of the stream; both are the moment of
    typing for a typed line.
    """

    stream: str
    index: int
    start_ms: int
    end_ms: int
    typed: bool = False


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody began to speak; every one is followed by a `Finished` of the same index."""

    stream: str
    index: int
    start_ms: int


@dataclass(frozen=True, slots=True)
class Partial:
    """A first idea of an utterance that goes on: `stable` will not be taken back.

    `unstable` follows it as it is, with a space in front where there is one.
    `translated` tells a translation into `language` from words in the language spoken.
    """

    stream: str
    index: int
    language: str
    stable: str
    unstable: str
    translated: bool = False

    @property
    def text(self) -> str:
        """All of it, the doubtful words at the end."""
        return self.stable + self.unstable


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The final words of an utterance, in the language that was spoken."""

    utterance: Utterance
    text: str
    language: str
    language_probability: float


@dataclass(frozen=True, slots=True)
class Translated:
    """The final caption of an utterance in one target language."""

    utterance: Utterance
    target: str
    text: str
    fidelity: Fidelity = Fidelity.OK
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of the translated speech: 16-bit mono at `SPEECH_RATE`.

    `sequence` counts from 0 within the utterance and target; the last piece has `last` set and
    may be empty. `speed` over 1 says that it was spoken faster.
    """

    utterance: Utterance
    target: str
    sequence: int
    pcm: Pcm16
    last: bool
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something was not delivered, and why.

    `target` is None when the whole utterance is affected; `lane` says what is missing: all of it,
    or, for the reasons `UNTRANSLATED` and `INCOMPLETE` after speech that came, some.
    `withheld` marks text that was recognised but failed a check (an operator may see that it
    was withheld); otherwise speech was lost.
    """

    utterance: Utterance
    lane: Lane
    target: str | None
    reason: str
    withheld: bool = False

    @property
    def untrusted(self) -> bool:
        """Whether a check is the reason, and not a fault or a lack of time."""
        return self.withheld or self.reason in (UNTRANSLATED, INCOMPLETE)

    @property
    def owes_cue(self) -> bool:
        """Whether who listens misses speech there could be; withheld is most often no speech."""
        silent_anyway = self.reason in (UNWANTED, NO_TRANSLATION_MODEL)
        return not (self.withheld or silent_anyway or self.lane is Lane.CAPTION)


@dataclass(frozen=True, slots=True)
class SoundLost:
    """The source lost `lost_ms` of sound before it could be heard at all."""

    stream: str
    at_ms: int
    lost_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """An utterance has left the pipeline.

    `latency_ms` maps stage names to milliseconds counted from the end of speech (the arrival of
    the last frame that held speech) to that stage's first result.
    """

    utterance: Utterance
    latency_ms: dict[str, int] = field(default_factory=dict)


Event = SpeechBegan | Partial | Transcribed | Translated | Spoken | Skipped | SoundLost | Finished
