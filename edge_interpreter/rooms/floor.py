"""Who speaks in a room: their streams in the pipeline, opened with the first sound."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from edge_interpreter.config.server import RoomSettings
from edge_interpreter.pipeline.demand import NOTHING, Demand
from edge_interpreter.pipeline.events import Event
from edge_interpreter.pipeline.pipeline import Overloaded, Pipeline
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.rooms.audience import Audience
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.presets import SHAPES, includes
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.speaker import Speaker
from edge_interpreter.rooms.voices import Voices
from edge_interpreter.rooms.wishes import NONE
from edge_interpreter.text.glossary_file import GlossaryFile

SILENT_STREAM_S = 300.0


class Floor:
    """Opens and closes the streams of a room's speakers and feeds them.

    `handle` gets each event of the pipeline with its speaker and the number of the stream.
    A stream that was silent for five minutes is closed; sound opens another.
    """

    def __init__(
        self,
        settings: RoomSettings,
        pipeline: Pipeline,
        audience: Callable[[], Audience],
        voices: Voices,
        handle: Callable[[Participant, int, Event], None],
        clock: Callable[[], float],
        speech: StreamSettings,
        most_speakers: int,
    ) -> None:
        self._settings = settings
        self._shared_space = SHAPES[settings.preset].shared_space
        self._pipeline = pipeline
        self._audience = audience
        self._voices = voices
        self._handle = handle
        self._clock = clock
        self._speech = speech
        self._most_speakers = most_speakers
        self._glossary = GlossaryFile(settings.glossary)
        self._generations = itertools.count()
        self._speaking: set[Participant] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.open = True

    def sound(self, participant: Participant, data: bytes) -> None:
        """A block of sound (s16le at the participant's rate). Raises Refusal."""
        check_may_speak(participant)
        if self.open and not participant.silenced and self._audience().anyone:
            self._speaker(participant).sound(data)

    def say(self, participant: Participant, text: str, language: str | None) -> None:
        """A typed line. Raises Refusal."""
        if not includes(participant.role, "speak"):
            raise Refusal("not_speaking", "you are here to listen")
        if not self.open or participant.muted_by_operator:
            raise Refusal("forbidden", "nothing can be said now")
        wishes = participant.wishes
        language = language or wishes.spoken_language or wishes.target
        if language is None:
            raise Refusal("language_needed", "say in which language this line is")
        self._speaker(participant).say(text, language)

    def end_utterance(self, participant: Participant) -> None:
        """What is being said ends here."""
        if participant.speaker:
            participant.speaker.end_utterance()

    def end_utterances(self) -> None:
        """Everything that is being said ends here."""
        for participant in self._speaking:
            self.end_utterance(participant)

    def leave(self, participant: Participant) -> None:
        """Close a speaker's stream; what is in hand is still delivered."""
        speaker, participant.speaker = participant.speaker, None
        self._speaking.discard(participant)
        if speaker:
            self._start(speaker.stream.close())

    def follow(self, participant: Participant, *, rate_changed: bool) -> None:
        """Bring a stream in line with changed wishes."""
        speaker = participant.speaker
        if speaker is None:
            return
        if participant.wishes.speaks == NONE:
            self.leave(participant)
            return
        if rate_changed:
            speaker.set_rate(participant.wishes.rate)
        speaker.stream.change(self._stream_settings(participant))

    def note_played(self, text: str, seconds: float) -> None:
        """Tell the microphones beside a loudspeaker what it says, for so long yet."""
        for participant in self._speaking:
            if participant.speaker and (self._shared_space or participant.near_loudspeaker):
                participant.speaker.stream.note_played(text, seconds)

    def refresh_glossary(self) -> None:
        """Use the terms of the room's glossary as they are in its file now."""
        if self._glossary.refresh():
            for participant in self._speaking:
                self.follow(participant, rate_changed=False)

    def tick(self) -> None:
        """End utterances and streams of sources that went silent."""
        for participant in list(self._speaking):
            speaker = participant.speaker
            if speaker:
                speaker.tick()
                if speaker.unused_s() > SILENT_STREAM_S:
                    self.leave(participant)

    async def settled(self) -> None:
        """Wait until the streams of those who left are closed."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _speaker(self, participant: Participant) -> Speaker:
        if participant.speaker is None:
            if len(self._speaking) >= self._most_speakers:
                raise Refusal("overloaded", "too many people speak in this room", 10)
            participant.speaker = self._open_stream(participant)
            self._speaking.add(participant)
        return participant.speaker

    def _open_stream(self, participant: Participant) -> Speaker:
        # Counted by the room: somebody who comes back must not say old utterances again.
        participant.generation = generation = next(self._generations)
        name = f"{self._settings.name}/{participant.id}/{generation}"
        try:
            stream = self._pipeline.open(
                name,
                self._stream_settings(participant),
                lambda: self._demand(participant),
                lambda event: self._handle(participant, generation, event),
            )
        except Overloaded as busy:
            text = "the box has no time for another speaker now"
            raise Refusal("overloaded", text, busy.retry_after_s) from None
        record = self._settings.own_language_audio
        return Speaker(stream, participant.wishes.rate, self._clock, record=record)

    def _demand(self, speaker: Participant) -> Demand:
        audience = self._audience()
        if not audience.anyone:
            return NOTHING
        return audience.demand(speaker, self._voices.silent(), self._voices.hurried())

    def _stream_settings(self, participant: Participant) -> StreamSettings:
        language, candidates = participant.wishes.spoken_language, self._speech.candidates
        if self._shared_space:
            # People at one device speak the languages that they want to read.
            wanted = tuple(sorted(self._audience().caption_demand))
            candidates = wanted if len(wanted) > 1 else candidates
        return replace(
            self._speech,
            language=language,
            candidates=candidates,
            glossary=self._glossary.terms,
        )

    def _start(self, closing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(closing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def check_may_speak(participant: Participant) -> None:
    """Refuse sound from somebody who is here to listen. Raises Refusal."""
    if participant.wishes.speaks == NONE or not includes(participant.role, "speak"):
        raise Refusal("not_speaking", "you are here to listen")
