"""Turns what the pipeline tells of a speaker into messages for those who want them."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from edge_interpreter.languages import same_language
from edge_interpreter.pipeline import events
from edge_interpreter.pipeline.events import Lane
from edge_interpreter.rooms import messages
from edge_interpreter.rooms.audience import Audience
from edge_interpreter.rooms.history import ORIGINAL, History
from edge_interpreter.rooms.messages import Caption, RoomMessage
from edge_interpreter.rooms.parcel import Parcel
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.voices import Voices

MOST_UTTERANCES = 512
MERGED = "merged"
"""Why nothing comes of an utterance whose words are in the caption of the one before."""


@dataclass(slots=True)
class _Said:
    """What is known of an utterance in hand; captions that came before its words wait.

    `wanted` are the languages whose listeners are to hear it, `heard` those who did or need not;
    `voiced` has the words of each language that is spoken.
    """

    wanted: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    voiced: dict[str, str] = field(default_factory=dict)
    words: events.Transcribed | None = None
    early: list[events.Translated] = field(default_factory=list)


class Relay:
    """The captions of one room. Every message is made once, however many get it.

    `audience` gives the index in force; `wall_clock` Unix seconds. `played` is told the text of
    what is heard from loudspeakers, and for how many seconds yet; `own_language_audio` has
    listeners of the language that was spoken hear the speaker.
    """

    def __init__(
        self,
        history: History,
        voices: Voices,
        audience: Callable[[], Audience],
        wall_clock: Callable[[], float],
        *,
        own_language_audio: bool,
        played: Callable[[str, float], None],
    ) -> None:
        self._history = history
        self._voices = voices
        self._audience = audience
        self._wall_clock = wall_clock
        self._own_language_audio = own_language_audio
        self._played = played
        self._said: OrderedDict[str, _Said] = OrderedDict()
        self._unanswered: set[str] = set()
        self._lost: dict[Participant, messages.SoundLost] = {}
        self._entered = self._finished_count = self._dropped = 0
        self.sequence = 0

    def handle(self, speaker: Participant, generation: int, event: events.Event) -> None:
        """Tell those whom it concerns; called by the pipeline, must not block."""
        utterance = f"{speaker.id}-{generation}-{_index(event)}"
        match event:
            case events.SpeechBegan():
                self._entered += 1
                self._unanswered.add(utterance)
                began = messages.SpeechBegan(utterance=utterance, speaker=speaker.id)
                _send(self._audience().with_partials, began)
            case events.Partial():
                self._partial(speaker, utterance, event)
            case events.Transcribed():
                self._transcribed(speaker, utterance, event)
            case events.Translated():
                self._translated(speaker, utterance, event)
            case events.Spoken():
                self._spoken(speaker, utterance, event)
            case events.Skipped():
                self._skipped(speaker, utterance, event)
            case events.SoundLost():
                self._sound_lost(speaker, event)
            case events.Finished():
                self._finished(speaker, utterance, event)

    def tick(self) -> None:
        """Tell of lost sound, gathered so that a long loss is not a flood of messages."""
        lost, self._lost = self._lost, {}
        for speaker, message in lost.items():
            audience = self._audience()
            _send({*audience.with_captions, *audience.operators, speaker}, message)
            for language in self._listening(speaker):
                self._voices.lost(speaker, language)

    @property
    def counts(self) -> dict[str, int]:
        """How many utterances came in, were delivered and were dropped."""
        done = self._finished_count - self._dropped
        return {"in": self._entered, "done": done, "dropped": self._dropped}

    def _partial(self, speaker: Participant, utterance: str, event: events.Partial) -> None:
        partial = messages.Partial(
            utterance=utterance,
            speaker=speaker.id,
            language=event.language,
            stable=event.stable,
            unstable=event.unstable,
        )
        audience = self._audience()
        readers = audience.partial_translations_in if event.translated else audience.partials_in
        _send(readers(event.language, speaker), partial)

    def _transcribed(self, speaker: Participant, utterance: str, event: events.Transcribed) -> None:
        said = self._in_hand(utterance)
        said.words = event
        self._unanswered.discard(utterance)
        said.wanted.update(self._audience().speech)
        said.heard.add(event.language)
        self._entered += event.utterance.typed
        original = events.Translated(
            event.utterance, event.language, event.text, events.Fidelity.SAME
        )
        self._caption(speaker, utterance, ORIGINAL, event, original)
        for early in said.early:
            self._translated(speaker, utterance, early)
        if self._own_language_audio and not event.utterance.typed:
            self._own_voice(speaker, utterance, event)

    def _translated(self, speaker: Participant, utterance: str, event: events.Translated) -> None:
        said = self._in_hand(utterance)
        if said.words is None:
            said.early.append(event)
            return
        if event.fidelity == events.Fidelity.SAME and event.target != said.words.language:
            said.heard.add(event.target)
        self._caption(speaker, utterance, event.target, said.words, event)
        if event.fidelity != events.Fidelity.SAME:
            said.voiced[event.target] = event.text
            self._note_played(said, event.target)

    def _caption(
        self,
        speaker: Participant,
        utterance: str,
        wants: str,
        words: events.Transcribed,
        event: events.Translated,
    ) -> None:
        self.sequence += 1
        caption = Caption(
            sequence=self.sequence,
            utterance=utterance,
            speaker=speaker.id,
            name=speaker.wishes.name,
            language=event.target,
            text=event.text,
            source_language=words.language,
            original=words.text,
            fidelity=event.fidelity.value,
            missing=event.missing,
            typed=event.utterance.typed,
            start_ms=event.utterance.start_ms,
            end_ms=event.utterance.end_ms,
            time=round(self._wall_clock() * 1000),
            replay=False,
        )
        self._history.add(wants, caption)
        full, short = Parcel(caption), Parcel(replace(caption, original=None))
        for listener in self._audience().captions.get(wants, ()):
            listener.send(full if listener.wishes.with_original else short)

    def _own_voice(self, speaker: Participant, utterance: str, event: events.Transcribed) -> None:
        if speaker.speaker is None or event.language not in self._audience().speech:
            return
        place = event.utterance
        pcm = speaker.speaker.recorded(place.start_ms, place.end_ms)
        if not pcm.size:
            return
        if self._voices.original(speaker, utterance, event.language, pcm):
            self._played(event.text, self._voices.behind_s(event.language))
        else:
            self._silent(speaker, utterance, place, event.language)

    def _spoken(self, speaker: Participant, utterance: str, event: events.Spoken) -> None:
        said = self._in_hand(utterance)
        if not self._voices.spoken(speaker, utterance, event):
            self._silent(speaker, utterance, event.utterance, event.target)
            return
        if event.sequence == 0:
            said.heard.add(event.target)
        self._note_played(said, event.target)

    def _note_played(self, said: _Said, language: str) -> None:
        """Once the words are known and some of the speech is under way, in whatever order."""
        text = said.voiced.get(language)
        if text is not None and language in said.heard:
            self._played(text, self._voices.behind_s(language))

    def _silent(
        self, speaker: Participant, utterance: str, place: events.Utterance, language: str
    ) -> None:
        """Speech that exists is not sent, since its listeners are too far behind."""
        skipped = events.Skipped(place, Lane.SPEECH, language, "captions_only")
        self._skipped(speaker, utterance, skipped)

    def _skipped(self, speaker: Participant, utterance: str, event: events.Skipped) -> None:
        audience, target = self._audience(), event.target or ""
        if event.lane is Lane.SOURCE:
            self._dropped += 1
            self._unanswered.discard(utterance)
            self._all_skipped(speaker, utterance, event)
        elif event.lane is Lane.CAPTION:
            skipped = self._skip_message(speaker, utterance, event)
            _send(audience.captions.get(target, ()), skipped)
        else:
            self._voices.end(utterance, event.target)
            said = self._in_hand(utterance)
            if event.owes_cue:
                said.wanted.add(target)
                # Its beginning may have been.
                said.heard.discard(target)
            else:
                said.heard.add(target)
            if event.reason == events.UNWANTED:
                return
            skipped = self._skip_message(speaker, utterance, event)
            _send(audience.speech.get(target, ()), skipped)

    def _all_skipped(self, speaker: Participant, utterance: str, event: events.Skipped) -> None:
        """Nothing comes of an utterance; what was withheld was most often no speech."""
        audience = self._audience()
        if event.withheld:
            concerned = audience.with_partials
            skipped = self._skip_message(speaker, utterance, event)
        else:
            concerned = audience.with_captions
            self._in_hand(utterance).wanted.update(self._listening(speaker))
            self.sequence += 1
            skipped = self._skip_message(speaker, utterance, event, self.sequence)
            self._history.add(ORIGINAL, skipped)
        _send({*concerned, *audience.operators, speaker}, skipped)

    def _listening(self, speaker: Participant) -> list[str]:
        """Languages in which something of `speaker` is heard, as far as can be known."""
        spoken = speaker.wishes.spoken_language
        if spoken is None and speaker.speaker is not None:
            spoken = speaker.speaker.language
        return [
            tag
            for tag in self._audience().speech
            if self._own_language_audio or spoken is None or not same_language(tag, spoken)
        ]

    def _skip_message(
        self, speaker: Participant, utterance: str, event: events.Skipped, sequence: int = 0
    ) -> messages.Skipped:
        return messages.Skipped(
            sequence=sequence,
            utterance=utterance,
            speaker=speaker.id,
            name=speaker.wishes.name,
            lane=event.lane.value,
            language=event.target,
            reason=event.reason,
            withheld=event.withheld,
            start_ms=event.utterance.start_ms,
            end_ms=event.utterance.end_ms,
            time=round(self._wall_clock() * 1000),
            replay=False,
        )

    def _in_hand(self, utterance: str) -> _Said:
        said = self._said.get(utterance)
        if said is None:
            said = self._said[utterance] = _Said()
            if len(self._said) > MOST_UTTERANCES:
                self._said.popitem(last=False)
        return said

    def _sound_lost(self, speaker: Participant, event: events.SoundLost) -> None:
        before = self._lost.get(speaker)
        self._lost[speaker] = messages.SoundLost(
            speaker=speaker.id,
            at_ms=before.at_ms if before else event.at_ms,
            lost_ms=event.lost_ms + (before.lost_ms if before else 0),
            reason=event.reason,
        )

    def _finished(self, speaker: Participant, utterance: str, event: events.Finished) -> None:
        if utterance in self._unanswered:
            self._unanswered.remove(utterance)
            merged = events.Skipped(event.utterance, Lane.SOURCE, None, MERGED, withheld=True)
            message = self._skip_message(speaker, utterance, merged)
            _send(self._audience().with_partials, message)
        said = self._said.pop(utterance, None)
        self._voices.end(utterance)
        for language in said.wanted - said.heard if said else ():
            self._voices.lost(speaker, language, utterance)
        self._finished_count += 1
        finished = messages.Finished(
            utterance=utterance, speaker=speaker.id, latency_ms=event.latency_ms
        )
        _send(self._audience().with_timings, finished)


def _index(event: events.Event) -> int:
    match event:
        case events.SpeechBegan() | events.Partial():
            return event.index
        case events.SoundLost():
            return 0
        case _:
            return event.utterance.index


def _send(listeners: Iterable[Participant], message: RoomMessage) -> None:
    parcel = Parcel(message)
    for listener in listeners:
        listener.send(parcel)
