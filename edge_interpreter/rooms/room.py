"""A room: its participants, what they may do, and what is done for them."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from edge_interpreter.config.server import RoomSettings
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.rooms.audience import Audience
from edge_interpreter.rooms.capabilities import Capabilities
from edge_interpreter.rooms.floor import Floor, check_may_speak
from edge_interpreter.rooms.history import History
from edge_interpreter.rooms.messages import (
    Closing,
    Gap,
    Kicked,
    OperatorStatus,
    Remembered,
    Role,
    RoomInfo,
    RoomState,
    Roster,
    SpeakerLevel,
)
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.presets import includes
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.relay import Relay
from edge_interpreter.rooms.resume import ResumeKeys
from edge_interpreter.rooms.turns import LagRule
from edge_interpreter.rooms.voices import Voices
from edge_interpreter.rooms.wishes import NONE, Wishes

ROSTER_EVERY_S = 0.5
STATUS_EVERY_S = 1.0
GLOSSARY_EVERY_S = 2.0
DELIVERING_S, MOST_DELIVERING = 0.05, 40
MOST_ROSTER = 64
MOST_REPLAYED = 500


@dataclass(frozen=True, slots=True)
class RoomRules:
    """Limits and habits that hold for every room; `speech` is what is known of all speakers."""

    participants: int = 600
    speakers: int = 32
    history: int = 500
    away_s: float = 30.0
    lag: LagRule = field(default_factory=LagRule)
    speech: StreamSettings = field(default_factory=StreamSettings)


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the pipeline is: age of the oldest utterance in work, and whether it is full."""

    lag_ms: int = 0
    overloaded: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """A participant who came in; `resumed` says that they were here before."""

    participant: Participant
    resume: str
    resumed: bool


