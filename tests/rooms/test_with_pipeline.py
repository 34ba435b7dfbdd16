"""A room on the real pipeline, on a virtual clock: the work done follows demand exactly."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from edge_interpreter.audio.frames import FRAME_MS, Samples
from edge_interpreter.audio.pcm import pcm16_to_bytes, to_pcm16
from edge_interpreter.config.tree import Config
from edge_interpreter.evaluation.virtual_time import VirtualWorkers, run_virtually
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.pipeline.workers import Role
from edge_interpreter.rooms.messages import Caption, Speech
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.registry import Rooms
from edge_interpreter.rooms.room import Room
from edge_interpreter.rooms.wishes import Wishes
from tests.pipeline.fakes import (
    CountingRecogniser,
    PrefixTranslator,
    ToneSynthesiser,
    engines,
    frames,
    silence,
    speech,
)
from tests.rooms.fakes import received

ROUNDS = 20
COST_S = {Role.RECOGNISER: 0.2, Role.TRANSLATOR: 0.1, Role.SYNTHESISER: 0.1}


class Meeting:
    def __init__(self) -> None:
        self.recogniser = CountingRecogniser()
        self.translator = PrefixTranslator()
        self.voice = ToneSynthesiser()
        loop = asyncio.get_running_loop()
        config = Config()
        self.pipeline = Pipeline(
            engines(recogniser=self.recogniser, translator=self.translator, synthesiser=self.voice),
            config,
            VirtualWorkers(lambda role, _: COST_S.get(role, 0.0)),
        )
        self.rooms = Rooms(config, self.pipeline, clock=loop.time, wall_clock=loop.time)
        self.room: Room = self.rooms.get("main")

    async def __aenter__(self) -> "Meeting":
        await self.pipeline.start()
        self._ticking = asyncio.create_task(self.rooms.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ticking.cancel()
        await self.pipeline.stop()

    def join(self, **wishes: Any) -> Participant:
        role = "speak" if "speaks" in wishes else "listen"
        return self.room.join(role, Wishes(**wishes)).participant  # type: ignore[arg-type]

    def targets(self) -> list[str]:
        return [request.target for request in self.translator.requests]

    async def speak(self, speaker: Participant, *sounds: Samples) -> None:
        """In real time, with a pause after it."""
        for frame in frames(*sounds, silence(900)):
            self.room.sound(speaker, pcm16_to_bytes(to_pcm16(frame.samples)))
            await asyncio.sleep(FRAME_MS / 1000)


def virtually(meeting: Coroutine[Any, Any, None]) -> None:
    run_virtually(lambda: meeting)


def test_one_recognition_translation_and_voice_however_many_listen() -> None:
    async def scene() -> None:
        async with Meeting() as meeting:
            ana = meeting.join(speaks="en", wants="en", audio=True)
            for _ in range(20):
                meeting.join(wants="fr", audio=True, partials=False)
                meeting.join(wants="fr", partials=False)
                meeting.join(wants="en", audio=True)
            german = meeting.join(wants="de", partials=False)
            await meeting.speak(ana, speech("apple"))
            finals = [request for request in meeting.recogniser.requests if not request.partial]
            assert len(finals) == 1
            assert sorted(meeting.targets()) == ["de", "fr"]
            assert {request.language for request in meeting.voice.spoken} == {"fr"}
            meeting.room.leave(german)
            await meeting.speak(ana, speech("plum"))
            assert sorted(meeting.targets()) == ["de", "fr", "fr"]

    virtually(scene())


def test_a_newcomers_language_starts_with_the_next_utterance() -> None:
    async def scene() -> None:
        async with Meeting() as meeting:
            ana = meeting.join(speaks="en", wants="en")
            speaking = asyncio.create_task(meeting.speak(ana, speech("apple")))
            await asyncio.sleep(1.2)
            late = meeting.join(wants="fr")
            await speaking
            assert [m for m in received(late) if isinstance(m, Caption)] == []
            await meeting.speak(ana, speech("plum"))
            assert [m.text for m in received(late) if isinstance(m, Caption)] == ["fr: plum"]

    virtually(scene())


def test_four_speakers_in_two_languages_stay_in_order_for_a_long_time() -> None:
    async def scene() -> None:
        async with Meeting() as meeting:
            english = [meeting.join(speaks="en", wants="en", audio=True) for _ in range(2)]
            french = [meeting.join(speaks="fr", wants="fr", audio=True) for _ in range(2)]
            words = ("apple", "plum", "cherry", "lemon")
            waits: list[float] = []
            for _ in range(ROUNDS):
                for speaker, word in zip((*english, *french), words, strict=True):
                    await meeting.speak(speaker, speech(word, 1500))
                    waits.append(meeting.pipeline.snapshot().oldest_ms)
            await meeting.pipeline.drain()
            order_kept(received(french[0]), english)
            assert meeting.pipeline.ledger.balanced
            assert meeting.pipeline.ledger.done == 4 * ROUNDS
            assert max(waits[-ROUNDS:]) <= max(waits[:ROUNDS])

    virtually(scene())


def order_kept(messages: list[Any], speakers: list[Participant]) -> None:
    """Every utterance of each speaker was read and heard once, in order, and never mixed."""
    for speaker in speakers:
        read = [m.utterance for m in messages if isinstance(m, Caption) and m.speaker == speaker.id]
        assert read == [f"{speaker.id}-{speaker.generation}-{index}" for index in range(ROUNDS)]
    pieces = [m for m in messages if isinstance(m, Speech)]
    heard: list[str] = []
    for piece in pieces:
        if not heard or heard[-1] != piece.utterance:
            assert piece.piece == 0
            assert piece.utterance not in heard
            heard.append(piece.utterance)
    assert len(heard) == 2 * ROUNDS
