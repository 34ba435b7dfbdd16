"""A glossary: words that must be recognised, translated and pronounced in one agreed way.

TOML (`[[term]]` tables) or CSV (one line for each term); `docs/glossary.md` describes both.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from edge_interpreter import languages
from edge_interpreter.errors import UserError

_NONE: Mapping[str, str] = MappingProxyType({})
ANY = "*"
"""Stands for every language, in place of a tag."""
MAX_TERMS = 2000
MAX_LETTERS = 100


class GlossaryError(UserError):
    """A glossary cannot be read; the text has one line `file:line: reason` for each error."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Term:
    """One thing and its name in each language.

    `names` and `pronunciations` go by BCP-47 tag or `ANY`; the name under `ANY` is kept as it is
    in every language.
    """

    names: Mapping[str, str]
    pronunciations: Mapping[str, str] = field(default_factory=lambda: _NONE)
    case_sensitive: bool = False

    def name(self, language: str) -> str | None:
        """The term in a language, None where the glossary does not say."""
        return self.names.get(language) or self.names.get(ANY)


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term at `start:end` of a sentence, and its name in the target language."""

    start: int
    end: int
    wanted: str


@dataclass(frozen=True)
class Glossary:
    """Terms in the order of their file; the first of two that fit the same words wins."""

    terms: tuple[Term, ...] = ()

    def spellings(self, language: str) -> tuple[str, ...]:
        """Names in a language, to favour in recognition."""
        names = (term.name(language) for term in self.terms)
        return tuple(dict.fromkeys(name for name in names if name))

    def matches(self, text: str, source: str, target: str) -> list[TermMatch]:
        """Terms of a sentence that have a name in the target language, left to right."""
        taken: list[TermMatch] = []
        for pattern, wanted in self._pairs.get((source, target)) or self._compile(source, target):
            for found in pattern.finditer(text):
                if not any(found.start() < o.end and o.start < found.end() for o in taken):
                    taken.append(TermMatch(*found.span(), wanted))
        return sorted(taken, key=lambda match: match.start)

    def pronounce(self, text: str, language: str) -> str:
        """`text` with terms written as the voice of a language should say them."""
        for term in self.terms:
            said = term.pronunciations.get(language) or term.pronunciations.get(ANY)
            name = term.name(language)
            if said and name:
                said = said.replace("\\", r"\\")
                text = _pattern(name, term.case_sensitive).sub(said, text)
        return text

    @cached_property
    def _pairs(self) -> dict[tuple[str, str], list[tuple[re.Pattern[str], str]]]:
        return {}

    def _compile(self, source: str, target: str) -> list[tuple[re.Pattern[str], str]]:
        pairs = [
            (_pattern(name, term.case_sensitive), wanted)
            for term in self.terms
            if (name := term.name(source)) and (wanted := term.name(target))
        ]
        # The longest first: "blood pressure monitor" before "blood pressure".
        pairs.sort(key=lambda pair: -len(pair[0].pattern))
        return self._pairs.setdefault((source, target), pairs)


def contains(text: str, wanted: str) -> bool:
    """Whether a translation has a term, in any letter case."""
    return _pattern(wanted, case_sensitive=False).search(text) is not None


def _pattern(name: str, case_sensitive: bool) -> re.Pattern[str]:
    """Whole words; in scripts without spaces anywhere."""
    words = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", name)))
    left = r"(?<!\w)" if _spaced(name[0]) else ""
    right = r"(?!\w)" if _spaced(name[-1]) else ""
    return re.compile(left + words + right, 0 if case_sensitive else re.IGNORECASE)


def _spaced(character: str) -> bool:
    return character < "\u2e80" and not "\u0e00" <= character <= "\u0eff"


def load_glossary(path: Path) -> Glossary:
    """The glossary of a `.toml` or `.csv` file; raises GlossaryError with every error in it."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else "not UTF-8"
        raise GlossaryError([f"{path}:1: cannot be read ({reason})"]) from failure
    if path.suffix.lower() == ".csv":
        entries, problems = _csv_entries(text)
    elif path.suffix.lower() == ".toml":
        entries, problems = _toml_entries(text)
    else:
        raise GlossaryError([f"{path}:1: a glossary is a .toml or a .csv file"])
    terms = []
    for line, entry in entries:
        try:
            terms.append(_term(entry))
        except (ValueError, TypeError) as failure:
            problems.append((line, str(failure)))
    if len(terms) > MAX_TERMS:
        problems.append((1, f"{len(terms)} terms; at most {MAX_TERMS} are allowed"))
    if problems:
        raise GlossaryError(f"{path}:{line}: {reason}" for line, reason in sorted(problems))
    return Glossary(tuple(terms))


