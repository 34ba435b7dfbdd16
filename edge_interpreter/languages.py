"""The languages the product knows: BCP-47 tags, NLLB codes, names and writing direction.

One tag stands for one language everywhere in the product: the shortest BCP-47 tag, with a script
where a language is written in two (`zh`, `zh-Hant`). Regions choose voices and number formats,
never a language, and are dropped here.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from edge_interpreter.errors import UserError

RTL_SCRIPTS = frozenset({"Arab", "Hebr"})
# A region that stands for a script or for a language with a tag of its own (CLDR likely subtags).
_REGIONAL = {"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant", "fa-AF": "prs"}
_TAG = re.compile(
    r"(?P<language>[A-Za-z]{2,3})"
    r"(?:[-_](?P<script>[A-Za-z]{4}))?"
    r"(?:[-_](?P<region>[A-Za-z]{2}|\d{3}))?"
    r"(?:[-_][A-Za-z0-9]{1,8})*"
)


class UnknownLanguageError(UserError, ValueError):
    """A language tag that the product does not know; the text names close matches."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language in one script.

    `tag` is BCP-47; `flores` the NLLB-200 token, None where NLLB lacks the language; `script` is
    ISO 15924; `name` English, `native_name` its own.
    """

    tag: str
    flores: str | None
    script: str
    name: str
    native_name: str

    @property
    def right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return self.script in RTL_SCRIPTS


@dataclass(frozen=True, slots=True)
class _Table:
    by_tag: Mapping[str, Language]
    tag_of_code: Mapping[str, str]


@cache
def _table() -> _Table:
    text = resources.files("edge_interpreter").joinpath("languages.tsv").read_text("utf-8")
    by_tag: dict[str, Language] = {}
    codes: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        tag, code, name, native_name, *others = line.split("\t")
        iso, script = re.split("[-_]", code)
        by_tag[tag] = Language(tag, code if iso else None, script, name, native_name)
        for other in (iso, *others[0].split(",")) if others else (iso,):
            # The language's usual script comes first and owns the bare code.
            codes.setdefault(other, tag)
        codes[tag.lower()] = tag
        codes[f"{iso}-{script}".lower()] = tag
    codes.pop("", None)
    return _Table(MappingProxyType(by_tag), MappingProxyType(codes))


def all_languages() -> tuple[Language, ...]:
    """Every language known, in the order of their tags."""
    return tuple(_table().by_tag.values())


def find(tag: str) -> Language:
    """The language of a BCP-47 tag, an ISO 639 code or a FLORES-200 code, in any letter case.

    Subtags are dropped from the right until a language fits (`pt-BR` is `pt`); a region that
    implies another script keeps it (`zh-TW` is `zh-Hant`). Raises UnknownLanguageError.
    """
    table = _table()
    match = _TAG.fullmatch(tag.strip())
    if match:
        for candidate in _candidates(match):
            found = table.tag_of_code.get(candidate)
            if found:
                return table.by_tag[found]
    raise UnknownLanguageError(_unknown(tag))


def normalise(tag: str) -> str:
    """The product's own tag for a language given in any form `find` takes."""
    return find(tag).tag


def is_known(tag: str) -> bool:
    """Whether `find` would succeed."""
    try:
        find(tag)
    except UnknownLanguageError:
        return False
    return True


def same_language(first: str, second: str) -> bool:
    """Whether two tags mean one language in one script, so that nothing is to be translated."""
    return normalise(first) == normalise(second)


def flores_code(tag: str) -> str:
    """The FLORES-200 code of a language, as NLLB names it (`zh` is `zho_Hans`).

    Raises UnknownLanguageError where NLLB lacks the language.
    """
    language = find(tag)
    if language.flores is None:
        raise UnknownLanguageError(f"NLLB does not know {language.name} ({language.tag})")
    return language.flores


def display_name(tag: str) -> str:
    """The English name of a language with its tag, as error texts and lists show it."""
    language = find(tag)
    return f"{language.name} ({language.tag})"


def _candidates(match: re.Match[str]) -> Iterable[str]:
    language = match["language"].lower()
    script = (match["script"] or "").lower()
    region = (match["region"] or "").upper()
    base = _table().tag_of_code.get(language, language)
    if script:
        yield f"{language}-{script}"
        yield f"{base}-{script}"
    else:
        yield _REGIONAL.get(f"{base}-{region}", "").lower()
    yield language


def _unknown(tag: str) -> str:
    # What was typed may be anything: shown short, and only the printable part of it.
    shown = "".join(character for character in tag.strip() if character.isprintable())[:40]
    wanted = shown.lower()
    languages = all_languages()
    by_name = {name.lower(): item for item in languages for name in (item.name, item.native_name)}
    exact = by_name.get(wanted)
    if exact:
        return f"unknown language '{shown}': write {exact.tag} for {exact.name}"
    spellings = {**by_name, **{item.tag.lower(): item for item in languages}}
    near = dict.fromkeys(
        spellings[spelling]
        for spelling in difflib.get_close_matches(wanted, spellings, n=4, cutoff=0.6)
    )
    if not near:
        return f"unknown language '{shown}': expected a BCP-47 tag such as en, fr or zh-Hant"
    names = ", ".join(f"{item.tag} ({item.name})" for item in near)
    return f"unknown language '{shown}'; did you mean {names}?"
