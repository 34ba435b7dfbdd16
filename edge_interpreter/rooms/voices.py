"""Speech of one room: in turn, in step, to those who listen."""

from collections.abc import Callable

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.gap_cue import CUE_EVERY_S
from edge_interpreter.audio.pcm import pcm16_to_bytes
from edge_interpreter.pipeline.events import SPEECH_RATE, Spoken
from edge_interpreter.rooms.audience import Audience
from edge_interpreter.rooms.cue import CUE_S, cue
from edge_interpreter.rooms.messages import Speech, SpeechMode, SpeechState
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.turns import LagRule, Turns


class Voices:
    """One `Turns` for each language that is heard; whoever joins hears the next utterance.

    `voices` are the languages that can be spoken.
    """

    def __init__(
        self,
        rule: LagRule,
        audience: Callable[[], Audience],
        clock: Callable[[], float],
        voices: frozenset[str],
    ) -> None:
        self._rule = rule
        self._audience = audience
        self._clock = clock
        self._turns: dict[str, Turns] = {}
        self._voices = voices
        self._modes: dict[str, SpeechMode] = {}
        self._owed: dict[str, Parcel] = {}
        self._cued_at: dict[str, float] = {}

    def spoken(self, speaker: Participant, utterance: str, event: Spoken) -> bool:
        """A piece of translated speech; False where the utterance is given up."""
        header = Speech(
            utterance=utterance,
            speaker=speaker.id,
            language=event.target,
            kind="translation",
            piece=event.sequence,
            last=event.last,
            rate=SPEECH_RATE,
            speed=event.speed,
            bytes=2 * event.pcm.size,
        )
        return self._add(header, event.pcm)

    def original(self, speaker: Participant, utterance: str, language: str, pcm: Pcm16) -> bool:
        """The speaker's own voice, for listeners of its language; False where it is given up."""
        header = Speech(
            utterance=utterance,
            speaker=speaker.id,
            language=language,
            kind="original",
            piece=0,
            last=True,
            rate=SPEECH_RATE,
            speed=1.0,
            bytes=2 * pcm.size,
        )
        return self._add(header, pcm)

    def lost(self, speaker: Participant, language: str, utterance: str = "") -> None:
        """Something said will not be heard in a language: those who listen get a cue for it."""
        if language in self._voices:
            self._owed[language] = cue(speaker.id, utterance, language)

    def end(self, utterance: str, language: str | None = None) -> None:
        """No more comes of an utterance, in one language or in all."""
        for tag, turns in self._turns.items():
            if language in (None, tag):
                turns.end(utterance)

    def behind_s(self, language: str) -> float:
        """Until when, from now, all that is to be heard in a language will have been."""
        turns = self._turns.get(language)
        return turns.behind_s() if turns else 0.0

    def silent(self) -> frozenset[str]:
        """Languages that are not spoken now, since their listeners are too far behind."""
        return frozenset(tag for tag in self._turns if self._mode(tag) == "captions_only")

    def hurried(self) -> frozenset[str]:
        """Languages to be spoken faster."""
        return frozenset(tag for tag in self._turns if self._mode(tag) == "faster")

    def tick(self) -> None:
        """Forget languages that nobody hears; tell the others what is lost, and how late it is."""
        audience = self._audience()
        for tag in [tag for tag in self._turns if tag not in audience.speech]:
            del self._turns[tag]
            self._modes.pop(tag, None)
        for tag in list(self._owed):
            self._cue(tag)
        for tag in self._turns:
            self._mode(tag)

    def state(self, language: str) -> SpeechState:
        """How speech in a language is delivered now."""
        behind_ms = round(self.behind_s(language) * 1000)
        return SpeechState(mode=self._modes.get(language, "normal"), behind_ms=behind_ms)

    def _add(self, header: Speech, pcm: Pcm16) -> bool:
        tag = header.language
        if tag not in self._audience().speech:
            return True
        turns = self._turns_of(tag)
        if header.piece == 0 and (
            self._mode(tag) == "captions_only" or not turns.begin(header.utterance)
        ):
            return False
        parcel = Parcel(header, pcm16_to_bytes(pcm))
        turns.add(header.utterance, pcm.size / SPEECH_RATE, parcel, last=header.last)
        return True

    def _cue(self, tag: str) -> None:
        """Play the cue that is owed, in its turn, or keep it until there is one."""
        if tag not in self._audience().speech:
            del self._owed[tag]
            return
        now, turns, turn = self._clock(), self._turns_of(tag), f"cue {tag}"
        if now - self._cued_at.get(tag, -CUE_EVERY_S) >= CUE_EVERY_S and turns.begin(turn):
            self._cued_at[tag] = now
            turns.add(turn, CUE_S, self._owed.pop(tag), last=True)

    def _turns_of(self, tag: str) -> Turns:
        turns = self._turns.get(tag)
        if turns is None:
            turns = self._turns[tag] = Turns(self._rule, self._clock, self._deliver)
        return turns

    def _deliver(self, parcel: Parcel) -> None:
        header = parcel.message
        if not isinstance(header, Speech):
            return
        key = (header.utterance, header.language)
        for listener in self._audience().speech.get(header.language, ()):
            if header.piece == 0:
                mine = listener.id == header.speaker and not listener.wishes.hear_self
                listener.hearing = None if mine else key
            if listener.hearing == key:
                listener.send(parcel)

    def _mode(self, tag: str) -> SpeechMode:
        mode = self._turns[tag].mode()
        if mode != self._modes.get(tag, "normal"):
            self._modes[tag] = mode
            self._tell(tag, Parcel(self.state(tag)))
        return mode

    def _tell(self, tag: str, parcel: Parcel) -> None:
        for listener in self._audience().speech.get(tag, ()):
            listener.send(parcel)
