"""What waits for one listener: bounded, with a fixed order of what is given up."""

import asyncio
from collections import deque
from collections.abc import Sequence

from edge_interpreter.pipeline.events import SPEECH_RATE
from edge_interpreter.rooms.cue import cue
from edge_interpreter.rooms.messages import (
    Caption,
    Finished,
    Gap,
    OperatorStatus,
    Partial,
    RoomMessage,
    Roster,
    Skipped,
    Speech,
    SpeechState,
    You,
)
from edge_interpreter.rooms.parcel import Parcel

MOST_WORDS = 1_024
MOST_STATES = 64
MOST_SOUND_BYTES = 60 * 2 * SPEECH_RATE


class Outbox:
    """Three queues that a stalled listener cannot make grow: states, words, sound.

    States (rosters, partials, …) replace the one before. Sound over 60 s is given up, all that
    waits and the rest of its utterance, and a cue takes its place. Of words over the limit only
    captions and the marks of lost ones are kept, and the older half of those is replaced by one
    `Gap`. Words overtake sound.
    """

    def __init__(self) -> None:
        self._states: dict[tuple[object, ...], Parcel] = {}
        self._words: deque[Parcel] = deque()
        self._sound: deque[Parcel] = deque()
        self._sound_bytes = 0
        self._given_up: str | None = None
        self._filled = asyncio.Event()
        self.closed: str | None = None

    def __len__(self) -> int:
        return len(self._states) + len(self._words) + len(self._sound)

    @property
    def sound_bytes(self) -> int:
        """Bytes of sound that wait."""
        return self._sound_bytes

    def put(self, parcel: Parcel) -> None:
        """Queue a message; never blocks, and does nothing once closed."""
        if self.closed is not None:
            return
        message = parcel.message
        state = _state_key(message)
        if state is not None:
            self._put_state(state, parcel)
        elif isinstance(message, Speech):
            self._put_sound(message, parcel)
        elif isinstance(message, Finished):
            self._put_behind_sound(parcel)
        else:
            self._put_words(message, parcel)
        self._filled.set()

    def close(self, reason: str, last: Sequence[Parcel] = ()) -> None:
        """Forget what waits, hand out `last`, and end; `closed` is then the reason."""
        if self.closed is None:
            self._states.clear()
            self._forget_sound()
            self._words = deque(last)
            self.closed = reason
            self._filled.set()

    async def take(self) -> Parcel | None:
        """The next message, or None once closed and empty."""
        while (parcel := self.take_nowait()) is None:
            if self.closed is not None:
                return None
            self._filled.clear()
            await self._filled.wait()
        return parcel

    def take_nowait(self) -> Parcel | None:
        """The next message, or None where nothing waits."""
        if self._states:
            return self._states.pop(next(iter(self._states)))
        if self._words:
            return self._words.popleft()
        if self._sound:
            parcel = self._sound.popleft()
            self._sound_bytes -= len(parcel.sound)
            return parcel
        return None

    def _put_state(self, key: tuple[object, ...], parcel: Parcel) -> None:
        if len(self._states) >= MOST_STATES and key not in self._states:
            self._states.pop(next(iter(self._states)))
        self._states[key] = parcel

    def _put_sound(self, message: Speech, parcel: Parcel) -> None:
        if message.piece > 0 and message.utterance == self._given_up:
            return
        self._given_up = None
        if self._sound_bytes + len(parcel.sound) > MOST_SOUND_BYTES:
            behind_ms = self._sound_bytes * 1000 // (2 * SPEECH_RATE)
            self._forget_sound()
            self._given_up = message.utterance
            self.put(Parcel(SpeechState(mode="captions_only", behind_ms=behind_ms)))
            parcel = cue(message.speaker, message.utterance, message.language)
        self._sound.append(parcel)
        self._sound_bytes += len(parcel.sound)

    def _put_behind_sound(self, parcel: Parcel) -> None:
        if len(self._sound) < MOST_WORDS:
            self._sound.append(parcel)

    def _put_words(self, message: RoomMessage | None, parcel: Parcel) -> None:
        if isinstance(message, Caption):
            for key in [key for key in self._states if key[:2] == (Partial, message.utterance)]:
                del self._states[key]
        self._words.append(parcel)
        if len(self._words) > MOST_WORDS:
            self._shed_words()

    def _shed_words(self) -> None:
        captions = [p for p in self._words if _numbered(p.message)]
        keep = MOST_WORDS // 2
        lost, kept = captions[:-keep], captions[-keep:]
        self._words = deque(kept)
        if lost:
            self._words.appendleft(Parcel(_gap([parcel.message for parcel in lost])))

    def _forget_sound(self) -> None:
        self._sound.clear()
        self._sound_bytes = 0


def _state_key(message: RoomMessage | None) -> tuple[object, ...] | None:
    if isinstance(message, Partial):
        return Partial, message.utterance, message.language
    if isinstance(message, Roster | You | SpeechState | OperatorStatus):
        return (type(message),)
    return None


def _numbered(message: RoomMessage | None) -> bool:
    if isinstance(message, Skipped):
        return message.sequence > 0
    return isinstance(message, Caption | Gap)


def _gap(lost: Sequence[RoomMessage | None]) -> Gap:
    count, numbers = 0, []
    for message in lost:
        if isinstance(message, Gap):
            count += message.count
            numbers += [message.first_sequence, message.last_sequence]
        elif isinstance(message, Caption | Skipped):
            count += 1
            numbers.append(message.sequence)
    return Gap(count=count, first_sequence=min(numbers), last_sequence=max(numbers))
