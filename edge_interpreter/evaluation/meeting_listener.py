"""What one participant of a meeting was sent, and whether it came in order. No input or output."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


@dataclass(slots=True)
class MeetingListener:
    """Takes the messages of `docs/protocol.md` as they come; times are loop seconds.

    `captions` maps utterances to the first caption and its arrival; `marked` to the reason why
    none comes; `first_sound` to the arrival of the first piece with sound. `faults` counts what
    came out of order, by kind: `sequence` (of the room), `captions` and `speech` (of a speaker),
    `pieces` (of an utterance).
    """

    participant: str
    language: str
    captions: dict[str, tuple[float, Message]] = field(default_factory=dict)
    marked: dict[str, str] = field(default_factory=dict)
    first_sound: dict[str, float] = field(default_factory=dict)
    spoken: set[str] = field(default_factory=set)
    silent: dict[str, str] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    sound_lost_ms: int = 0
    behind_ms: int = 0
    status: Message = field(default_factory=dict)
    _sequence: int = 0
    _newest: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _speaking: tuple[str, int] = ("", 0)
    _mode: str = "normal"

    def take(self, now: float, message: Message) -> None:
        """Note a text message."""
        match message["type"]:
            case "speech_began":
                self.begun.add(message["utterance"])
            case "caption":
                self._caption(now, message)
            case "speech" if message["kind"] != "gap":
                self._speech(now, message)
            case "skipped":
                self._skipped(message)
            case "finished":
                self.finished.add(message["utterance"])
            case "gap":
                self.gaps += message["count"]
            case "sound_lost":
                self.sound_lost_ms += message["lost_ms"]
            case "speech_state":
                self._mode = message["mode"]
                self.behind_ms = max(self.behind_ms, message["behind_ms"])
            case "operator_status":
                self.status = message

    def told_of(self, utterance: str) -> bool:
        """Whether a caption or a mark in its place came."""
        return utterance in self.captions or utterance in self.marked

    def unheard(self) -> list[str]:
        """Utterances of others in another language that were neither spoken nor marked."""
        return [
            utterance
            for utterance, (_, caption) in self.captions.items()
            if caption["speaker"] != self.participant
            and caption["fidelity"] != "same"
            and utterance not in self.spoken
            and utterance not in self.silent
        ]

    def _caption(self, now: float, caption: Message) -> None:
        self.faults["sequence"] += caption["sequence"] <= self._sequence
        self._sequence = max(self._sequence, caption["sequence"])
        utterance = caption["utterance"]
        if utterance in self.captions:
            return
        self._in_turn("captions", utterance, caption["speaker"])
        self.captions[utterance] = (now, caption)
        if self._mode == "captions_only":
            self.silent.setdefault(utterance, "captions_only")

    def _speech(self, now: float, header: Message) -> None:
        utterance, piece = header["utterance"], header["piece"]
        if piece == 0:
            self._in_turn("speech", utterance, header["speaker"])
        elif self._speaking != (utterance, piece):
            self.faults["pieces"] += 1
        self._speaking = (utterance, piece + 1)
        if header["bytes"]:
            self.first_sound.setdefault(utterance, now)
        if header["last"]:
            self.spoken.add(utterance)

    def _skipped(self, message: Message) -> None:
        if message["lane"] == "speech":
            self.silent[message["utterance"]] = message["reason"]
        else:
            self.marked[message["utterance"]] = message["reason"]

    def _in_turn(self, kind: str, utterance: str, speaker: str) -> None:
        place = _place(utterance)
        self.faults[kind] += place <= self._newest.get((kind, speaker), (-1, -1))
        self._newest[kind, speaker] = place


def _place(utterance: str) -> tuple[int, int]:
    """Generation and index of an utterance of one speaker."""
    _, generation, index = utterance.rsplit("-", 2)
    return int(generation), int(index)
