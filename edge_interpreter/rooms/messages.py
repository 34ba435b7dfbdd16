"""What a room tells its participants; `docs/protocol.md` describes every field.

The same objects travel the WebSocket as JSON, with the field `type` first.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["listen", "speak", "operate"]
Preset = Literal["presentation", "meeting", "face_to_face", "kiosk"]
SpeechMode = Literal["normal", "faster", "captions_only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomInfo:
    """What a participant sees of the room itself; `transcript`: what is said is kept."""

    name: str
    title: str
    preset: Preset
    paused: bool
    own_language_audio: bool
    transcript: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One participant as the others see them."""

    participant: str
    name: str
    role: Role
    speaks: str
    wants: str
    muted: bool
    away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is here: at most 64 entries, speakers first; `total` counts everybody.

    `languages` says how many want each language.
    """

    type: Literal["roster"] = "roster"
    participants: tuple[RosterEntry, ...]
    total: int
    languages: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class You:
    """The settings in force for the participant who gets this; `voice`: their language has one."""

    type: Literal["you"] = "you"
    participant: str
    name: str
    role: Role
    speaks: str
    wants: str
    captions: bool
    audio: bool
    voice: bool
    partials: bool
    with_original: bool
    hear_self: bool
    timings: bool
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """The room itself changed."""

    type: Literal["room_state"] = "room_state"
    room: RoomInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechBegan:
    """Somebody began to speak; `finished` or `skipped` of the same utterance ends it."""

    type: Literal["speech_began"] = "speech_began"
    utterance: str
    speaker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """A first idea of what is being said, in one language; replaced by the caption."""

    type: Literal["partial"] = "partial"
    utterance: str
    speaker: str
    language: str
    stable: str
    unstable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """The final text of an utterance in one language.

    `start_ms` and `end_ms` count in the speaker's own sound; `time` is Unix time in ms.
    `original` is None where not asked for. `replay` marks what was said while the listener was
    away.
    """

    type: Literal["caption"] = "caption"
    sequence: int
    utterance: str
    speaker: str
    name: str
    language: str
    text: str
    source_language: str
    original: str | None
    fidelity: Literal["ok", "same", "marked", "untranslated"]
    missing: tuple[str, ...]
    typed: bool
    start_ms: int
    end_ms: int
    time: int
    replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Header of a piece of speech; its sound is the binary message that follows at once.

    `bytes` is the length of that message: 16-bit little-endian mono at `rate` Hz. `kind` is
    `original` for the speaker's own sound, `gap` for a short cue that something is missing here.
    `speed` over 1 says that it was made faster.
    """

    type: Literal["speech"] = "speech"
    utterance: str
    speaker: str
    language: str
    kind: Literal["translation", "original", "gap"]
    piece: int
    last: bool
    rate: int
    speed: float
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Part of an utterance will not come, and why; `lane` says which part.

    One that was lost as a whole has its `sequence` among those of the captions (else it is 0), and
    comes again, with `replay`, to those who were away.
    """

    type: Literal["skipped"] = "skipped"
    sequence: int
    utterance: str
    speaker: str
    name: str
    lane: Literal["source", "caption", "speech"]
    language: str | None
    reason: str
    withheld: bool
    start_ms: int
    end_ms: int
    time: int
    replay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLost:
    """Sound of a speaker was lost before it could be heard."""

    type: Literal["sound_lost"] = "sound_lost"
    speaker: str
    at_ms: int
    lost_ms: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Nothing more comes of an utterance; latencies in ms from the end of speech, by stage."""

    type: Literal["finished"] = "finished"
    utterance: str
    speaker: str
    latency_ms: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Captions that this listener's slow connection could not take: `count` are missing."""

    type: Literal["gap"] = "gap"
    count: int
    first_sequence: int
    last_sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechState:
    """How translated speech is delivered to this listener now, and how far it is behind."""

    type: Literal["speech_state"] = "speech_state"
    mode: SpeechMode
    behind_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kicked:
    """An operator removed this participant; the connection closes next."""

    type: Literal["kicked"] = "kicked"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The room or the server ends; the connection closes next.

    `reconnect_after_s` is None where there is nothing to come back to. `moved`: the room goes on
    at another box, to which the same address leads.
    """

    type: Literal["closing"] = "closing"
    reason: Literal["shutdown", "room_closed", "replaced", "moved"]
    reconnect_after_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerLevel:
    """How loud one speaker is: peak of the last second in dBFS (-100 is silence)."""

    participant: str
    level_dbfs: float
    silent_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorStatus:
    """The state of the room for its operators, once a second."""

    type: Literal["operator_status"] = "operator_status"
    levels: tuple[SpeakerLevel, ...]
    captions: dict[str, int]
    speech: dict[str, int]
    lag_ms: int
    overloaded: bool
    utterances: dict[str, int]


RoomMessage = (
    Roster
    | You
    | RoomState
    | SpeechBegan
    | Partial
    | Caption
    | Speech
    | Skipped
    | SoundLost
    | Finished
    | Gap
    | SpeechState
    | Kicked
    | Closing
    | OperatorStatus
)

Remembered = Caption | Skipped
"""What is told again to those who were away, and kept in transcripts."""
