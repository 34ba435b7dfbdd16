"""Scores of recognition, and of sound in which nothing (or nobody near) is to be heard."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.evaluation.added_words import AddedWords, added_words
from edge_interpreter.evaluation.interpreting import Interpreted
from edge_interpreter.evaluation.language_switches import (
    Heard,
    SwitchCounts,
    count_switches,
    flips,
)
from edge_interpreter.evaluation.manifest import NO_SPEECH
from edge_interpreter.evaluation.wer import WordErrors, word_errors


def share(part: float, whole: float, digits: int = 4) -> float | None:
    """A part of a whole, rounded; None where there is no whole."""
    return round(part / whole, digits) if whole else None


@dataclass(slots=True)
class LanguageScores:
    """Recognition of recordings in one language."""

    files: int = 0
    errors: WordErrors = field(default_factory=WordErrors)
    utterances: int = 0
    right_language: int = 0
    flips: int = 0
    audio_s: float = 0.0
    work_s: float = 0.0
    withheld: Counter[str] = field(default_factory=Counter)

    def add(self, done: Interpreted) -> None:
        """Take one more recording."""
        recording, said = done.recording, done.transcribed
        self.files += 1
        self.errors += word_errors(recording.text, done.heard, recording.language)
        self.utterances += len(said)
        self.right_language += sum(each.language == recording.language for each in said)
        self.flips += flips([each.language for each in said])
        self.audio_s += done.audio_s
        self.work_s += done.work_s
        self.withheld += done.withheld

    def figures(self) -> dict[str, Any]:
        """The figures of all recordings so far."""
        return {
            "files": self.files,
            "wer": round(self.errors.rate, 4),
            "deleted_words": share(self.errors.deletions, self.errors.words),
            "language_id_accuracy": share(self.right_language, self.utterances),
            "false_flips": self.flips,
            "rtf": share(self.work_s, self.audio_s, 3),
            "withheld": dict(sorted(self.withheld.items())),
        }


@dataclass(slots=True)
class SoundScores:
    """Recordings without speech, or with somebody in the background, of one kind."""

    files: int = 0
    audio_s: float = 0.0
    work_s: float = 0.0
    captions: int = 0
    added: AddedWords = field(default_factory=AddedWords)
    errors: WordErrors = field(default_factory=WordErrors)
    withheld: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, done: Interpreted) -> None:
        """Take one more recording."""
        recording = done.recording
        silent = recording.language == NO_SPEECH
        said = "" if silent else recording.text
        language = "en" if silent else recording.language
        self.files += 1
        self.audio_s += done.audio_s
        self.work_s += done.work_s
        self.captions += len(done.transcribed)
        self.withheld += done.withheld
        found = added_words(said, recording.background or "", done.heard, language)
        self.added += found
        if not silent:
            self.errors += word_errors(said, done.heard, language)
        if found != AddedWords():
            self.examples.append(f"{recording.audio.stem}: {done.heard}")

    def figures(self) -> dict[str, Any]:
        """The figures of all recordings so far."""
        hours = self.audio_s / 3600
        figures = {
            "files": self.files,
            "hours": round(hours, 3),
            "captions": self.captions,
            "invented_words": self.added.invented,
            "invented_words_per_hour": share(self.added.invented, hours, 2),
            "overheard_words_per_hour": share(self.added.overheard, hours, 2),
            "withheld": dict(sorted(self.withheld.items())),
            "rtf": share(self.work_s, self.audio_s, 3),
            "examples": self.examples[:5],
        }
        if self.errors.words:
            figures["wer"] = round(self.errors.rate, 4)
        return figures


@dataclass(slots=True)
class SwitchScores:
    """Recordings in which the language changes."""

    files: int = 0
    counts: SwitchCounts = field(default_factory=SwitchCounts)
    examples: list[str] = field(default_factory=list)

    def add(self, done: Interpreted) -> None:
        """Take one more recording."""
        heard = [
            Heard(each.language, each.utterance.start_ms / 1000, each.utterance.end_ms / 1000)
            for each in done.transcribed
        ]
        found = count_switches(done.recording.segments, heard)
        self.files += 1
        self.counts += found
        if found.flips > found.true_switches or found.followed < found.true_switches:
            spoken = " ".join(each.language for each in done.recording.segments)
            texts = " / ".join(f"{each.language}: {each.text}" for each in done.transcribed)
            self.examples.append(f"{done.recording.audio.stem} ({spoken}): {texts}")

    def figures(self) -> dict[str, Any]:
        """The figures of all recordings so far."""
        counts = self.counts
        return {
            "files": self.files,
            "true_switches": counts.true_switches,
            "flips": counts.flips,
            "flips_per_true_switch": share(counts.flips, counts.true_switches, 3),
            "followed": share(counts.followed, counts.true_switches),
            "utterances": counts.utterances,
            "language_id_accuracy": share(counts.right, counts.utterances),
            "examples": self.examples[:5],
        }
