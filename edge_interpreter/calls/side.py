"""One side of an interpreted call: its leg, its own recogniser stream, what it hears."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from edge_interpreter.audio.echo import EchoCanceller
from edge_interpreter.audio.frames import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Frame, Samples
from edge_interpreter.audio.pcm import to_float
from edge_interpreter.audio.resample import StreamResampler
from edge_interpreter.calls.leg import MediaLeg
from edge_interpreter.calls.model import Role
from edge_interpreter.calls.output import SILENCE, OutputMixer, OutputSettings
from edge_interpreter.calls.routing import LegLanguage
from edge_interpreter.config.calls import CallAudio
from edge_interpreter.pipeline.events import SPEECH_RATE, Spoken, Translated
from edge_interpreter.pipeline.stream import Stream, StreamSettings
from edge_interpreter.text.glossary import Glossary

_REMEMBERED = 16


class Side:
    """Joins a leg to the pipeline; `tick` moves 20 ms each way.

    `on_heard` is told how many milliseconds after the end of speech the first sound of each
    translation went out to this side, `on_translated` the same of when it came. `terms` gives
    the glossary in force.
    """

    def __init__(
        self,
        role: Role,
        leg: MediaLeg,
        known: LegLanguage,
        terms: Callable[[], Glossary],
        audio: CallAudio,
        echo: EchoCanceller,
        on_heard: Callable[[int], None],
        on_translated: Callable[[int], None],
    ) -> None:
        self.role = role
        self.leg = leg
        self.known = known
        self._terms = terms
        self.stream: Stream | None = None
        self.muted = False
        self.held = False
        self.across: Side | None = None
        self.captions_only = 0
        self.mixer = OutputMixer(_output_settings(audio), self._played, self._dropped)
        self._barge_in_after_ms = audio.barge_in_after_ms
        self._echo = echo
        self._on_heard = on_heard
        self._on_translated = on_translated
        self._position = 0
        self._talking_ms = 0
        self._sent: Samples = SILENCE
        self._captions: OrderedDict[int, Translated] = OrderedDict()
        self._being_heard: int | None = None
        self._ends: dict[int, int] = {}
        self._resamplers: dict[int, StreamResampler] = {}

    @property
    def language(self) -> str:
        """What this side speaks and wants to hear: fixed, as heard lately, or as assumed."""
        heard = self.stream.language.current if self.stream else None
        return self.known.fixed or heard or self.known.hint

    @property
    def settings(self) -> StreamSettings:
        """What the pipeline is told about this speaker."""
        return StreamSettings(self.known.fixed, self.known.candidates, glossary=self._terms())

    @property
    def position_ms(self) -> int:
        """How much sound the stream has been fed."""
        return self._position * 1000 // SAMPLE_RATE

    def attach(self, stream: Stream) -> None:
        """Begin to be recognised."""
        self.stream = stream
        self._position = 0
        if stream.language.current is None:
            stream.language.current = self.known.hint

    def speak_as(self, known: LegLanguage) -> None:
        """Use another language from the next utterance on."""
        self.known = known
        self.refresh()

    def refresh(self) -> None:
        """Use the terms of the glossary as they are now."""
        if self.stream is not None:
            self.stream.change(self.settings)

    def listen(self) -> Samples | None:
        """Take 20 ms from the leg and have it recognised; None when it is not to be heard."""
        heard = self.leg.receive()
        silent = heard is None or self.muted or self.held
        frame = SILENCE if silent or heard is None else self._echo.process(heard, self._sent)
        if self.stream is not None:
            self.stream.feed(Frame(self._position, frame))
            self._position += FRAME_SAMPLES
            self._watch_for_barge_in(self.stream)
        return None if silent else frame

    def speak(self, original: Samples | None) -> None:
        """Give the leg its next 20 ms: the other side's own sound and what is to be said."""
        self._sent = self.mixer.next(original)
        self.leg.send(self._sent)

    def take_caption(self, event: Translated) -> None:
        """Remember the text of a translation for when it is spoken."""
        self._captions[event.utterance.index] = event
        while len(self._captions) > _REMEMBERED:
            self._captions.popitem(last=False)
        self._note_own_voice(event.utterance.index)

    def take_speech(self, event: Spoken) -> None:
        """Queue a piece of the other side's translation."""
        index = event.utterance.index
        if not event.utterance.typed:
            self._ends.setdefault(index, event.utterance.end_ms)
            if event.sequence == 0 and self.across is not None:
                self._on_translated(self.across.position_ms - event.utterance.end_ms)
        resampler = self._resamplers.setdefault(index, StreamResampler(SPEECH_RATE, SAMPLE_RATE))
        samples = resampler.push(to_float(event.pcm))
        if event.last:
            samples = np.concatenate((samples, resampler.flush()))
            del self._resamplers[index]
        self.mixer.speak(index, samples, last=event.last)
        self._note_own_voice(index)

    def no_more_speech(self, index: int) -> None:
        """The rest of an utterance's speech will not come."""
        self._resamplers.pop(index, None)
        self.mixer.give_up(index)

    def _watch_for_barge_in(self, stream: Stream) -> None:
        talking = stream.segmenter.speaking_ms > 0
        self._talking_ms = self._talking_ms + FRAME_MS if talking else 0
        self.mixer.talk_over(talking and self._talking_ms >= self._barge_in_after_ms)

    def _played(self, index: int) -> None:
        self._being_heard = index
        end_ms = self._ends.pop(index, None)
        if self.across is not None and end_ms is not None:
            self._on_heard(self.across.position_ms - end_ms)
        self._note_own_voice(index)

    def _note_own_voice(self, index: int) -> None:
        caption = self._captions.get(index)
        if self.stream is not None and caption and index == self._being_heard:
            self.stream.note_played(caption.text, self.mixer.queued_ms / 1000)

    def _dropped(self, index: int) -> None:
        self._ends.pop(index, None)
        self.captions_only += 1
        self.leg.clear()


def _output_settings(audio: CallAudio) -> OutputSettings:
    gain = 0.0 if audio.original_db <= -60 else 10 ** (audio.original_db / 20)
    return OutputSettings(gain, audio.barge_in, audio.comfort_tone_after_ms)
