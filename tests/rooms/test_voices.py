"""Turn taking and lag, as one listener hears them."""

import pytest

from edge_interpreter.pipeline.events import Fidelity, Finished, Lane, Skipped, SoundLost
from edge_interpreter.rooms import messages
from edge_interpreter.rooms.messages import Speech, SpeechState
from tests.rooms.fakes import House, ScriptedStream, of, received


def heard(pieces: list[Speech]) -> list[tuple[str, int]]:
    return [(piece.utterance.split("-", 1)[0], piece.piece) for piece in pieces]


async def test_voices_never_mix_and_keep_the_order_in_which_they_began() -> None:
    house = House()
    ana, of_ana = house.speaker()
    bob, of_bob = house.speaker()
    listener = house.join(wants="fr", audio=True)
    received(listener)
    of_ana.spoken(0, "fr", 0.2, last=False)
    of_bob.spoken(0, "fr", 0.3, 0.1)
    assert heard(of(Speech, listener)) == [(ana.id, 0)]
    of_ana.sink(Finished(of_ana.utterance(0)))
    assert heard(of(Speech, listener)) == [(bob.id, 0), (bob.id, 1)]


async def test_a_voice_that_is_given_up_lets_the_next_one_speak() -> None:
    house = House()
    _, of_ana = house.speaker()
    bob, of_bob = house.speaker()
    listener = house.join(wants="fr", audio=True)
    of_ana.spoken(0, "fr", 0.2, last=False)
    of_bob.spoken(0, "fr", 0.3)
    received(listener)
    of_ana.sink(Skipped(of_ana.utterance(0), Lane.SPEECH, "fr", "engine_failed"))
    assert heard(of(Speech, listener)) == [(bob.id, 0)]


async def test_who_comes_in_the_middle_hears_from_the_next_utterance() -> None:
    house = House()
    ana, stream = house.speaker()
    house.join(wants="fr", audio=True)
    stream.spoken(0, "fr", 0.2, last=False)
    late = house.join(wants="fr", audio=True)
    stream.sink(Finished(stream.utterance(0)))
    stream.spoken(1, "fr", 0.2)
    assert [piece.utterance for piece in of(Speech, late)] == [f"{ana.id}-0-1"]


async def test_sound_comes_with_its_header() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    received(listener)
    stream.spoken(4, "fr", 0.5)
    parcel = listener.outbox.take_nowait()
    assert parcel is not None
    assert isinstance(parcel.message, Speech)
    assert parcel.message.bytes == len(parcel.sound) == 24_000
    assert parcel.sound[:2] == (5).to_bytes(2, "little")


async def test_one_message_serves_all_listeners_of_a_language() -> None:
    house = House()
    _, stream = house.speaker()
    listeners = [house.join(wants="fr", audio=True) for _ in range(3)]
    for listener in listeners:
        received(listener)
    stream.spoken(0, "fr", 0.5)
    assert len({id(listener.outbox.take_nowait()) for listener in listeners}) == 1


def speak_for(stream: ScriptedStream, index: int, seconds: float) -> None:
    stream.transcribed(index, "hello")
    if "fr" in stream.demand().speech:
        stream.spoken(index, "fr", seconds)
    stream.finished(index)


async def test_far_behind_is_hurried_then_captions_only_then_heard_again() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    received(listener)
    speak_for(stream, 0, 6.0)
    assert stream.demand().hurried == {"fr"}
    speak_for(stream, 1, 6.0)
    assert stream.demand().speech == frozenset()
    speak_for(stream, 2, 6.0)
    states = of(SpeechState, listener)
    assert [state.mode for state in states] == ["captions_only"]
    house.wait(8)
    assert stream.demand().speech == frozenset()
    house.wait(2.5)
    assert stream.demand().speech == {"fr"}
    speak_for(stream, 3, 1.0)
    since = received(listener)
    states = [each for each in since if isinstance(each, SpeechState)]
    assert states[-1].mode == "normal"
    pieces = [each for each in since if isinstance(each, Speech)]
    told = [(piece.kind, piece.utterance[-1]) for piece in pieces]
    assert told == [("gap", "2"), ("translation", "3")]


async def test_speech_made_although_listeners_were_too_far_behind_is_not_sent() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    stream.spoken(0, "fr", 11.0)
    received(listener)
    stream.spoken(1, "fr", 1.0, 1.0)
    assert [type(each) for each in received(listener)] == [SpeechState, messages.Skipped]


