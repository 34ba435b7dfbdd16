"""What is given up for a listener who takes nothing."""

import asyncio

from edge_interpreter.rooms.messages import (
    Caption,
    Closing,
    Gap,
    Partial,
    RoomMessage,
    Roster,
    Skipped,
    Speech,
    SpeechState,
)
from edge_interpreter.rooms.outbox import MOST_SOUND_BYTES, MOST_WORDS, Outbox
from edge_interpreter.rooms.parcel import Parcel


def caption(sequence: int) -> Parcel:
    return Parcel(
        Caption(
            sequence=sequence,
            utterance=f"a-0-{sequence}",
            speaker="a",
            name="Ana",
            language="fr",
            text="bonjour",
            source_language="en",
            original=None,
            fidelity="ok",
            missing=(),
            typed=False,
            start_ms=0,
            end_ms=0,
            time=0,
            replay=False,
        )
    )


def lost(sequence: int) -> Parcel:
    return Parcel(
        Skipped(
            sequence=sequence,
            utterance=f"a-0-{sequence}",
            speaker="a",
            name="Ana",
            lane="source",
            language=None,
            reason="too_late",
            withheld=False,
            start_ms=0,
            end_ms=0,
            time=0,
            replay=False,
        )
    )


def speech(utterance: str, piece: int, size: int, *, last: bool = False) -> Parcel:
    header = Speech(
        utterance=utterance,
        speaker="a",
        language="fr",
        kind="translation",
        piece=piece,
        last=last,
        rate=24_000,
        speed=1.0,
        bytes=size,
    )
    return Parcel(header, bytes(size))


def partial(utterance: str, text: str, language: str = "en") -> Parcel:
    return Parcel(
        Partial(utterance=utterance, speaker="a", language=language, stable=text, unstable="")
    )


def drained(outbox: Outbox) -> list[RoomMessage]:
    parcels = iter(outbox.take_nowait, None)
    return [parcel.message for parcel in parcels if parcel.message is not None]


def test_a_stalled_listener_is_bounded_and_the_newest_captions_stay() -> None:
    outbox = Outbox()
    for sequence in range(1, 10_001):
        outbox.put(lost(sequence) if sequence % 10 == 0 else caption(sequence))
        assert len(outbox) <= MOST_WORDS + 1
    gap, *captions = drained(outbox)
    assert isinstance(gap, Gap)
    numbers = [each.sequence for each in captions if isinstance(each, Caption | Skipped)]
    assert numbers == list(range(gap.last_sequence + 1, 10_001))
    assert (gap.first_sequence, gap.count) == (1, 10_000 - len(numbers))


def test_sound_goes_first_and_with_the_rest_of_its_utterance() -> None:
    outbox = Outbox()
    outbox.put(caption(1))
    second = 48_000
    pieces = MOST_SOUND_BYTES // second + 1
    for piece in range(pieces):
        outbox.put(speech("a-0-1", piece, second))
    outbox.put(speech("a-0-1", pieces, second, last=True))
    outbox.put(speech("a-0-2", 0, second, last=True))
    state, words, cue, sound = drained(outbox)
    assert isinstance(state, SpeechState)
    assert state.mode == "captions_only"
    assert isinstance(words, Caption)
    assert isinstance(cue, Speech)
    assert (cue.kind, cue.utterance) == ("gap", "a-0-1")
    assert isinstance(sound, Speech)
    assert sound.utterance == "a-0-2"


def test_states_replace_the_ones_before() -> None:
    outbox = Outbox()
    for total in range(100):
        outbox.put(Parcel(Roster(participants=(), total=total, languages={})))
        outbox.put(partial("a-0-1", f"word {total}"))
    roster, words = drained(outbox)
    assert isinstance(roster, Roster)
    assert roster.total == 99
    assert isinstance(words, Partial)
    assert words.stable == "word 99"


def test_a_partial_does_not_come_after_its_caption() -> None:
    outbox = Outbox()
    outbox.put(partial("a-0-1", "bon"))
    outbox.put(partial("a-0-1", "good", "fr"))
    outbox.put(caption(1))
    assert [type(message) for message in drained(outbox)] == [Caption]


async def test_closing_forgets_what_waits_and_hands_out_the_last_word() -> None:
    outbox = Outbox()
    outbox.put(caption(1))
    farewell = Closing(reason="shutdown", reconnect_after_s=5)
    outbox.close("shutdown", [Parcel(farewell)])
    outbox.put(caption(2))
    first = await outbox.take()
    assert first is not None
    assert first.message == farewell
    assert await outbox.take() is None
    assert outbox.closed == "shutdown"


async def test_taking_waits_for_something_to_come() -> None:
    outbox = Outbox()
    taking = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    outbox.put(caption(1))
    taken = await taking
    assert taken is not None
    assert isinstance(taken.message, Caption)