class Room:
    """People who hear one another, and nobody else. Event loop only; does no input or output.

    `clock` counts seconds, `wall_clock` Unix seconds. `tick` wants calling four times a second.
    `keep` is given the room's name and every record of the history, where a transcript is kept.
    """

    def __init__(
        self,
        settings: RoomSettings,
        rules: RoomRules,
        pipeline: Pipeline,
        capabilities: Capabilities,
        *,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        load: Callable[[], Load] = Load,
        keep: Callable[[str, str, Remembered], None] | None = None,
    ) -> None:
        self.settings = settings
        self.rules = rules
        self.participants: dict[str, Participant] = {}
        self.history = History(rules.history, partial(keep, settings.name) if keep else None)
        self._transcript = keep is not None
        self.paused = False
        self.empty_since: float | None = clock()
        self._capabilities = capabilities
        self._clock = clock
        self._load = load
        self._keys = ResumeKeys()
        self._removed: set[str] = set()
        self._guests = 0
        self._audience: Audience | None = Audience(())
        self._roster_stale = False
        self._roster_at = self._status_at = self._glossary_at = clock()
        self._voices = Voices(rules.lag, self.audience, clock, capabilities.voices)
        self._relay = Relay(
            self.history,
            self._voices,
            self.audience,
            wall_clock,
            own_language_audio=settings.own_language_audio,
            played=lambda text, seconds: self._floor.note_played(text, seconds),
        )
        self._floor = Floor(
            settings,
            pipeline,
            self.audience,
            self._voices,
            self._relay.handle,
            clock,
            rules.speech,
            rules.speakers,
        )

    @property
    def sequence(self) -> int:
        """Number of the latest caption."""
        return self._relay.sequence

    def info(self) -> RoomInfo:
        """What participants see of the room."""
        return RoomInfo(
            name=self.settings.name,
            title=self.settings.title or self.settings.name,
            preset=self.settings.preset,
            paused=self.paused,
            own_language_audio=self.settings.own_language_audio,
            transcript=self._transcript,
        )

    def audience(self) -> Audience:
        """Who gets what, as of now."""
        if self._audience is None:
            self._audience = Audience(self.participants.values())
        return self._audience

    # Coming and going

    def join(self, role: Role, wishes: Wishes, resume: str = "", last_sequence: int = 0) -> Joined:
        """Let somebody in, or back in with a `resume` key. Raises Refusal."""
        self._capabilities.check(wishes)
        self._check_speaks(role, wishes)
        known = self._keys.read(resume) if resume else None
        if known and known.participant in self._removed:
            raise Refusal("forbidden", "an operator removed this participant")
        participant = self.participants.get(known.participant) if known else None
        if participant is None:
            if len(self.participants) >= self.rules.participants:
                raise Refusal("room_full", "this room is full", retry_after_s=30)
            identity = known.participant if known else secrets.token_hex(4)
            since = known.since if known else self.sequence
            participant = Participant(identity, role, self._named(wishes), since)
        else:
            self._replace_connection(participant, role, wishes)
        self.participants[participant.id] = participant
        self._changed()
        self._greet(participant)
        if known:
            self._replay(participant, max(last_sequence, known.since))
        return Joined(
            participant, self._keys.issue(participant.id, participant.since), known is not None
        )

    def leave(self, participant: Participant) -> None:
        """Somebody went for good."""
        if self.participants.pop(participant.id, None):
            self._floor.leave(participant)
            participant.outbox.close("left")
            self._changed()

    def lose(self, participant: Participant, outbox: object) -> None:
        """A connection broke; its participant may come back for a while."""
        if participant.outbox is outbox and participant.id in self.participants:
            participant.away_since = self._clock()
            participant.outbox.close("lost")
            self._floor.leave(participant)
            self._changed()

    def remove(self, identity: str, reason: str = "removed by an operator") -> None:
        """An operator removes somebody. Raises Refusal."""
        participant = self._find(identity)
        self._removed.add(identity)
        participant.outbox.close("kicked", [Parcel(Kicked(reason=reason))])
        self.leave(participant)

    def close(
        self,
        reason: Literal["room_closed", "shutdown", "moved"],
        reconnect_after_s: int | None = None,
    ) -> None:
        """Send everybody away."""
        closing = Closing(reason=reason, reconnect_after_s=reconnect_after_s)
        for participant in list(self.participants.values()):
            participant.outbox.close(reason, [Parcel(closing)])
            self.leave(participant)

    async def finish(self) -> None:
        """Take no more sound, and wait until all that was said is delivered."""
        self.drain()
        for participant in self.participants.values():
            self._floor.leave(participant)
        await self._floor.settled()
        for _ in range(MOST_DELIVERING):
            if not any(len(each.outbox) for each in self.participants.values() if each.present):
                return
            await asyncio.sleep(DELIVERING_S)

    async def settled(self) -> None:
        """Wait until the streams of those who left are closed."""
        await self._floor.settled()

    # Settings

    def change(self, participant: Participant, **wishes: Any) -> None:
        """Change some wishes of a participant. Raises Refusal and changes nothing."""
        changed = replace(participant.wishes, **wishes)
        self._capabilities.check(changed)
        self._check_speaks(participant.role, changed)
        before, participant.wishes = participant.wishes, self._named(changed)
        self._changed()
        self._floor.follow(participant, rate_changed=changed.rate != before.rate)
        self._tell_settings(participant)

    def mute(self, participant: Participant, *, on: bool) -> None:
        """A participant's own mute button. Raises Refusal where an operator muted them."""
        if participant.muted_by_operator and not on:
            raise Refusal("forbidden", "an operator muted you")
        participant.muted = on
        self._after_mute(participant)

    def operator_mute(self, identity: str, *, on: bool) -> None:
        """An operator's mute button. Raises Refusal."""
        participant = self._find(identity)
        participant.muted_by_operator = on
        self._after_mute(participant)

    def pause(self, *, on: bool) -> None:
        """Stop interpreting, or start again."""
        self.paused = on
        self._floor.open = not on
        if on:
            self._floor.end_utterances()
        parcel = Parcel(RoomState(room=self.info()))
        for participant in self.participants.values():
            participant.send(parcel)

    def drain(self) -> None:
        """Take no more sound; what was said is still delivered."""
        self._floor.open = False
        self._floor.end_utterances()

    # Speaking

    def sound(self, participant: Participant, data: bytes) -> None:
        """A block of sound (s16le at the participant's rate). Raises Refusal."""
        self._floor.sound(participant, data)

    def talk(self, participant: Participant, *, on: bool) -> None:
        """The button of push to talk. Raises Refusal."""
        check_may_speak(participant)
        if not on:
            self._floor.end_utterance(participant)

    def say(self, participant: Participant, text: str, language: str | None) -> None:
        """A typed line. Raises Refusal."""
        self._floor.say(participant, text, language)

    # Time

    def tick(self) -> None:
        """Everything that happens by itself as time goes by."""
        now = self._clock()
        self._forget_away(now)
        self._floor.tick()
        if now - self._glossary_at >= GLOSSARY_EVERY_S:
            self._glossary_at = now
            self._floor.refresh_glossary()
        self._relay.tick()
        self._voices.tick()
        if self._roster_stale and now - self._roster_at >= ROSTER_EVERY_S:
            self._roster_stale, self._roster_at = False, now
            parcel = Parcel(self.roster())
            for participant in self.participants.values():
                participant.send(parcel)
        if now - self._status_at >= STATUS_EVERY_S:
            self._status_at = now
            self._tell_operators()

    def roster(self) -> Roster:
        """Who is here, speakers first."""
        everybody = list(self.participants.values())
        everybody.sort(key=lambda each: each.wishes.speaks == NONE)
        wants = Counter(each.wishes.target for each in everybody if each.wishes.target)
        return Roster(
            participants=tuple(each.entry() for each in everybody[:MOST_ROSTER]),
            total=len(everybody),
            languages=dict(sorted(wants.items())),
        )

    # Inside

    def _find(self, identity: str) -> Participant:
        participant = self.participants.get(identity)
        if participant is None:
            raise Refusal("no_such_participant", "nobody of that name is in this room")
        return participant

    def _named(self, wishes: Wishes) -> Wishes:
        if wishes.name:
            return wishes
        self._guests += 1
        return replace(wishes, name=f"Guest {self._guests}")

    def _replace_connection(self, participant: Participant, role: Role, wishes: Wishes) -> None:
        closing = Closing(reason="replaced", reconnect_after_s=None)
        participant.reconnect(Parcel(closing))
        self._floor.leave(participant)
        participant.role = role
        participant.wishes = replace(wishes, name=wishes.name or participant.wishes.name)

    def _greet(self, participant: Participant) -> None:
        self._tell_settings(participant)
        participant.send(Parcel(self.roster()))
        if participant.wishes.audio and participant.wishes.target:
            state = self._voices.state(participant.wishes.target)
            if state.mode != "normal":
                participant.send(Parcel(state))

    def _replay(self, participant: Participant, after: int) -> None:
        wishes = participant.wishes
        if not wishes.captions or wishes.wants == NONE:
            return
        missed = list(self.history.missed(wishes.wants, after, with_original=wishes.with_original))
        lost, kept = missed[:-MOST_REPLAYED], missed[-MOST_REPLAYED:]
        if lost:
            numbers = [caption.sequence for caption in lost]
            gap = Gap(count=len(lost), first_sequence=numbers[0], last_sequence=numbers[-1])
            participant.send(Parcel(gap))
        for caption in kept:
            participant.send(Parcel(caption))

    def _changed(self) -> None:
        self._audience = None
        self._roster_stale = True
        self.empty_since = None if self.participants else self._clock()

    def _tell_settings(self, participant: Participant) -> None:
        participant.send(Parcel(participant.you(self._capabilities.voices)))

    def _after_mute(self, participant: Participant) -> None:
        if participant.silenced:
            self._floor.end_utterance(participant)
        self._roster_stale = True
        self._tell_settings(participant)

    def _check_speaks(self, role: Role, wishes: Wishes) -> None:
        if wishes.speaks != NONE and not includes(role, "speak"):
            raise Refusal("forbidden", "you are here to listen")

    def _tell_operators(self) -> None:
        watchers = [each for each in self.audience().operators if each.watching]
        if not watchers:
            return
        load, audience = self._load(), self.audience()
        status = OperatorStatus(
            levels=tuple(self._levels()),
            captions=audience.caption_demand,
            speech=audience.speech_demand,
            lag_ms=load.lag_ms,
            overloaded=load.overloaded,
            utterances=self._relay.counts,
        )
        parcel = Parcel(status)
        for watcher in watchers:
            watcher.send(parcel)

    def _levels(self) -> Iterator[SpeakerLevel]:
        for participant in self.participants.values():
            if participant.speaker:
                yield SpeakerLevel(
                    participant=participant.id,
                    level_dbfs=round(participant.speaker.take_level_dbfs(), 1),
                    silent_s=round(participant.speaker.silent_s(), 1),
                )

    def _forget_away(self, now: float) -> None:
        for participant in list(self.participants.values()):
            since = participant.away_since
            if since is not None and now - since >= self.rules.away_s:
                self.leave(participant)
