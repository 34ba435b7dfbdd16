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
LOWEST_LOGPROB = -1.0
NO_SPEECH = 0.5
COMPRESSION = 2.4
COMPRESSION_AT_ANY_PACE = 3.5
LOOP_TOKENS_PER_S = 5.0
MOST_TOKENS_PER_S = 9.0
SPARE_TOKENS = 8
_REPEATED = re.compile(r"(?P<unit>.{2,80}?)(?:[\s,.!?…-]*(?P=unit)){2,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decoder gave for one window.

    `logprob` is the mean log-probability of a token; `tokens` their number; `seconds` the
    length of the sound and `ends_at` where in it speech ended, by the decoder's own account.
    """

    text: str
    tokens: int
    logprob: float
    no_speech: float
    seconds: float
    ends_at: float | None = None

    @property
    def compression(self) -> float:
        """Bytes of the text for a byte of it compressed."""
        raw = self.text.encode()
        return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def token_limit(seconds: float) -> int:
    """How many tokens may come of so much sound: twice what fast speakers need."""
    return SPARE_TOKENS + round(MOST_TOKENS_PER_S * seconds)


def problem(answer: Answer) -> str | None:
    """Why an answer must not be shown, or None."""
    if not any(character.isalnum() for character in answer.text):
        return "empty"
    if answer.compression > COMPRESSION:
        return "repetition"
    if answer.tokens >= token_limit(answer.seconds):
        return "too_fast"
    if answer.no_speech > NO_SPEECH and answer.logprob < DOUBTFUL_LOGPROB:
        return "no_speech"
    if answer.logprob < LOWEST_LOGPROB:
        return "low_confidence"
    unsure = answer.logprob < DOUBTFUL_LOGPROB or answer.no_speech > NO_SPEECH
    if unsure and is_stock_phrase(answer.text):
        return "stock_phrase"
    return None


def doubtful(answer: Answer) -> bool:
    """Whether a longer window and a wider search may give something better."""
    return (
        answer.logprob < DOUBTFUL_LOGPROB
        or _REPEATED.search(answer.text) is not None
        or problem(answer) is not None
    )


def better(second: Answer, first: Answer) -> bool:
    """Whether the second hearing is to be believed rather than the first."""
    failed = problem(second) is not None, problem(first) is not None
    if failed[0] != failed[1]:
        return failed[1]
    looped = _REPEATED.search(first.text) is not None
    return looped or second.logprob > first.logprob
