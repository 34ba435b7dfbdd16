"""Translates what is being said before it is over, for those who read along.

Re-translation after Arivazhagan, Cherry, Macherey and Foster, "Re-translation versus Streaming
for Simultaneous Translation" (IWSLT 2020): every hypothesis is translated anew, its last words
are masked, and what two translations in a row agree on is stable. Sentences that are over are
translated once. A translation that fails a check is not shown.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from edge_interpreter.engines.protocols import TranslationRequest, Translator
from edge_interpreter.engines.translation.faithful import FaithfulTranslation, translate_once
from edge_interpreter.pipeline.events import Partial
from edge_interpreter.pipeline.partials import StableWords
from edge_interpreter.pipeline.passage import Passage
from edge_interpreter.pipeline.sequencer import SOURCE
from edge_interpreter.pipeline.stream import Stream
from edge_interpreter.pipeline.translating import translatable
from edge_interpreter.pipeline.workers import Role, Workers
from edge_interpreter.text.sentences import split_sentences
from edge_interpreter.text.word_units import word_count, word_units

log = logging.getLogger(__name__)

MASKED_WORDS = 2
"""The last words of a translation depend on what has not been said yet."""
MOST_TARGETS = 4
SHARE = 0.3
"""Partial translations may use this share of the translator's time."""


@dataclass(slots=True)
class _Shown:
    """What the listeners of one utterance have been shown in one language."""

    words: StableWords = field(default_factory=StableWords)
    sentences: dict[str, FaithfulTranslation] = field(default_factory=dict)


@dataclass(slots=True)
class _Line:
    """The newest hypothesis of a stream, and what is known of its utterance."""

    passage: Passage
    partial: Partial
    shown: dict[str, _Shown] = field(default_factory=dict)
    fresh: bool = True


class PartialTranslating:
    """Translates the newest hypothesis of each stream in turn, while nothing else waits.

    `busy` tells whether final work waits: then partials are not translated at all. With
    `append_only` nothing that was shown is taken back.
    """

    def __init__(
        self,
        engine: Translator,
        workers: Workers,
        clock: Callable[[], float],
        busy: Callable[[], bool],
        *,
        append_only: bool,
    ) -> None:
        self._engine = engine
        self._workers = workers
        self._clock = clock
        self._busy = busy
        self._append_only = append_only
        self._pairs = engine.pairs()
        self._lines: OrderedDict[Stream, _Line] = OrderedDict()
        self._wake = asyncio.Event()

    def offer(self, passage: Passage, partial: Partial) -> None:
        """Take a newer hypothesis; the one before is not translated any more."""
        line = self._lines.get(passage.stream)
        if line is None or line.passage is not passage:
            self._lines[passage.stream] = _Line(passage, partial)
        else:
            line.partial, line.fresh = partial, True
        self._wake.set()

    def forget(self, stream: Stream) -> None:
        """Nothing of this stream is wanted any more."""
        self._lines.pop(stream, None)

    async def run(self) -> None:
        """Translate for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            for line in [line for line in self._lines.values() if line.fresh]:
                line.fresh = False
                over = line.passage.samples is not None or line.passage.dropped
                if not over and not self._busy():
                    began = self._clock()
                    await self._translate(line)
                    await asyncio.sleep((self._clock() - began) * (1 / SHARE - 1))

    async def _translate(self, line: _Line) -> None:
        language = line.partial.language
        wanted = line.passage.stream.demand().partial_captions
        targets = translatable(wanted, language, self._pairs)[:MOST_TARGETS]
        sentences = split_sentences(line.partial.text, language)
        missing = [
            TranslationRequest(sentence, language, target)
            for target in targets
            for sentence in sentences
            if sentence not in line.shown.setdefault(target, _Shown()).sentences
        ]
        if not missing:
            return
        try:
            translations = await self._workers.call(
                Role.TRANSLATOR,
                translate_once,
                self._engine,
                missing,
                [line.passage.stream.settings.glossary] * len(missing),
            )
        except Exception as error:  # an engine's fault costs a first idea, no more
            log.error("translator failed on a partial: %s", type(error).__name__)
            return
        for request, translation in zip(missing, translations, strict=True):
            line.shown[request.target].sentences[request.text] = translation
        for target in targets:
            self._show(line, target, sentences)

    def _show(self, line: _Line, target: str, sentences: list[str]) -> None:
        passage, shown = line.passage, line.shown[target]
        if not sentences or passage.samples is not None or passage.dropped:
            return
        parts = [shown.sentences[sentence] for sentence in sentences]
        shown.sentences = {sentence: shown.sentences[sentence] for sentence in sentences[:-1]}
        # The final caption may be marked, or show the original: a first idea has no such sign.
        if any(part.status != "ok" for part in parts):
            return
        stable, unstable = shown.words.push(_masked(" ".join(part.text for part in parts)))
        index = passage.utterance.index
        if not passage.stream.sequencer.is_head(SOURCE, index):
            return
        partial = Partial(
            passage.stream.name,
            index,
            target,
            stable,
            "" if self._append_only else unstable,
            translated=True,
        )
        if partial.text:
            passage.emit(SOURCE, partial)


def _masked(text: str) -> str:
    units = word_units(text)
    shown = word_count(units) - MASKED_WORDS
    while units and word_count(units) > shown:
        units.pop()
    return "".join(units)