Entries = list[tuple[int, dict[str, Any]]]
Problems = list[tuple[int, str]]
_FIELDS = {"names", "keep", "pronunciations", "case_sensitive"}


def _toml_entries(text: str) -> tuple[Entries, Problems]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        place = re.search(r"at line (\d+)", str(failure))
        return [], [(int(place[1]) if place else 1, str(failure).split(" (at ")[0])]
    unknown = sorted(set(document) - {"term"})
    problems = [(1, f"unknown key {key}: a glossary has [[term]] tables") for key in unknown]
    tables = document.get("term", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return [], [*problems, (1, "write each term as a [[term]] table")]
    starts = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if re.match(r"\s*\[\[\s*term\s*\]\]", line)
    ]
    lines = starts if len(starts) == len(tables) else [1] * len(tables)
    return list(zip(lines, tables, strict=True)), problems


def _csv_entries(text: str) -> tuple[Entries, Problems]:
    """Columns: one for each language tag, `keep`, `case_sensitive`, `say:TAG`."""
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True, strict=True)
    entries: Entries = []
    problems: Problems = []
    try:
        problems += _header_problems(reader.fieldnames or ())
        for row in () if problems else reader:
            if None in row:
                problems.append((reader.line_num, "more cells than the header has columns"))
            else:
                entries.append((reader.line_num, _from_row(row)))
    except csv.Error as failure:
        problems.append((reader.line_num, str(failure)))
    return entries, problems


def _header_problems(columns: Sequence[str]) -> Problems:
    if not columns:
        return [(1, "empty: the first line names the columns, such as en,fr")]
    expected = "expected a language tag, keep, case_sensitive or say:TAG"
    return [
        (1, f"column {name.strip()[:40]!r}: {expected}")
        for name in columns
        if name.strip() not in ("keep", "case_sensitive")
        and not languages.is_known(name.strip().removeprefix("say:"))
    ]


def _from_row(row: Mapping[str, str | None]) -> dict[str, Any]:
    entry: dict[str, Any] = {"names": {}, "pronunciations": {}}
    for column, cell in row.items():
        name, value = column.strip(), (cell or "").strip()
        if not value:
            continue
        if name.startswith("say:"):
            entry["pronunciations"][name[4:]] = value
        elif name == "case_sensitive":
            # A word that is neither stays text, which the check of the entry then names.
            entry[name] = _TRUTH.get(value.lower(), value)
        elif name == "keep":
            entry[name] = value
        else:
            entry["names"][name] = value
    return entry


_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _term(entry: Mapping[str, Any]) -> Term:
    unknown = sorted(set(entry) - _FIELDS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}: expected {', '.join(sorted(_FIELDS))}")
    names = _by_language(entry.get("names", {}), "names")
    keep = entry.get("keep", "")
    if not isinstance(keep, str):
        raise TypeError("keep is the term that stays as it is in every language, as a string")
    if keep:
        names = {**names, ANY: _checked(keep, "keep")}
    if not names:
        raise ValueError("a term needs names (one for each language) or keep")
    if len(names) == 1 and ANY not in names:
        (only,) = names
        raise ValueError(f"the term has a name in {only} only: add another language, or use keep")
    case_sensitive = entry.get("case_sensitive", False)
    if not isinstance(case_sensitive, bool):
        raise TypeError("case_sensitive is true or false")
    pronunciations = _by_language(entry.get("pronunciations", {}), "pronunciations")
    return Term(names, pronunciations, case_sensitive)


def _by_language(table: object, key: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise TypeError(f"{key} is a table of language tag and text")
    return {
        tag if tag == ANY else languages.normalise(tag): _checked(text, f"{key} {tag}")
        for tag, text in table.items()
    }


def _checked(text: object, where: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise TypeError(f"{where} is empty or no text")
    if len(text) > MAX_LETTERS or not text.isprintable():
        raise ValueError(f"{where} is longer than {MAX_LETTERS} characters or not printable")
    return text.strip()
