"""Addresses of mail and web, telephone numbers and codes, read so that they can be written down."""

import re

from edge_interpreter.text.placeables.numerals import number_format
from edge_interpreter.text.spoken.numbers import cardinal, digits, whole
from edge_interpreter.text.spoken.words import Words

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_TOP_LEVELS = "com|org|net|edu|gov|info|io|app|dev|ai|eu|fr|de|uk|es|it|nl|ch|ca|us|be|int|tv"
_URL = re.compile(
    r"(?:(?:https?|ftp)://|www\.)[^\s<>\"'»”)\]]*[\w/]"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_TOP_LEVELS})(?:/[^\s<>\"'»”)\]]*[\w/])?(?![\w-])",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^(?:https?|ftp)://", re.IGNORECASE)
# Top-level domains that are said as a word.
_SAID = frozenset({"com", "org", "net", "info", "edu", "gov", "app", "int"})
_SEPARATOR = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}.\\-/]"
_PHONE = re.compile(
    rf"(?<![\w.,@/-])(?:(?:\+|00)\s?)?\(?\d{{1,4}}\)?(?:{_SEPARATOR}?\(\d{{1,4}}\))?"
    rf"(?:{_SEPARATOR}\d{{1,8}})+(?![\w%€$£°]|[.,:]\d)"
)
_DOTTED = re.compile(r"(?<![\w.,])\d+(?:\.\d+){2,}(?![\w.,]*\d)")
_VERSION = re.compile(r"(?<!\w)[vV](?=\d+(?:\.\d+)+(?!\w))")
_CODE = re.compile(
    r"(?<![\w@])(?<!\d[.,])(?=[\w/-]*\d)(?=[\w/-]*[^\W\d_])[^\W_]+(?:[-_/][^\W_]+)*(?![\w@])"
)


def addresses(text: str, words: Words) -> str:
    """E-mail and web addresses in words."""
    text = _EMAIL.sub(lambda match: _address(match.group(), words), text)
    return _URL.sub(lambda match: _address(_SCHEME.sub("", match.group()), words), text)


def _address(written: str, words: Words) -> str:
    host_end = re.search(r"[/?#]", written)
    host = written[: host_end.start()] if host_end else written
    top_level = host.rpartition(".")[2].lower()
    spoken = []
    position = 0
    for match in re.finditer(r"[^\W\d_]+|\d+|.", written):
        part, position = match.group(), match.end()
        if part.isdecimal():
            spoken.append(_short(part, words))
        elif part.isalpha():
            is_top = position == len(host) and part.lower() == top_level
            spelled = part.lower() == "www" or (is_top and part.lower() not in _SAID)
            spoken.append(_spell(part, words) if spelled else part)
        elif part in words.address:
            spoken.append(words.address[part])
    return f" {' '.join(spoken)} "


def _spell(letters: str, words: Words) -> str:
    return " ".join(words.letters.get(letter.lower(), letter.upper()) for letter in letters)


def _short(number: str, words: Words) -> str:
    """Up to two digits as a number, more one by one."""
    plain = len(number) <= 2 and not (len(number) > 1 and number.startswith("0"))
    return cardinal(int(number), words.language) if plain else digits(number, words)


def phones(text: str, words: Words) -> str:
    """Telephone numbers group by group, with pauses between the groups."""
    return _PHONE.sub(lambda match: _phone(match.group(), words), text)


def _phone(written: str, words: Words) -> str:
    groups = re.findall(r"\d+", written)
    count = sum(map(len, groups))
    international = written.startswith(("+", "00"))
    lengths = [len(group) for group in groups]
    north_american = lengths in ([3, 3, 4], [1, 3, 3, 4]) or (
        lengths == [3, 4] and "." not in written
    )
    certain = international or written.startswith(("0", "(")) or north_american
    if not (certain and 7 <= count <= 15) or _is_number(written, groups, words):
        return written
    spoken = ", ".join(_group(group, words) for group in groups)
    plus = f"{words.symbols.get('+', 'plus')} " if written.startswith("+") else ""
    return f"{plus}{spoken},"


def _is_number(written: str, groups: list[str], words: Words) -> bool:
    """Whether it is a number with thousands, or a date."""
    separators = set(re.findall(r"[^\d()+]", written))
    thousands = all(len(group) == 3 for group in groups[1:]) and not groups[0].startswith("0")
    form = number_format(words.language)
    dated = [len(group) for group in groups] in ([2, 2, 4], [4, 2, 2]) and len(separators) == 1
    return (thousands and separators <= set(form.groupings)) or (dated and " " not in separators)


def _group(group: str, words: Words) -> str:
    # The French say their numbers in pairs.
    if words.language == "fr" and len(group) == 2 and not group.startswith("0"):
        return cardinal(int(group), "fr")
    return digits(group, words)


def dotted(text: str, words: Words) -> str:
    """Versions and network addresses, such as 2.10.3; numbers with thousands are left."""

    def read(match: re.Match[str]) -> str:
        groups = match.group().split(".")
        thousands = all(len(group) == 3 for group in groups[1:]) and not groups[0].startswith("0")
        if thousands and "." in number_format(words.language).groupings:
            return match.group()
        return f" {words.address['.']} ".join(whole(group, words) for group in groups)

    return _DOTTED.sub(read, _VERSION.sub("V ", text))


def codes(text: str, words: Words) -> str:
    """Words of letters and digits, such as AB-1234 or COVID-19; call it after all that is known."""
    return _CODE.sub(lambda match: _code(match.group(), words), text)


def _code(written: str, words: Words) -> str:
    spoken = []
    for part in re.findall(r"[^\W\d_]+|\d+", written):
        if part.isdecimal():
            spoken.append(whole(part, words) if len(part) <= 3 else digits(part, words))
        elif len(part) > 3 or (len(part) > 1 and not part.isupper()):
            spoken.append(part)
        else:
            spoken.append(_spell(part, words))
    return " ".join(spoken)
