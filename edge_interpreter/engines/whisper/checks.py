"""Whether an answer of the decoder can be what was said.

The limits are Whisper's own (compression ratio 2.4, log-probability -1.0, no-speech 0.6: Radford et
al., 2022, section 4.5) unless recordings of 236 prompts and 125 sounds without speech asked for
others.
"""

import re
import zlib
from dataclasses import dataclass

from edge_interpreter.text.hallucination import is_stock_phrase

DOUBTFUL_LOGPROB = -0.5
"""Below this an answer is tried again in a full window; 4 % of good recordings."""
LOWEST_LOGPROB = -1.0
NO_SPEECH = 0.5
COMPRESSION = 2.4
MOST_TOKENS_PER_S = 9.0
SPARE_TOKENS = 8
_REPEATED = re.compile(r"(?P<unit>.{2,40}?)(?:[\s,.!?-]*(?P=unit)){3,}$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decoder gave for one window.

    `logprob` is the mean log-probability of a token; `tokens` their number; `seconds` the
    length of the sound.
    """

    text: str
    tokens: int
    logprob: float
    no_speech: float
    seconds: float

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
    if answer.compression > COMPRESSION or _REPEATED.search(answer.text):
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


def worth_another_try(answer: Answer) -> bool:
    """Whether a full window and a wider search may give something better."""
    return answer.logprob < DOUBTFUL_LOGPROB or problem(answer) is not None
