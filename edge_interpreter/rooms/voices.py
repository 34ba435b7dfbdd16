"""Speech of one room: in turn, in step, to those who listen."""

from collections.abc import Callable

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.audio.pcm import pcm16_to_bytes
from edge_interpreter.pipeline.events import SPEECH_RATE, Spoken
from edge_interpreter.rooms.audience import Audience, hears
from edge_interpreter.rooms.messages import Skipped, Speech, SpeechMode, SpeechState
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.turns import LagRule, Turns


class Voices:
    """One `Turns` for each language that is heard; whoever joins hears the next utterance."""

    def __init__(
        self, rule: LagRule, audience: Callable[[], Audience], clock: Callable[[], float]
    ) -> None:
        self._rule = rule
        self._audience = audience
        self._clock = clock
        self._turns: dict[str, Turns] = {}
        self._speakers: dict[str, Participant] = {}
        self._modes: dict[str, SpeechMode] = {}

    def spoken(self, speaker: Participant, utterance: str, event: Spoken) -> None:
        """A piece of translated speech."""
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
        self._add(speaker, header, event.pcm)

    def original(self, speaker: Participant, utterance: str, language: str, pcm: Pcm16) -> None:
        """The speaker's own voice, for listeners of the same language."""
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
        self._add(speaker, header, pcm)

    def end(self, utterance: str, language: str | None = None) -> None:
        """No more comes of an utterance, in one language or in all."""
        for tag, turns in self._turns.items():
            if language in (None, tag):
                turns.end(utterance)
        if language is None:
            self._speakers.pop(utterance, None)

    def silent(self) -> frozenset[str]:
        """Languages that are not spoken now, since their listeners are too far behind."""
        return frozenset(tag for tag in self._turns if self._mode(tag) == "captions_only")

    def hurried(self) -> frozenset[str]:
        """Languages to be spoken faster."""
        return frozenset(tag for tag in self._turns if self._mode(tag) == "faster")

    def tick(self) -> None:
        """Forget languages that nobody hears, and tell the others how far behind they are."""
        audience = self._audience()
        for tag in [tag for tag in self._turns if tag not in audience.speech]:
            del self._turns[tag]
            self._modes.pop(tag, None)
        for tag in self._turns:
            self._mode(tag)

    def state(self, language: str) -> SpeechState:
        """How speech in a language is delivered now."""
        turns = self._turns.get(language)
        behind_ms = round(turns.behind_s() * 1000) if turns else 0
        return SpeechState(mode=self._modes.get(language, "normal"), behind_ms=behind_ms)

    def _add(self, speaker: Participant, header: Speech, pcm: Pcm16) -> None:
        tag = header.language
        if tag not in self._audience().speech:
            return
        turns = self._turns.get(tag)
        if turns is None:
            turns = self._turns[tag] = Turns(self._rule, self._clock, self._deliver)
        if header.piece == 0:
            self._speakers[header.utterance] = speaker
            if self._mode(tag) == "captions_only" or not turns.begin(header.utterance):
                self._give_up(header)
                return
        parcel = Parcel(header, pcm16_to_bytes(pcm))
        turns.add(header.utterance, pcm.size / SPEECH_RATE, parcel, last=header.last)

    def _deliver(self, parcel: Parcel) -> None:
        header = parcel.message
        if not isinstance(header, Speech):
            return
        key = (header.utterance, header.language)
        speaker = self._speakers.get(header.utterance)
        for listener in self._audience().speech.get(header.language, ()):
            if header.piece == 0:
                mine = speaker is not None and not hears(listener, speaker)
                listener.hearing = None if mine else key
            if listener.hearing == key:
                listener.send(parcel)

    def _give_up(self, header: Speech) -> None:
        skipped = Skipped(
            utterance=header.utterance,
            speaker=header.speaker,
            lane="speech",
            language=header.language,
            reason="captions_only",
            withheld=False,
        )
        self._tell(header.language, Parcel(skipped))

    def _mode(self, tag: str) -> SpeechMode:
        mode = self._turns[tag].mode()
        if mode != self._modes.get(tag, "normal"):
            self._modes[tag] = mode
            self._tell(tag, Parcel(self.state(tag)))
        return mode

    def _tell(self, tag: str, parcel: Parcel) -> None:
        for listener in self._audience().speech.get(tag, ()):
            listener.send(parcel)