async def test_who_only_listens_hears_that_an_utterance_was_lost() -> None:
    house = House()
    ana, stream = house.speaker(wants="de", audio=True)
    listener = house.join(wants="fr", audio=True, captions=False)
    without_voice = house.join(wants="es", audio=True, captions=False)
    stream.spoken(0, "fr", 0.5)
    stream.sink(Skipped(stream.utterance(1), Lane.SOURCE, None, "too_late"))
    stream.finished(1)
    house.wait(0.25)
    stream.spoken(2, "fr", 0.5)
    pieces = of(Speech, listener)
    assert [piece.kind for piece in pieces] == ["translation", "gap", "translation"]
    assert (pieces[1].utterance, pieces[1].speaker) == (f"{ana.id}-0-1", ana.id)
    assert of(Speech, ana) == []
    assert of(Speech, without_voice) == []


@pytest.mark.parametrize(
    ("lane", "target", "reason", "withheld", "heard"),
    [
        (Lane.SOURCE, None, "low_confidence", True, 0),
        (Lane.SPEECH, "fr", "unwanted", False, 0),
        (Lane.SPEECH, "fr", "no_translation_model", False, 0),
        (Lane.SPEECH, "fr", "engine_failed", False, 1),
        (Lane.SPEECH, "de", "engine_failed", False, 0),
    ],
)
async def test_a_cue_is_heard_for_what_is_lost_and_for_nothing_else(
    lane: Lane, target: str | None, reason: str, withheld: bool, heard: int
) -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    stream.spoken(0, "fr", 0.5)
    stream.sink(Skipped(stream.utterance(0), lane, target, reason, withheld))
    stream.finished(0)
    house.wait(0.25)
    assert [piece.kind for piece in of(Speech, listener)] == ["translation"] + ["gap"] * heard


async def test_the_language_spoken_needs_no_cue() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="en", audio=True, captions=False)
    stream.transcribed(0, "hello")
    stream.translated(0, "en", "hello", Fidelity.SAME)
    stream.finished(0)
    house.wait(0.25)
    assert of(Speech, listener) == []


@pytest.mark.parametrize("speaks", ["en", "auto"])
@pytest.mark.parametrize("own_language_audio", [False, True])
async def test_what_is_lost_is_a_cue_to_those_only_who_would_have_heard_it(
    speaks: str, own_language_audio: bool
) -> None:
    house = House(own_language_audio=own_language_audio)
    _, stream = house.speaker(speaks=speaks)
    stream.language.current = "en"
    english = house.join(wants="en", audio=True, captions=False)
    french = house.join(wants="fr", audio=True, captions=False)
    stream.sink(Skipped(stream.utterance(0), Lane.SOURCE, None, "too_late"))
    stream.finished(0)
    house.wait(6)
    stream.sink(SoundLost(stream.name, 1_000, 400, "overrun"))
    house.wait(0.25)
    assert len(of(Speech, french)) == 2
    assert len(of(Speech, english)) == (2 if own_language_audio else 0)


async def test_many_losses_in_a_row_are_no_row_of_cues() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    for index in range(40):
        stream.sink(Skipped(stream.utterance(index), Lane.SOURCE, None, "queue_full"))
        stream.finished(index)
        house.wait(0.25)
    assert [piece.kind for piece in of(Speech, listener)] == ["gap", "gap"]


async def test_lost_sound_is_heard_too() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True, captions=False)
    stream.sink(SoundLost(stream.name, 0, 400, "overrun"))
    house.wait(0.25)
    assert [piece.kind for piece in of(Speech, listener)] == ["gap"]


async def test_listeners_of_the_language_spoken_hear_the_speaker_where_the_room_says_so() -> None:
    house = House(own_language_audio=True)
    ana = house.join(speaks="en", wants="en", audio=True)
    listener = house.join(wants="en", audio=True)
    for sample in range(1, 51):
        house.room.sound(ana, (sample * 100).to_bytes(2, "little") * 320)
    stream = house.pipeline.streams[0]
    received(ana)
    received(listener)
    stream.transcribed(0, "hello")
    house_audio = [
        parcel
        for parcel in iter(listener.outbox.take_nowait, None)
        if isinstance(parcel.message, Speech)
    ]
    (parcel,) = house_audio
    assert isinstance(parcel.message, Speech)
    assert (parcel.message.kind, parcel.message.last) == ("original", True)
    assert len(parcel.sound) == 600 * 24 * 2
    assert of(Speech, ana) == []


async def test_without_that_setting_ones_own_language_is_not_sent() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="en", audio=True)
    stream.transcribed(0, "hello")
    assert of(Speech, listener) == []
