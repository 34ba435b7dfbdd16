"""The product's translator and voice in a simple loop around a recogniser of somebody else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from edge_interpreter.audio.frames import Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import SpeechRequest, TranslationRequest
from edge_interpreter.evaluation.streams_record import StreamsRecord, in_real_time
from edge_interpreter.evaluation.utterance_ear import UtteranceEar
from edge_interpreter.pipeline.segmenter import Ended
from edge_interpreter.pipeline.speech_source import speech_pieces

Recognise = Callable[[Samples], Awaitable[tuple[str, str]]]
"""Text and language (BCP-47) of an utterance."""


class SimpleLoop:
    """The same voice activity, translator and voice; utterances in order of arrival.

    `each_alone`: one utterance at a time from beginning to end. Otherwise the recogniser gets them
    as they come, one a speaker, and decides for itself.
    """

    def __init__(
        self, engines: Engines, config: Config, recognise: Recognise, *, each_alone: bool
    ) -> None:
        self._engines = engines
        self._config = config
        self._recognise = recognise
        self._each_alone = each_alone

    async def run(self, sounds: Sequence[Samples], target: str) -> StreamsRecord:
        """Interpret speakers at once; raises UserError where the recogniser fails."""
        record = StreamsRecord()
        queue: asyncio.Queue[Ended] = asyncio.Queue()
        speaking = asyncio.Lock()
        ears = [UtteranceEar(self._engines.vad, self._config, queue.put_nowait) for _ in sounds]
        try:
            async with asyncio.TaskGroup() as group:
                workers = [
                    group.create_task(self._work(queue, record, target, speaking))
                    for _ in (sounds[:1] if self._each_alone else sounds)
                ]
                await asyncio.gather(
                    *(in_real_time(s, ear.hear) for s, ear in zip(sounds, ears, strict=True))
                )
                await queue.join()
                for worker in workers:
                    worker.cancel()
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return record

    async def _work(
        self,
        queue: asyncio.Queue[Ended],
        record: StreamsRecord,
        target: str,
        speaking: asyncio.Lock,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            ended = await queue.get()
            text, language = await self._recognise(ended.samples)
            if text and (language, target) in self._engines.translator.pairs():
                request = TranslationRequest(text, language, target)
                async with speaking:
                    first = await asyncio.to_thread(self._speak, request, loop.time)
                if first is not None:
                    record.first_audio_ms.append((first - ended.spoken) * 1000)
            record.utterances += 1
            queue.task_done()

    def _speak(self, request: TranslationRequest, clock: Callable[[], float]) -> float | None:
        """Translate and speak all of an utterance; when the first piece was there."""
        (translation,) = self._engines.translator.translate([request])
        first = None
        speech = SpeechRequest(translation.text, request.target)
        for _ in speech_pieces(self._engines.synthesiser, speech):
            first = first or clock()
        return first
