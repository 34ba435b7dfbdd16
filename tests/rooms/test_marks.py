"""What listeners are told of utterances that come to nothing of their own."""

from edge_interpreter.pipeline.events import Finished, Lane, Skipped, SpeechBegan
from edge_interpreter.rooms import messages
from edge_interpreter.rooms.messages import Speech
from tests.rooms.fakes import House, of, received


async def test_what_was_recognised_with_the_utterance_before_ends_for_those_who_follow() -> None:
    house = House()
    ana, stream = house.speaker()
    listener = house.join(wants="fr")
    without_partials = house.join(wants="fr", partials=False)
    stream.transcribed(0, "apple plum")
    stream.sink(SpeechBegan(stream.name, 1, 1_000))
    stream.sink(Finished(stream.utterance(0)))
    received(listener)
    received(without_partials)
    stream.sink(Finished(stream.utterance(1)))

    (told,) = of(messages.Skipped, listener)
    assert (told.speaker, told.lane, told.reason) == (ana.id, "source", "merged")
    assert told.withheld
    assert not received(without_partials)
    assert house.room._relay.counts == {"in": 2, "done": 2, "dropped": 0}


async def test_what_was_captioned_or_dropped_ends_without_another_mark() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr")
    stream.transcribed(0, "apple")
    stream.sink(SpeechBegan(stream.name, 1, 1_000))
    stream.sink(Skipped(stream.utterance(1), Lane.SOURCE, None, "too_late"))
    received(listener)
    stream.finished(0)
    stream.finished(1)

    assert not of(messages.Skipped, listener)


async def test_a_voice_that_lacks_something_is_heard_to_its_end_and_then_marked() -> None:
    house = House()
    _, stream = house.speaker()
    listener = house.join(wants="fr", audio=True)
    stream.transcribed(0, "apple")
    received(listener)
    stream.spoken(0, "fr", 0.2, 0.1)
    stream.sink(Skipped(stream.utterance(0), Lane.SPEECH, "fr", "incomplete"))

    told = received(listener)
    assert [m.last for m in told if isinstance(m, Speech)] == [False, True]
    (mark,) = (m for m in told if isinstance(m, messages.Skipped))
    assert (mark.lane, mark.language, mark.reason) == ("speech", "fr", "incomplete")
