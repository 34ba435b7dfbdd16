import asyncio

import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.simple_loop import SimpleLoop
from tests.pipeline.fakes import engines, silence, speech


def spoken_once() -> Samples:
    return np.concatenate((speech("apple"), silence(500)))


async def test_every_utterance_is_recognised_translated_and_timed() -> None:
    async def recognise(samples: Samples) -> tuple[str, str]:
        await asyncio.sleep(0.2)
        return "apple", "en"

    loop = SimpleLoop(engines(), Config(), recognise, each_alone=True)

    record = await loop.run([spoken_once(), spoken_once()], "fr")

    assert record.utterances == 2
    assert len(record.first_audio_ms) == 2
    assert max(record.first_audio_ms) >= min(record.first_audio_ms) + 150
    assert record.within_goal


async def test_speakers_wait_for_each_other_only_where_each_is_alone() -> None:
    at_once = most = 0

    async def recognise(samples: Samples) -> tuple[str, str]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.2)
        at_once -= 1
        return "apple", "en"

    loop = SimpleLoop(engines(), Config(), recognise, each_alone=False)
    await loop.run([spoken_once(), spoken_once()], "fr")

    assert most == 2


async def test_a_recogniser_that_fails_ends_the_bench_with_its_words() -> None:
    async def recognise(samples: Samples) -> tuple[str, str]:
        raise UserError("tcp://127.0.0.1:10300: no answer")

    loop = SimpleLoop(engines(), Config(), recognise, each_alone=True)

    with pytest.raises(UserError, match="no answer"):
        await loop.run([spoken_once()], "fr")
