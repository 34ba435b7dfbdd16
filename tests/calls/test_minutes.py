"""A call is kept in writing only after both sides were told."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from edge_interpreter.audio.frames import Pcm16
from edge_interpreter.calls.announcer import Announcer
from edge_interpreter.calls.call import Call
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.config.calls import CallRoute, Calls
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.events import Event, Finished
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.transcripts.line import Line
from tests.calls.fakes import FakeLeg
from tests.pipeline.fakes import CountingRecogniser, engines, silence, speech

NOTICE = {"en": "This call is kept.", "fr": "Cet appel est conservé."}


class House:
    """A call between two legs, what is kept of it and what was announced."""

    def __init__(self, voices: set[str], languages: tuple[str, str], **replaced: object) -> None:
        self.voices = voices
        self.kept: list[Line] = []
        self.announced: list[tuple[str, str]] = []
        self.events: list[Event] = []
        route = CallRoute(caller_language=languages[0], agent_language=languages[1])
        calls = Calls(routes=(route,))
        self.pipeline = Pipeline(engines(**replaced), Config(calls=calls))
        announcer = Announcer(calls.announcements, self.speak, NOTICE)
        self.board = Switchboard(calls, self.pipeline, announcer, keep=self.kept.append)

    async def speak(self, text: str, language: str) -> AsyncIterator[Pcm16]:
        if language in self.voices:
            self.announced.append((language, text))
            yield np.zeros(240, np.int16)

    async def converse(self) -> None:
        await self.pipeline.start()
        self.board.start()
        caller, agent = FakeLeg(), FakeLeg()
        call = self.board.offer(caller)
        assert call is not None
        assert self.board.take(call, agent)
        self.board.ticker.remove(call.tick)
        call.watchers.append(lambda role, event: self.events.append(event))
        await self.tick(call, 50)
        caller.say(np.concatenate((speech("apple"), silence(700))))
        while not any(isinstance(event, Finished) for event in self.events):
            await self.tick(call, 1)
        await self.board.stop()
        await self.pipeline.stop()

    @staticmethod
    async def tick(call: Call, count: int) -> None:
        for _ in range(count):
            call.tick()
            await asyncio.sleep(0.0005)


async def test_both_are_told_in_their_language_and_then_it_is_kept() -> None:
    house = House({"en", "fr"}, ("en", "fr"))
    async with asyncio.timeout(10):
        await house.converse()
    assert sorted(house.announced)[:2] == [("en", NOTICE["en"]), ("fr", NOTICE["fr"])]
    assert [(line.wants, line.text, line.name) for line in house.kept] == [
        ("original", "apple", "+33100"),
        ("fr", "fr: apple", "+33100"),
    ]
    assert house.kept[1].original == "apple"


async def test_where_there_is_no_voice_or_text_the_notice_is_in_english() -> None:
    house = House({"en"}, ("en", "fr"))
    async with asyncio.timeout(10):
        await house.converse()
    assert ("en", NOTICE["en"]) in house.announced
    assert house.kept


@pytest.mark.parametrize("languages", [("en", "fr")])
async def test_who_cannot_be_told_is_not_kept(languages: tuple[str, str]) -> None:
    house = House(set(), languages)
    async with asyncio.timeout(10):
        await house.converse()
    assert house.kept == []


async def test_what_was_lost_leaves_a_mark() -> None:
    house = House({"en", "fr"}, ("en", "fr"), recogniser=CountingRecogniser(failures=9))
    async with asyncio.timeout(10):
        await house.converse()
    assert [(line.fidelity, line.text, line.name) for line in house.kept] == [
        ("skipped", "", "+33100")
    ]
