"""What a check says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from edge_interpreter.config.load import Reading
from edge_interpreter.config.tree import Config

Value = str | int | float | bool | None


class Status(StrEnum):
    """How much it matters: a note is worth knowing, a problem keeps something from working."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `text` says what it means, `advice` what to do (empty where nothing)."""

    status: Status
    text: str
    advice: str = ""
    details: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at; `reading` is missing where the configuration is not in order."""

    path: Path | None
    reading: Reading | None
    problems: tuple[str, ...] = ()

    @property
    def config(self) -> Config:
        """The configuration; only for checks that need one."""
        if self.reading is None:
            raise ValueError("no configuration")
        return self.reading.config


class Check(Protocol):
    """Looks at one thing; may raise whatever it likes."""

    def __call__(self, patient: Patient, /) -> Iterator[Finding]:
        """What it found."""
        ...


def ok(text: str, **details: Value) -> Finding:
    """Something that is as it should be."""
    return Finding(Status.OK, text, "", details)


def note(text: str, advice: str = "", **details: Value) -> Finding:
    """Something worth knowing."""
    return Finding(Status.NOTE, text, advice, details)


def problem(text: str, advice: str, **details: Value) -> Finding:
    """Something that does not work, or is not safe."""
    return Finding(Status.PROBLEM, text, advice, details)
