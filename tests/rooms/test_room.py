"""What the people in a room notice."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_interpreter.pipeline.events import Fidelity, Lane, Partial, Skipped, SoundLost
from edge_interpreter.rooms import messages
from edge_interpreter.rooms.messages import Caption, Closing, Kicked, Roster, Speech, You
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.room import RoomRules
from edge_interpreter.rooms.wishes import Wishes
from tests.rooms.fakes import SOUND, House, of, received


async def test_demand_is_exactly_what_somebody_wants() -> None:
    house = House()
    _, stream = house.speaker()
    house.join(wants="fr", audio=True)
    house.join(wants="fr")
    house.join(wants="de", audio=True, captions=False)
    house.join(wants="es")
    demand = stream.demand()
    assert demand.captions == {"en", "fr", "es"}
    assert demand.speech == {"fr", "de"}


async def test_a_language_that_nobody_wants_any_more_is_dropped_at_once() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    house.room.change(listener, wants="de")
    assert stream.demand().targets == {"en", "de"}
    house.room.leave(listener)
    assert stream.demand().targets == {"en"}


async def test_nothing_is_interpreted_where_nobody_listens() -> None:
    house = House()
    alone = house.join(speaks="en")
    house.room.sound(alone, SOUND)
    assert not house.pipeline.streams
    house.join(wants="fr")
    house.room.sound(alone, SOUND)
    assert len(house.pipeline.streams) == 1


async def test_a_speaker_hears_their_own_translation_only_on_wish() -> None:
    house = House()
    ana, stream = house.speaker(wants="fr", audio=True)
    assert stream.demand().speech == frozenset()
    house.room.change(ana, hear_self=True)
    assert stream.demand().speech == {"fr"}
    received(ana)
    stream.transcribed(0, "hello")
    stream.spoken(0, "fr", 0.5)
    assert [piece.language for piece in of(Speech, ana)] == ["fr"]
    house.room.change(ana, hear_self=False)
    stream.spoken(1, "fr", 0.5)
    assert of(Speech, ana) == []


async def test_everyone_gets_one_caption_in_their_language() -> None:
    house = House()
    ana, stream = house.speaker(name="Ana", with_original=True)
    french = house.join(wants="fr", with_original=True)
    german = house.join(wants="de")
    script = house.join(wants="original")
    for each in (ana, french, german, script):
        received(each)
    stream.transcribed(0, "hello")
    stream.translated(0, "en", "hello", Fidelity.SAME)
    stream.translated(0, "fr", "bonjour")
    stream.translated(0, "de", "hallo", Fidelity.MARKED)
    (english,), (bonjour,), (hallo,), (spoken,) = (
        of(Caption, each) for each in (ana, french, german, script)
    )
    assert (english.text, english.fidelity, english.name) == ("hello", "same", "Ana")
    assert (bonjour.text, bonjour.original, bonjour.source_language) == ("bonjour", "hello", "en")
    assert (hallo.text, hallo.original, hallo.fidelity) == ("hallo", None, "marked")
    assert (spoken.text, spoken.language) == ("hello", "en")
    assert len({each.utterance for each in (english, bonjour, hallo, spoken)}) == 1
    assert len({each.sequence for each in (english, bonjour, hallo, spoken)}) == 4


async def test_a_caption_that_overtook_its_words_waits_for_them() -> None:
    house = House()
    _, stream = house.speaker()
    french = house.join(wants="fr", with_original=True)
    stream.translated(3, "fr", "bonjour")
    assert of(Caption, french) == []
    stream.transcribed(3, "hello")
    assert [caption.original for caption in of(Caption, french)] == ["hello"]


async def test_rooms_are_isolated() -> None:
    house = House()
    ana, stream = house.speaker()
    elsewhere = house.another("other")
    stranger = elsewhere.join("operate", Wishes(wants="fr", audio=True)).participant
    assert stream.demand().targets == {"en"}
    house.wait(1)
    elsewhere.tick()
    received(stranger)
    stream.transcribed(0, "hello")
    stream.translated(0, "fr", "bonjour")
    stream.spoken(0, "fr", 0.3)
    house.wait(1)
    elsewhere.tick()
    assert received(stranger) == []
    with pytest.raises(Refusal, match="nobody") as refused:
        elsewhere.remove(ana.id)
    assert refused.value.code == "no_such_participant"
    with pytest.raises(Refusal):
        elsewhere.operator_mute(ana.id, on=True)


async def test_the_roster_shows_speakers_first_and_counts_everybody() -> None:
    house = House()
    for _ in range(80):
        house.join(wants="fr")
    house.join(name="Ana", speaks="en", wants="en")
    house.wait(1)
    roster = of(Roster, next(iter(house.room.participants.values())))[-1]
    assert roster.participants[0].name == "Ana"
    assert (len(roster.participants), roster.total) == (64, 81)
    assert roster.languages == {"en": 1, "fr": 80}


async def test_many_joins_are_one_roster() -> None:
    house = House()
    first = house.join(wants="fr")
    received(first)
    for _ in range(50):
        house.join(wants="fr")
    house.wait(2)
    assert [roster.total for roster in of(Roster, first)] == [51]


async def test_who_comes_back_is_the_same_and_gets_what_they_missed_as_captions() -> None:
    house = House()
    ana, stream = house.speaker(name="Ana")
    joined = house.room.join("listen", Wishes(name="Zoé", wants="fr", audio=True))
    listener = joined.participant
    stream.transcribed(0, "one")
    stream.translated(0, "fr", "un")
    seen = of(Caption, listener)[-1].sequence
    house.room.lose(listener, listener.outbox)
    assert stream.demand().captions == {"en", "fr"}
    assert stream.demand().speech == frozenset()
    stream.transcribed(1, "two")
    stream.translated(1, "fr", "deux")
    stream.spoken(1, "fr", 1.0)
    stream.transcribed(2, "three")
    again = house.room.join("listen", Wishes(wants="fr", audio=True), joined.resume, seen)
    assert again.resumed
    assert again.participant is listener
    assert listener.wishes.name == "Zoé"
    messages_ = received(listener)
    captions = [each for each in messages_ if isinstance(each, Caption)]
    assert [(c.text, c.fidelity, c.replay) for c in captions] == [
        ("deux", "ok", True),
        ("three", "untranslated", True),
    ]
    assert not [each for each in messages_ if isinstance(each, Speech)]
    assert ana.id in house.room.participants


async def test_a_demand_outlives_a_broken_connection_only_for_a_while() -> None:
    house = House(RoomRules(away_s=30))
    _, stream = house.speaker()
    listener = house.join(wants="fr")
    house.room.lose(listener, listener.outbox)
    house.wait(29)
    assert "fr" in stream.demand().captions
    house.wait(2)
    assert stream.demand().captions == {"en"}


async def test_one_who_returns_late_keeps_identity_and_missed_captions() -> None:
    house = House()
    _, stream = house.speaker()
    joined = house.room.join("listen", Wishes(wants="fr"))
    house.room.lose(joined.participant, joined.participant.outbox)
    house.wait(60)
    stream.transcribed(0, "hello")
    again = house.room.join("listen", Wishes(wants="fr"), joined.resume)
    assert again.resumed
    assert again.participant.id == joined.participant.id
    assert [caption.text for caption in of(Caption, again.participant)] == ["hello"]


async def test_a_newcomer_sees_nothing_of_what_was_said_before() -> None:
    house = House()
    _, stream = house.speaker()
    stream.transcribed(0, "secret")
    assert of(Caption, house.join(wants="en")) == []
    forged = house.room.join("listen", Wishes(wants="en"), "8c1f09ab.0.00", 0)
    assert not forged.resumed
    assert of(Caption, forged.participant) == []


async def test_the_old_connection_is_told_when_it_is_replaced() -> None:
    house = House()
    joined = house.room.join("listen", Wishes(wants="fr"))
    old = joined.participant.outbox
    house.room.join("listen", Wishes(wants="fr"), joined.resume)
    last = old.take_nowait()
    assert last is not None
    assert last.message == Closing(reason="replaced", reconnect_after_s=None)
    house.room.lose(joined.participant, old)
    assert joined.participant.present


async def test_a_removed_participant_is_told_and_cannot_come_back() -> None:
    house = House()
    joined = house.room.join("listen", Wishes(wants="fr"))
    house.room.remove(joined.participant.id)
    assert isinstance(received(joined.participant)[-1], Kicked)
    assert joined.participant.outbox.closed == "kicked"
    with pytest.raises(Refusal) as refused:
        house.room.join("listen", Wishes(wants="fr"), joined.resume)
    assert refused.value.code == "forbidden"


async def test_muted_sound_goes_nowhere_and_an_operators_mute_holds() -> None:
    house = House()
    ana, stream = house.speaker()
    before = len(stream.frames)
    house.room.mute(ana, on=True)
    house.room.sound(ana, SOUND)
    assert len(stream.frames) == before
    assert stream.flushes == 1
    house.room.mute(ana, on=False)
    house.room.operator_mute(ana.id, on=True)
    with pytest.raises(Refusal):
        house.room.mute(ana, on=False)
    house.room.sound(ana, SOUND)
    assert len(stream.frames) == before
    assert of(You, ana)[-1].muted


async def test_a_paused_room_interprets_nothing_and_says_so() -> None:
    house = House()
    ana, stream = house.speaker()
    received(ana)
    house.room.pause(on=True)
    house.room.sound(ana, SOUND)
    assert len(stream.frames) == 1
    assert [state.room.paused for state in of(messages.RoomState, ana)] == [True]
    with pytest.raises(Refusal):
        house.room.say(ana, "hello", "en")
    house.room.pause(on=False)
    house.room.sound(ana, SOUND)
    assert len(stream.frames) == 2


async def test_listeners_cannot_speak_type_or_turn_into_speakers() -> None:
    house = House()
    listener = house.join(wants="en")
    attempts: tuple[Callable[[], None], ...] = (
        lambda: house.room.sound(listener, SOUND),
        lambda: house.room.say(listener, "hello", "en"),
        lambda: house.room.talk(listener, on=True),
        lambda: house.room.change(listener, speaks="en"),
    )
    for attempt in attempts:
        with pytest.raises(Refusal):
            attempt()
    assert listener.wishes.speaks == "none"
    assert not house.pipeline.streams


async def test_releasing_the_button_ends_the_utterance() -> None:
    house = House()
    ana, stream = house.speaker()
    house.room.talk(ana, on=False)
    assert stream.flushes == 1


async def test_a_source_that_falls_silent_without_saying_so_is_ended() -> None:
    house = House()
    _, stream = house.speaker()
    house.wait(0.75)
    assert stream.flushes == 0
    house.wait(1)
    assert stream.flushes == 1


async def test_a_stream_long_silent_is_given_back_and_reopened_by_sound() -> None:
    house = House()
    ana, stream = house.speaker()
    house.wait(302)
    await house.room.settled()
    assert stream.closed
    house.room.sound(ana, SOUND)
    assert house.pipeline.streams[-1].name.endswith("/1")


async def test_one_typed_line_holds_no_speakers_place_for_ever() -> None:
    house = House(RoomRules(speakers=1))
    typist, chair = house.join(speaks="en", wants="fr"), house.join(speaks="fr", wants="en")
    house.room.say(typist, "hello", "en")
    with pytest.raises(Refusal):
        house.room.sound(chair, SOUND)
    house.wait(302)
    await house.room.settled()
    house.room.sound(chair, SOUND)


async def test_what_one_says_after_coming_back_is_not_taken_for_what_was_said_before() -> None:
    house = House(RoomRules(away_s=30))
    joined = house.room.join("speak", Wishes(speaks="en", wants="fr"))
    house.room.sound(joined.participant, SOUND)
    house.room.lose(joined.participant, joined.participant.outbox)
    house.wait(60)
    await house.room.settled()
    again = house.room.join("speak", Wishes(speaks="en", wants="fr"), joined.resume)
    house.room.sound(again.participant, SOUND)
    assert again.participant.id == joined.participant.id
    before, after = [stream.name for stream in house.pipeline.streams]
    assert before != after


async def test_typed_lines_are_said_in_the_language_they_are_written_in() -> None:
    house = House()
    ana = house.join(speaks="auto", wants="fr")
    house.room.say(ana, "hello", "en")
    house.room.say(ana, "bonjour", None)
    assert house.pipeline.streams[0].lines == [("hello", "en"), ("bonjour", "fr")]
    silent = house.join(role="speak", wants="original")
    with pytest.raises(Refusal) as refused:
        house.room.say(silent, "hello", None)
    assert refused.value.code == "language_needed"


async def test_a_language_no_model_can_do_is_refused_and_changes_nothing() -> None:
    house = House()
    listener = house.join(wants="fr")
    with pytest.raises(Refusal) as refused:
        house.room.change(listener, wants="sw", audio=True)
    assert refused.value.code == "language_unavailable"
    assert listener.wishes == Wishes(name="Guest 1", wants="fr")


async def test_an_overloaded_box_says_so_to_the_one_who_wants_to_speak() -> None:
    house = House()
    ana = house.join(speaks="en", wants="en")
    house.pipeline.overloaded = True
    with pytest.raises(Refusal) as refused:
        house.room.sound(ana, SOUND)
    assert (refused.value.code, refused.value.retry_after_s) == ("overloaded", 10)


async def test_sound_faster_than_real_time_is_refused() -> None:
    house = House()
    ana = house.join(speaks="en", wants="en")
    second = bytes(32_000)
    for _ in range(5):
        house.room.sound(ana, second)
    with pytest.raises(Refusal) as refused:
        house.room.sound(ana, second)
    assert refused.value.code == "audio_too_fast"
    house.wait(1)
    house.room.sound(ana, second)


async def test_sound_at_another_rate_arrives_at_the_pipelines() -> None:
    house = House()
    ana = house.join(speaks="en", wants="en", rate=48_000)
    for _ in range(10):
        house.room.sound(ana, bytes(48_000 // 5))
    heard = sum(frame.samples.size for frame in house.pipeline.streams[0].frames)
    assert heard == pytest.approx(16_000, rel=0.1)


async def test_lost_sound_is_told_once_not_frame_by_frame() -> None:
    house = House()
    ana, stream = house.speaker()
    listener = house.join(wants="en")
    for at in range(0, 1000, 20):
        stream.sink(SoundLost(stream.name, at, 20, "overrun"))
    house.wait(0.25)
    (lost,) = of(messages.SoundLost, listener)
    assert (lost.speaker, lost.at_ms, lost.lost_ms) == (ana.id, 0, 1000)


async def test_what_will_not_come_is_said_to_those_who_wait_for_it() -> None:
    house = House()
    _, stream = house.speaker()
    french, german = house.join(wants="fr", audio=True), house.join(wants="de", audio=True)
    stream.sink(Skipped(stream.utterance(0), Lane.CAPTION, "fr", "too_late"))
    stream.sink(Skipped(stream.utterance(1), Lane.SPEECH, "fr", "too_late"))
    stream.sink(Skipped(stream.utterance(2), Lane.SPEECH, "fr", "unwanted"))
    stream.sink(Skipped(stream.utterance(3), Lane.SOURCE, None, "queue_full"))
    assert [each.lane for each in of(messages.Skipped, french)] == ["caption", "speech", "source"]
    assert [each.lane for each in of(messages.Skipped, german)] == ["source"]


async def test_who_comes_back_is_told_that_an_utterance_was_lost() -> None:
    house = House()
    _, stream = house.speaker()
    joined = house.room.join("listen", Wishes(wants="fr"))
    house.room.lose(joined.participant, joined.participant.outbox)
    stream.transcribed(0, "hello")
    stream.translated(0, "fr", "bonjour")
    stream.sink(Skipped(stream.utterance(1), Lane.SOURCE, None, "too_late"))
    stream.sink(Skipped(stream.utterance(2), Lane.SOURCE, None, "no_speech", withheld=True))
    again = house.room.join("listen", Wishes(wants="fr"), joined.resume).participant
    told = [
        each
        for each in received(again)
        if isinstance(each, messages.Caption | messages.Skipped) and each.replay
    ]
    assert [each.type for each in told] == ["caption", "skipped"]
    assert [each.sequence for each in told] == [2, 3]
    assert house.room.sequence == 3


async def test_partials_go_to_those_who_can_read_them() -> None:
    house = House()
    ana, stream = house.speaker()
    french, english = house.join(wants="fr"), house.join(wants="en")
    curious = house.join(wants="fr", with_original=True)
    assert stream.demand().partials
    for each in (ana, french, english, curious):
        received(each)
    stream.sink(Partial(stream.name, 0, "en", "please", "leave"))
    got = [len(of(messages.Partial, each)) for each in (ana, french, english, curious)]
    assert got == [1, 0, 1, 1]


async def test_partials_are_translated_for_those_who_read_another_language() -> None:
    house = House()
    ana, stream = house.speaker()
    french, english = house.join(wants="fr"), house.join(wants="en")
    house.join(wants="de", partials=False)
    assert stream.demand().partial_captions == {"fr"}
    for each in (ana, french, english):
        received(each)
    stream.sink(Partial(stream.name, 0, "fr", "laissez", "", translated=True))
    got = [len(of(messages.Partial, each)) for each in (ana, french, english)]
    assert got == [0, 1, 0]


async def test_microphones_beside_a_loudspeaker_are_told_what_it_says() -> None:
    house = House(preset="face_to_face")
    _, stream = house.speaker()
    house.join(wants="fr", audio=True)
    stream.transcribed(0, "hello")
    stream.spoken(0, "fr", 1.5, last=False)
    stream.translated(0, "fr", "bonjour")
    assert stream.played == [("bonjour", 1.5)]
    house.clock.now += 0.5
    stream.transcribed(1, "a long sentence")
    stream.translated(1, "fr", "une longue phrase")
    assert stream.played[1:] == []
    stream.spoken(1, "fr", 7.0, 2.0)
    assert stream.played[1:] == [("une longue phrase", 8.0), ("une longue phrase", 10.0)]


async def test_microphones_are_told_what_a_replayed_voice_says() -> None:
    house = House(preset="face_to_face", own_language_audio=True)
    _, stream = house.speaker(speaks="en", wants="fr")
    house.join(wants="en", audio=True)
    stream.transcribed(0, "hello")
    stream.translated(0, "en", "hello", Fidelity.SAME)
    ((text, seconds),) = stream.played
    assert (text, round(seconds, 3)) == ("hello", 0.02)


async def test_operators_who_watch_see_levels_and_demand() -> None:
    house = House()
    ana, stream = house.speaker()
    house.join(wants="fr", audio=True)
    operator = house.join(role="operate")
    operator.watching = True
    stream.transcribed(0, "hello")
    stream.finished(0)
    house.room.sound(ana, (16_384).to_bytes(2, "little") * 320)
    house.wait(1)
    status = of(messages.OperatorStatus, operator)[-1]
    assert status.levels[0].participant == ana.id
    assert status.levels[0].level_dbfs == pytest.approx(-6, abs=0.1)
    assert (status.captions, status.speech) == ({"en": 1, "fr": 1}, {"fr": 1})
    assert status.utterances == {"in": 1, "done": 1, "dropped": 0}


async def test_closing_a_room_sends_everybody_away() -> None:
    house = House()
    ana, stream = house.speaker()
    house.room.close("room_closed")
    await house.room.settled()
    assert received(ana) == [Closing(reason="room_closed", reconnect_after_s=None)]
    assert stream.closed
    assert not house.room.participants


async def test_a_full_room_says_so() -> None:
    house = House(RoomRules(participants=2))
    house.join(wants="fr")
    house.join(wants="fr")
    with pytest.raises(Refusal) as refused:
        house.join(wants="fr")
    assert refused.value.code == "room_full"


async def test_the_terms_of_a_room_reach_its_speakers_and_follow_their_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("en,fr\nhall,salle\n")
    os.utime(path, (1, 1))
    house = House(glossary=path)
    _, stream = house.speaker()
    assert stream.settings.glossary.spellings("fr") == ("salle",)
    path.write_text("en,fr\nhall,halle\n")
    house.wait(2)
    assert stream.settings.glossary.spellings("fr") == ("halle",)


async def test_at_one_device_only_the_languages_of_its_readers_are_expected() -> None:
    house = House(preset="face_to_face")
    house.join(wants="de")
    _, stream = house.speaker(speaks="auto", wants="fr")
    assert stream.settings.candidates == ("de", "fr")
