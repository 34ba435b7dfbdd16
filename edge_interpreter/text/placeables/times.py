"""Times of day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from num2words import num2words

from edge_interpreter.text.placeables.model import (
    NO_KEYS,
    Keys,
    Kind,
    Placeable,
    number_key,
    time_key,
)
from edge_interpreter.text.placeables.words import base_language, hour_words

# Where "8:30" is the morning; elsewhere it may be the evening too.
_24_HOUR = " fr de it nl pl ru uk be cs sk sv da nb nn fi hu ro bg hr sr sl el lt lv et "
_MORNING = {
    "en": "in the morning",
    "fr": "du matin",
    "es": "de la mañana",
    "it": "di mattina|del mattino",
    "pt": "da manhã",
    "de": "morgens|früh",
}
_EVENING = {
    "en": "in the afternoon|in the evening|at night|tonight",
    "fr": "de l['’]après-midi|du soir|de la nuit",
    "es": "de la tarde|de la noche",
    "it": "di sera|del pomeriggio|di notte",
    "pt": "da tarde|da noite",
    "de": "abends|nachmittags|nachts",
}
_NAMED = {
    "en": {"noon": 12, "midday": 12, "midnight": 0},
    "fr": {"midi": 12, "minuit": 0},
    "es": {"mediodía": 12, "medianoche": 0},
    "de": {"mittag": 12, "mitternacht": 0},
    "it": {"mezzogiorno": 12, "mezzanotte": 0},
    "pt": {"meio-dia": 12, "meia-noite": 0},
}
# After these words a named time is one: not in "midnight snack", "le Midi", "messe de minuit".
_AT = {
    "en": "at|by|before|after|until|till|past|from|to|around|about|between|and|or|since|is|was|be"
    "|twelve|'s",
    "fr": "à|avant|après|vers|jusqu['’]à|dès|entre|et|ou|est|était|sera|depuis",
}
_LUNCH = {"en": "lunch(?:time)?", "fr": "déjeuner"}
_PAST = {"half": 30, "a quarter": 15, "quarter": 15, "five": 5, "ten": 10, "twenty": 20}
_FRENCH_MINUTES = {
    "et demie": 30,
    "et demi": 30,
    "et quart": 15,
    "moins le quart": -15,
    "moins quart": -15,
    "moins dix": -10,
    "moins cinq": -5,
    "moins vingt": -20,
}
# After the minutes of "dix heures vingt": not "dix heures, vingt personnes".
_TIME_ENDS = r"(?=\s*(?:[.,;:!?)]|$)|\s(?:du|de|pour|et|ou|à|au|avec|précises|demain|ce|le|en)\b)"
_CLOCK = re.compile(
    r"(?<![\d:.,/])(?P<hour>[01]?\d|2[0-4])\s?:\s?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
    r"(?:\s?(?P<half>[ap])(?:m\b|\.\s?m\b\.?))?",
    re.IGNORECASE,
)
_MERIDIEM = re.compile(
    r"(?<![\d:.,/])(?P<hour>0?\d|1[0-2])(?:[.:](?P<minute>[0-5]\d))?\s?(?P<half>[ap])(?:m\b|\.\s?m\b\.?)",
    re.IGNORECASE,
)
_UHR = re.compile(
    r"(?<![\d:.,/])(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))?\s?Uhr(?:\s(?P<m2>\d{2}))?"
)
_EAST_ASIAN = re.compile(
    r"(?P<half>上午|早上|午前|오전|下午|晚上|午後|오후)?\s?(?P<hour>\d{1,2})\s?[点點时時시]"
    r"\s?(?:(?P<minute>\d{1,2})\s?[分분]?|(?P<thirty>半|반))?"
)


@dataclass(frozen=True, slots=True)
class _Time:
    start: int
    end: int
    hour: int
    minute: int
    half: str = ""
    duration: bool = False


def times(text: str, language: str, translated: bool = False) -> Iterator[Placeable]:
    """Times of day, in digits, in words or by name."""
    base = base_language(language)
    seen: list[_Time] = []
    for time in (*_digital(text), *_spoken(text, base)):
        if not any(time.start < other.end and other.start < time.end for other in seen):
            seen.append(time)
            yield _placeable(text, time, base, translated)
    yield from _named(text, base, translated)


def _named(text: str, language: str, translated: bool) -> Iterator[Placeable]:
    """Noon and midnight, midi et demi; lunch only accounts for a noon."""
    phrases = "|".join(_FRENCH_MINUTES).replace(" ", r"\s") if language == "fr" else "(?!)"
    at = re.compile(rf"(?:\b|(?='))(?:{_AT.get(language, '(?!)')})\s$", re.IGNORECASE)
    for name, hour in _NAMED.get(language, {}).items():
        pattern = rf"(?<![\w-]){name}\b(?:\s(?P<phrase>{phrases})\b)?"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            minute = _FRENCH_MINUTES.get(" ".join((match["phrase"] or "").lower().split()), 0)
            time = time_key((hour - (minute < 0)) % 24, minute % 60)
            # "At 12" may be either of them.
            twelve = frozenset({number_key(Decimal(12))})
            minutes = frozenset({number_key(Decimal(abs(minute)))}) if minute else NO_KEYS
            yield Placeable(
                Kind.TIME,
                *match.span(),
                match.group(),
                frozenset({time}),
                NO_KEYS if translated or minute else twelve,
                twelve | minutes if translated or minute else NO_KEYS,
                spelled=True,
                doubtful=not translated and at.search(text[: match.start()]) is None,
                by_name=True,
            )
    if translated:
        return
    for match in re.finditer(rf"\b{_LUNCH.get(language, '(?!)')}\b", text, re.IGNORECASE):
        key = frozenset({time_key(12, 0)})
        yield Placeable(
            Kind.TIME, *match.span(), match.group(), NO_KEYS, key, spelled=True, doubtful=True
        )


def _digital(text: str) -> Iterator[_Time]:
    for pattern in (_MERIDIEM, _CLOCK, _UHR, _EAST_ASIAN):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            minute = groups.get("minute") or groups.get("m2") or 0
            half = (groups.get("half") or "").lower()
            yield _Time(
                *match.span(),
                int(match["hour"]),
                30 if groups.get("thirty") else int(minute),
                {"a": "a", "p": "p", "": ""}.get(half) or ("" if not half else _east(half)),
            )


def _east(half: str) -> str:
    return "a" if half in ("上午", "早上", "午前", "오전") else "p"


def _spoken(text: str, language: str) -> Iterator[_Time]:
    for match in _h_pattern(language).finditer(text):
        hour, minute = _hour(match["hour"], language), int(match["minute"] or 0)
        phrase = " ".join((match["phrase"] or "").lower().split())
        minute += {**_FRENCH_MINUTES, **_minute_words()}.get(phrase, 0)
        whole = not (match["minute"] or phrase)
        if hour <= 24:
            yield _Time(*match.span(), hour - (minute < 0), minute % 60, duration=whole)
    if language == "en":
        for match in _past_pattern().finditer(text):
            hour = _hour(match["hour"], "en")
            past = match["minutes"].lower()
            minute = int(past) if past.isdigit() else _PAST[past]
            if match["way"].lower() in ("to", "before", "till"):
                hour, minute = hour - 1, 60 - minute
            yield _Time(*match.span(), hour or 12, minute)
        for match in re.finditer(
            rf"\b(\d{{1,2}}|{_hours('en')})\s?o['’]clock", text, re.IGNORECASE
        ):
            yield _Time(*match.span(), _hour(match[1], "en"), 0)


def _hour(written: str, language: str) -> int:
    return int(written) if written.isdigit() else hour_words(language)[written.lower()]


def _hours(language: str) -> str:
    return "|".join(sorted(map(re.escape, hour_words(language)), key=len, reverse=True)) or r"(?!)"


@cache
def _minute_words() -> dict[str, int]:
    """The minutes of "sept heures dix"."""
    return {str(num2words(minute, lang="fr")): minute for minute in range(2, 60)}


@cache
def _h_pattern(language: str) -> re.Pattern[str]:
    """14h30, 14 h, 14 heures 30, huit heures et demie."""
    spelled = rf"\b(?:{_hours('fr')})(?=\sheures?\b)" if language == "fr" else r"(?!)"
    phrases = "|".join(sorted(_FRENCH_MINUTES, key=len, reverse=True)).replace(" ", r"\s")
    minutes = "|".join(sorted(_minute_words(), key=len, reverse=True)).replace(" ", r"\s")
    return re.compile(
        rf"(?:(?<![\d:.,/])(?P<hour>\d{{1,2}}|{spelled}))\s?h(?:eures?)?(?![a-zà-ÿ])"
        rf"(?:\s?(?P<minute>[0-5]\d)(?!\d)|\s(?P<phrase>{phrases}\b|(?:{minutes}){_TIME_ENDS}))?",
        re.IGNORECASE,
    )


@cache
def _past_pattern() -> re.Pattern[str]:
    """Half past two, a quarter to 3, 10 past 4; but not "3 to 5 days"."""
    return re.compile(
        rf"(?<!\d\s)(?<![\d.,:/-])\b(?:(?P<minutes>{'|'.join(_PAST)}|[1-5]?\d(?=\s(?:past|minutes)))"
        r"\s(?:minutes\s)?(?P<way>past|to|after|before|till))"
        rf"\s(?P<hour>\d{{1,2}}|{_hours('en')})\b(?![\s-]*(?:\d|percent|%))",
        re.IGNORECASE,
    )


def _placeable(text: str, time: _Time, language: str, translated: bool) -> Placeable:
    half, end = time.half, time.end
    tail = text[end:]
    for letter, phrases in (("a", _MORNING), ("p", _EVENING)):
        match = re.match(rf",?\s(?:{phrases.get(language, '(?!)')})\b", tail, re.IGNORECASE)
        if match and not half:
            half, end = letter, end + match.end()
    first, *others = (time_key(hour, time.minute) for hour in _readings(time.hour, half, language))
    keys, loose = {first}, frozenset(others)
    if not translated:
        # Whoever says "8:30" may mean either; a translation of "20 h 30" must not say it.
        keys, loose = keys | loose, NO_KEYS
    if time.duration and not half:
        keys.add(number_key(Decimal(time.hour)))
    parts = {number_key(Decimal(time.hour)), number_key(Decimal(time.minute))}
    written = text[time.start : end]
    if not translated and " to " in written:
        # "Ten to one" may be odds.
        loose = frozenset(number_key(Decimal(v)) for v in (60 - time.minute, time.hour % 12 + 1))
    spelled = not any(character.isdigit() for character in written)
    return Placeable(
        Kind.TIME,
        time.start,
        end,
        written,
        frozenset(keys),
        loose,
        frozenset(parts),
        spelled=spelled,
        doubtful=translated and spelled and " to " in written,
    )


def _readings(hour: int, half: str, language: str) -> tuple[int, ...]:
    """Hours of the 24-hour clock that are meant, the likeliest first."""
    if half:
        return (hour % 12 + (12 if half == "p" else 0) if hour <= 12 else hour,)
    if hour > 12 or hour == 0 or f" {language} " in _24_HOUR:
        return (hour,)
    return (hour, (hour + 12) % 24)


def write_time(keys: Keys, language: str) -> str | None:
    """A time of day as a language writes it in digits; None unless it has one reading."""
    found = [key for key in keys if key.startswith("t:")]
    if len(found) != 1:
        return None
    hour, minute = map(int, found[0][2:].split(":"))
    base = base_language(language)
    if base == "fr":
        return f"{hour} h {minute:02}" if minute else f"{hour} h"
    if base == "en":
        half = "pm" if hour >= 12 else "am"
        return f"{(hour - 1) % 12 + 1}:{minute:02} {half}"
    return f"{hour}:{minute:02}"


def write_said_time(time: Placeable, language: str) -> str | None:
    """A time in words in digits, for morning or evening only where the words say so."""
    hours = sorted(
        (int(key.split(":")[1]), key.split(":")[2]) for key in time.keys if key[0] == "t"
    )
    if base_language(language) not in ("en", "fr") or not hours:
        return None
    hour, minute = hours[0]
    if base_language(language) == "fr":
        return f"{hour} h {minute}" if minute != "00" else f"{hour} h"
    return write_time(time.keys, "en") if hour > 12 or hour == 0 else f"{hour}:{minute}"
