"""Times of day in words."""

import re

from edge_interpreter.text.spoken.numbers import before_noun, cardinal
from edge_interpreter.text.spoken.words import Words

_CLOCK = re.compile(
    r"(?<![\d:.,/])(?P<hour>[01]?\d|2[0-4])\s?:\s?(?P<minute>[0-5]\d)(?:\s?:\s?(?P<second>[0-5]\d))?"
    r"(?![\d:]|[.,/]\d)(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?(?:\s?(?:h|Uhr)\b)?",
    re.IGNORECASE,
)
_MERIDIEM = re.compile(
    r"(?<![\d:.,/])(?P<hour>0?\d|1[0-2])(?:\.(?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?\s?m\b\.?",
    re.IGNORECASE,
)
_H = re.compile(
    r"(?<![\d:.,/])(?P<hour>[01]?\d|2[0-4])\s?h(?:\s?(?P<minute>[0-5]\d)(?!\d)(?:\s?min\b)?)?"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_UHR = re.compile(
    r"(?<![\d:.,/])(?P<hour>[01]?\d|2[0-4])(?:\.(?P<minute>[0-5]\d))?\s?Uhr(?:\s(?P<late>[0-5]\d)\b)?"
)
_BETWEEN = re.compile(
    r"(:[0-5]\d|\dh(?:[0-5]\d)?|\d\s?[ap]\.?m\.?)\s?[-–]\s?(?=\d{1,2}(?::\d\d|\s?[ap]\.?m|\s?h))",
    re.IGNORECASE,
)


def times(text: str, words: Words) -> str:
    """Times of day in words."""
    text = _BETWEEN.sub(rf"\1 {words.range} ", text)
    text = _CLOCK.sub(lambda match: _time(match, words), text)
    text = _MERIDIEM.sub(lambda match: _time(match, words), text)
    if words.time.h:
        text = _H.sub(lambda match: _time(match, words), text)
    if words.language == "de":
        text = _UHR.sub(lambda match: _time(match, words), text)
    return text


def _time(match: re.Match[str], words: Words) -> str:
    groups = match.groupdict()
    hour, minute = int(match["hour"]), int(groups.get("minute") or groups.get("late") or 0)
    second = groups.get("second")
    half = groups.get("half")
    read = _english if words.time.sharp else _with_noun
    spoken = read(hour, minute, half, words)
    if second is not None:
        one, many = words.units["s"]
        counted = before_noun(cardinal(int(second), words.language), one, words)
        spoken = f"{spoken} {words.joiner} {counted} {one if int(second) == 1 else many}"
    if half:
        spoken = f"{spoken} {half.upper()}M"
    # The full stop of "p.m." may end the sentence too.
    ends = match.group().endswith(".") and not match.string[match.end() :].strip()
    return f"{spoken}." if ends else spoken


def _english(hour: int, minute: int, half: str | None, words: Words) -> str:
    """A 24-hour time as it is said: 20:30 is eight thirty PM."""
    clock = words.time
    tells_half = not half and not 1 <= hour <= 12
    spoken = cardinal((hour - 1) % 12 + 1, "en")
    if minute:
        spoken += f" {clock.oh} " if minute < 10 else " "
        spoken += cardinal(minute, "en")
    if tells_half:
        return f"{spoken} {'PM' if 12 < hour < 24 else 'AM'}"
    return spoken if minute or half else f"{spoken} {clock.sharp}"


def _with_noun(hour: int, minute: int, _half: str | None, words: Words) -> str:
    one, many = words.time.hour
    noun = one if hour < 2 else many
    spoken = before_noun(cardinal(hour, words.language), one, words)
    parts = [spoken]
    if words.time.hour_with_minutes or not minute:
        parts.append(noun)
    if minute:
        parts += [words.time.joiner, cardinal(minute, words.language)]
    return " ".join(filter(None, parts))
