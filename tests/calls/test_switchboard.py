"""Calls on the real pipeline with deterministic engines: who hears what, and who is told what."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.audio.frames import Pcm16, Samples
from edge_interpreter.calls.announcer import Announcer
from edge_interpreter.calls.call import Call
from edge_interpreter.calls.call_table import CallTable
from edge_interpreter.calls.leg import MediaLeg, Party
from edge_interpreter.calls.model import CallState, Cause, Role
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.calls.routing import LegLanguage
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.config.calls import Announcements, CallAudio, CallRoute, Calls
from edge_interpreter.config.tree import Config
from edge_interpreter.database.sqlite import SqliteDatabase
from edge_interpreter.pipeline.events import Event, Skipped, Transcribed, Translated
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.text.glossary import GlossaryError
from tests.calls.fakes import FakeLeg
from tests.pipeline.fakes import (
    CountingRecogniser,
    ToneSynthesiser,
    engines,
    silence,
    speech,
)

ROUTE = CallRoute(agent_language="fr", caller_language="en")
SPOKEN = 1000 / 32_768
ANNOUNCED = 0.25


class House:
    """A switchboard, its pipeline, and hands to drive them."""

    def __init__(self, pipeline: Pipeline, board: Switchboard) -> None:
        self.pipeline = pipeline
        self.board = board

    async def tick(self, call: Call, count: int) -> None:
        for _ in range(count):
            call.tick()
            await asyncio.sleep(0.0005)

    async def tick_until(self, call: Call, done: Callable[[], bool]) -> None:
        for _ in range(2000):
            if done():
                return
            await self.tick(call, 1)
        raise AssertionError("it did not happen")

    async def connected(self, **parties: Party) -> tuple[Call, FakeLeg, FakeLeg]:
        caller, agent = FakeLeg(), FakeLeg(Party("fake", "agent-1"))
        call = self.board.offer(caller)
        assert call is not None
        assert self.board.take(call, agent)
        # The clock is the test's.
        self.board.ticker.remove(call.tick)
        assert call.state is CallState.ACTIVE
        return call, caller, agent


MakeHouse = Callable[..., House]


@pytest.fixture
async def make_house(tmp_path: Path) -> AsyncIterator[MakeHouse]:
    houses: list[House] = []
    started: list[Pipeline] = []

    def make(config: Calls | None = None, **replaced: object) -> House:
        calls = config or Calls(routes=(ROUTE,))
        pipeline = Pipeline(engines(**replaced), Config(calls=calls))

        async def speak(text: str, language: str) -> AsyncIterator[Pcm16]:
            yield np.full(2400, int(ANNOUNCED * 32_768), np.int16)

        announcer = Announcer(calls.announcements, speak)
        records = CallRecords(CallTable(SqliteDatabase(tmp_path / "calls.sqlite3")), 30)
        house = House(pipeline, Switchboard(calls, pipeline, announcer, records))
        houses.append(house)
        started.append(pipeline)
        return house

    yield make
    for house in houses:
        await house.board.stop()
        await house.pipeline.stop()


async def running(house: House) -> House:
    await house.pipeline.start()
    house.board.start()
    return house


def heard_voice(leg: FakeLeg) -> bool:
    return int(np.isclose(leg.sound, SPOKEN, atol=1e-3).sum()) > 200


def utterance(word: str) -> Samples:
    return np.concatenate((speech(word), silence(700)))


async def test_each_hears_the_other_translated_and_nobody_hears_himself(
    make_house: MakeHouse,
) -> None:
    audio = CallAudio(original_db=-60, comfort_tone_after_ms=0)
    house = await running(make_house(Calls(routes=(ROUTE,), audio=audio)))
    call, caller, agent = await house.connected()
    events: list[tuple[Role, Event]] = []
    call.watchers.append(lambda role, event: events.append((role, event)))
    caller.say(utterance("apple"))
    await house.tick_until(call, lambda: heard_voice(agent))
    assert not caller.sound[16_000:].any()
    said = [(r, e.text) for r, e in events if isinstance(e, Transcribed | Translated)]
    assert said == [(Role.CALLER, "apple"), (Role.CALLER, "fr: apple")]
    agent.say(utterance("plum"))
    await house.tick_until(call, lambda: heard_voice(caller))
    said = [(r, e.text) for r, e in events if isinstance(e, Transcribed | Translated)]
    assert said[2:] == [(Role.AGENT, "plum"), (Role.AGENT, "en: plum")]
    assert call.first_audio_ms
    assert all(0 < latency < 5000 for latency in call.first_audio_ms)


async def test_the_original_is_heard_low_under_it(make_house: MakeHouse) -> None:
    house = await running(make_house())
    call, caller, agent = await house.connected()
    caller.say(utterance("pear"))
    await house.tick(call, 25)
    assert np.isclose(agent.sound[-1], 0.06, atol=0.002)


async def test_the_same_language_passes_untouched_without_any_translation(
    make_house: MakeHouse,
) -> None:
    route = CallRoute(agent_language="en", caller_language="en")
    house = await running(make_house(Calls(routes=(route,))))
    call, caller, agent = await house.connected()
    sound = utterance("cherry")
    caller.say(sound)
    await house.tick(call, 70)
    assert np.array_equal(agent.sound[: sound.size], sound)
    await house.tick_until(call, lambda: call.conversation.utterances == 1)
    assert house.pipeline.engines.translator.requests == []  # type: ignore[attr-defined]


async def test_a_detected_language_decides_what_the_caller_hears(make_house: MakeHouse) -> None:
    route = CallRoute(agent_language="fr", caller_language="auto", caller_hint="fr")
    house = await running(
        make_house(Calls(routes=(route,)), recogniser=CountingRecogniser(language="en"))
    )
    call, caller, agent = await house.connected()
    assert not call.conversation.sides[Role.AGENT].mixer.interpreted
    caller.say(np.concatenate((speech("apple", 1500), silence(700))))
    await house.tick_until(call, lambda: call.language_of(Role.CALLER) == "en")
    await house.tick_until(call, lambda: heard_voice(agent))
    assert call.conversation.sides[Role.CALLER].mixer.interpreted


async def test_a_language_can_be_overridden_while_the_call_goes_on(make_house: MakeHouse) -> None:
    house = await running(make_house())
    call, *_ = await house.connected()
    call.set_language(Role.CALLER, LegLanguage("fr", "fr"))
    assert not call.conversation.sides[Role.AGENT].mixer.interpreted
    assert call.language_of(Role.CALLER) == "fr"


async def test_keys_pass_through(make_house: MakeHouse) -> None:
    house = await running(make_house())
    _, caller, agent = await house.connected()
    assert caller.listener
    caller.listener.leg_digit("5")
    assert (agent.digits, caller.digits) == ("5", "")


async def test_speaking_over_a_translation_stops_it(make_house: MakeHouse) -> None:
    audio = CallAudio(original_db=-60, comfort_tone_after_ms=0, barge_in_after_ms=200)
    house = await running(make_house(Calls(routes=(ROUTE,), audio=audio)))
    call, _, agent = await house.connected()
    side = call.conversation.sides[Role.AGENT]
    side.mixer.speak(99, np.full(16_000 * 5, 0.3, np.float32), last=True)
    await house.tick(call, 5)
    agent.say(speech("lemon", 1200))
    await house.tick_until(call, lambda: agent.cleared == 1)
    await house.tick(call, 2)
    assert not agent.sound[-640:].any()
    assert side.captions_only == 1


async def test_what_was_just_said_to_a_side_is_not_taken_for_its_speech(
    make_house: MakeHouse,
) -> None:
    house = await running(make_house())
    call, _, agent = await house.connected()
    events: list[Event] = []
    call.watchers.append(lambda role, event: events.append(event))
    agent_stream = call.conversation.sides[Role.AGENT].stream
    assert agent_stream is not None
    agent_stream.note_played("apple plum cherry", 1.0)
    agent.say(np.concatenate((speech("apple"), speech("plum"), speech("cherry"), silence(700))))
    await house.tick_until(call, lambda: any(type(e).__name__ == "Finished" for e in events))
    assert not any(isinstance(event, Transcribed) for event in events)


async def test_announcements_in_the_language_of_each_side(make_house: MakeHouse) -> None:
    texts = Announcements(connected={"en": "Interpreted."}, waiting={"de": "Warten."})
    house = await running(make_house(Calls(routes=(ROUTE,), announcements=texts)))
    call, caller, agent = await house.connected()
    await house.tick_until(
        call, lambda: bool(np.any(np.isclose(caller.sound, ANNOUNCED, atol=0.01)))
    )
    assert not np.any(np.isclose(agent.sound, ANNOUNCED, atol=0.01))


async def test_over_the_limit_is_refused_with_a_time_and_the_others_go_on(
    make_house: MakeHouse,
) -> None:
    house = await running(make_house(Calls(routes=(ROUTE,), max_calls=1, retry_after_s=7)))
    call, *_ = await house.connected()
    second = FakeLeg()
    assert house.board.offer(second) is None
    assert second.rejected == (Cause.LIMIT, 7)
    assert call.state is CallState.ACTIVE
    call.end(Cause.OPERATOR)
    assert house.board.offer(FakeLeg()) is not None


async def test_no_route_is_refused(make_house: MakeHouse) -> None:
    house = await running(make_house(Calls(routes=(CallRoute(number="9*"),))))
    leg = FakeLeg()
    assert house.board.offer(leg) is None
    assert leg.rejected is not None
    assert leg.rejected[0] is Cause.UNREACHABLE


async def test_the_record_of_a_call(make_house: MakeHouse) -> None:
    house = await running(make_house())
    call, caller, agent = await house.connected()
    caller.say(utterance("apple"))
    await house.tick_until(call, lambda: heard_voice(agent))
    agent.end(Cause.AGENT_HUNG_UP)
    assert caller.hung_up
    assert house.board.calls == {}
    assert house.pipeline.snapshot().streams == 0
    await asyncio.gather(*house.board._work)
    assert house.board.records
    record = await house.board.records.find(call.id)
    assert record is not None
    assert (record.caller_number, record.dialled, record.agent) == ("+33100", "100", "agent-1")
    assert (record.cause, record.utterances) == ("agent_hung_up", 1)
    assert (record.caller_language, record.agent_language) == ("en", "fr")
    assert record.first_audio_p50_ms is not None


async def test_an_agent_by_address_is_dialled(make_house: MakeHouse) -> None:
    route = CallRoute(agent="sip:200@pbx", agent_language="fr")
    house = await running(make_house(Calls(routes=(route,))))
    dialled: list[str] = []
    agent = FakeLeg(Party("sip", "sip:200@pbx"))

    def dial(uri: str) -> MediaLeg:
        dialled.append(uri)
        return agent

    house.board.diallers["sip"] = dial
    caller = FakeLeg()
    call = house.board.offer(caller)
    assert call is not None
    assert dialled == ["sip:200@pbx"]
    assert str(call.state) == "connecting"
    agent.come_up()
    assert str(call.state) == "active"
    caller.end(Cause.CALLER_HUNG_UP)
    assert agent.hung_up


async def test_an_address_that_nothing_can_dial_leaves_the_caller_waiting(
    make_house: MakeHouse,
) -> None:
    house = await running(make_house(Calls(routes=(CallRoute(agent="sip:200@pbx"),))))
    call = house.board.offer(FakeLeg())
    assert call is not None
    assert call.state is CallState.WAITING
    assert house.board.waiting == [call]


async def test_agents_who_dial_in_take_the_longest_waiting_call(make_house: MakeHouse) -> None:
    routes = (CallRoute(number="900", role="agent"), ROUTE)
    house = await running(make_house(Calls(routes=routes)))
    first, second = house.board.offer(FakeLeg()), house.board.offer(FakeLeg())
    assert first is not None
    assert second is not None
    agent = FakeLeg(Party("sip", "a1", "900"))
    house.board.offer(agent)
    assert (first.state, second.state) == (CallState.ACTIVE, CallState.WAITING)


async def test_an_agent_who_dials_in_early_waits_for_the_next_call(make_house: MakeHouse) -> None:
    routes = (CallRoute(number="900", role="agent"), ROUTE)
    house = await running(make_house(Calls(routes=routes)))
    gone, agent = FakeLeg(Party("sip", "a0", "900")), FakeLeg(Party("sip", "a1", "900"))
    house.board.offer(gone)
    house.board.offer(agent)
    gone.end(Cause.AGENT_HUNG_UP)
    call = house.board.offer(FakeLeg())
    assert call is not None
    assert call.state is CallState.ACTIVE
    assert call.parties[Role.AGENT].number == "a1"


async def test_before_the_end_what_was_being_said_is_heard_by_the_other(
    make_house: MakeHouse,
) -> None:
    house = await running(make_house())
    call, caller, agent = await house.connected()
    caller.say(speech("apple", 800))
    await house.tick(call, 45)
    assert not heard_voice(agent)
    house.board.ticker.add(call.tick)
    await house.pipeline.drain()
    await house.board.play_out()
    assert heard_voice(agent)
    assert not agent.hung_up
    await house.board.stop()
    assert agent.hung_up


async def test_shutting_down_ends_every_call(make_house: MakeHouse) -> None:
    house = await running(make_house())
    _, caller, agent = await house.connected()
    waiting = FakeLeg()
    house.board.offer(waiting)
    await house.board.stop()
    assert caller.hung_up
    assert agent.hung_up
    assert waiting.hung_up
    late = FakeLeg()
    assert house.board.offer(late) is None


@pytest.mark.parametrize(
    "broken",
    [{"recogniser": CountingRecogniser(failures=9)}, {"synthesiser": ToneSynthesiser(failures=9)}],
)
async def test_a_side_hears_a_cue_for_what_it_missed(
    make_house: MakeHouse, broken: dict[str, object]
) -> None:
    audio = CallAudio(original_db=-60, comfort_tone_after_ms=0)
    house = await running(make_house(Calls(routes=(ROUTE,), audio=audio), **broken))
    call, caller, agent = await house.connected()
    await house.tick(call, 20)
    caller.say(utterance("apple"))
    await house.tick_until(call, lambda: any(np.abs(frame).max() > 0.01 for frame in agent.heard))
    await house.tick(call, 20)
    assert np.abs(agent.sound).max() < 0.1
    assert np.abs(caller.sound).max() == 0


async def test_a_language_that_cannot_be_translated_is_no_row_of_cues(
    make_house: MakeHouse,
) -> None:
    audio = CallAudio(original_db=-60, comfort_tone_after_ms=0)
    route = CallRoute(agent_language="de", caller_language="fr")
    house = await running(make_house(Calls(routes=(route,), audio=audio)))
    call, caller, agent = await house.connected()
    skipped: list[Skipped] = []

    def keep(role: Role, event: Event) -> None:
        if isinstance(event, Skipped):
            skipped.append(event)

    call.watchers.append(keep)
    caller.say(utterance("apple"))
    await house.tick_until(call, lambda: bool(skipped))
    await house.tick(call, 50)
    assert [each.reason for each in skipped] == ["no_translation_model"]
    assert not agent.sound[16_000:].any()


async def test_the_terms_of_a_route_are_kept_on_its_calls_and_follow_their_file(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("en,fr\napple,pomme\n")
    os.utime(path, (1, 1))
    route = CallRoute(agent_language="fr", caller_language="en", glossary=path)
    house = await running(make_house(Calls(routes=(route,))))
    call, caller, _ = await house.connected()
    captions: list[str] = []

    def keep(role: Role, event: Event) -> None:
        if isinstance(event, Translated):
            captions.append(event.text)

    call.watchers.append(keep)
    caller.say(utterance("apple"))
    await house.tick_until(call, lambda: len(captions) == 1)
    path.write_text("en,fr\napple,Pomme SA\n")
    house.board.refresh_terms()
    caller.say(utterance("apple"))
    await house.tick_until(call, lambda: len(captions) == 2)
    assert "pomme" in captions[0]
    assert "Pomme SA" in captions[1]


def test_a_glossary_with_a_mistake_is_named_with_its_line(
    make_house: MakeHouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("en,fr\napple,\n")
    broken = Calls(routes=(CallRoute(glossary=path),))
    with pytest.raises(GlossaryError, match=r"terms\.csv:2: "):
        make_house(broken)
    house = make_house()
    house.board.configure(broken)
    assert "terms.csv:2: " in caplog.text
    assert not house.board.terms(broken.routes[0]).terms
