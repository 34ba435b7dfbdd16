"""Whether an answer of the decoder can be what was said.

The measures are Whisper's own (compression ratio, log-probability, no-speech probability: Radford
et al., 2022, section 4.5) and the rate of speech; the limits come from recordings of prompts in
English and French and from sounds without speech.
"""

import re
import zlib
from dataclasses import dataclass

from edge_interpreter.text.hallucination import is_stock_phrase

DOUBTFUL_LOGPROB = -0.8
UNSURE_LOGPROB = -0.4
# Of recorded prompts, 39 French and 29 English ones in 100 lie below, and with them most of what a
# larger model hears better.
SECOND_LOGPROB = -0.45
LOWEST_LOGPROB = -1.0
NO_SPEECH = 0.5
SURELY_NO_SPEECH = 0.8
COMPRESSION = 2.4
COMPRESSION_OF_INSISTING = 3.5
# People can say a word over and over, but not in sound without speech and not this fast.
LOOP_NO_SPEECH = 0.3
LOOP_TOKENS_PER_S = 6.0
MOST_UNHEARD = 0.7
MOST_TOKENS_PER_S = 9.0
SPARE_TOKENS = 8
_LOOP = re.compile(
    r"\b(?P<words>\w.{0,80}?)(?:[\s,.!?…-]+(?P=words)){2,}\b|(?P<run>\D{2,40}?)(?P=run){3,}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decoder gave for one window.

    `logprob` is the mean log-probability of a token; `tokens` their number; `seconds` the
    length of the sound; `unheard` how many seconds of loud sound come after the decoder's own
    end of speech.
    """

    text: str
    tokens: int
    logprob: float
    no_speech: float
    seconds: float
    unheard: float = 0.0

    @property
    def compression(self) -> float:
        """Bytes of the text for a byte of it compressed."""
        raw = self.text.encode()
        return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def token_limit(seconds: float) -> int:
    """How many tokens may come of so much sound: twice what fast speakers need."""
    return SPARE_TOKENS + round(MOST_TOKENS_PER_S * seconds)


def looped(answer: Answer) -> bool:
    """Whether something comes again and again: a decoder that lost its place, or a person."""
    return answer.compression > COMPRESSION or _LOOP.search(answer.text) is not None


def problem(answer: Answer) -> str | None:
    """Why an answer must not be shown, or None."""
    if not any(character.isalnum() for character in answer.text):
        return "empty"
    if looped(answer) and _nobody_insists(answer):
        return "repetition"
    if answer.tokens >= token_limit(answer.seconds):
        return "too_fast"
    unsure = answer.logprob < DOUBTFUL_LOGPROB or answer.no_speech > NO_SPEECH
    if answer.no_speech > (NO_SPEECH if answer.logprob < UNSURE_LOGPROB else SURELY_NO_SPEECH):
        return "no_speech"
    if answer.logprob < LOWEST_LOGPROB:
        return "low_confidence"
    if unsure and is_stock_phrase(answer.text):
        return "stock_phrase"
    return None


def _nobody_insists(answer: Answer) -> bool:
    fast = answer.tokens > SPARE_TOKENS + LOOP_TOKENS_PER_S * answer.seconds
    endless = answer.compression > COMPRESSION_OF_INSISTING
    return fast or endless or answer.no_speech > LOOP_NO_SPEECH


def doubtful(answer: Answer) -> bool:
    """Whether a longer window and a wider search may give something better."""
    return (
        answer.logprob < DOUBTFUL_LOGPROB
        or answer.unheard > MOST_UNHEARD
        or looped(answer)
        or problem(answer) is not None
    )


def unsure(answer: Answer) -> bool:
    """Whether a better model, where there is one, should hear it too."""
    return answer.logprob < SECOND_LOGPROB or doubtful(answer)


def better(second: Answer, first: Answer) -> bool:
    """Whether the second hearing is to be believed rather than the first."""
    failed = problem(second) is not None, problem(first) is not None
    if failed[0] != failed[1]:
        return failed[1]
    if abs(second.unheard - first.unheard) > MOST_UNHEARD:
        return second.unheard < first.unheard
    return looped(first) or second.logprob > first.logprob
