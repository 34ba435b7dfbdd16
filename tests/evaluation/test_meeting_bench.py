"""A meeting: its script, what is noticed in what listeners were sent, and a real room."""

import asyncio
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge_interpreter.audio.frames import FRAME_SAMPLES, SAMPLE_RATE
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.meeting_bench import ROOM, meeting
from edge_interpreter.evaluation.meeting_figures import Meeting, figures
from edge_interpreter.evaluation.meeting_listener import MeetingListener
from edge_interpreter.evaluation.meeting_script import Turn, take_turns, voices
from tests.pipeline.fakes import speech
from tests.server.box import box


def record(directory: Path, *names: str, word: str = "apple", seconds: float = 1.0) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    loud = np.resize(speech(word), round(seconds * SAMPLE_RATE))
    for name in names:
        with wave.open(str(directory / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes((loud * 32767).astype("<i2").tobytes())


def test_recordings_are_dealt_out_and_nobody_speaks_twice_in_a_row(tmp_path: Path) -> None:
    record(tmp_path / "en", "a", "b", "c", "d")
    record(tmp_path / "fr", "x", "y")
    cast = voices(tmp_path, speakers=4, languages=2)
    assert [voice.language for voice in cast] == ["en", "fr", "en", "fr"]
    assert [path.stem for path in cast[0].recordings] == ["a", "c"]
    assert [path.stem for path in cast[3].recordings] == ["y"]

    turns = take_turns(cast, minutes=0.5, seed=3)
    assert 10 <= len(turns) <= 20
    assert turns[-1].end <= 30 * SAMPLE_RATE
    for before, after in pairwise(turns):
        assert before.speaker != after.speaker
        assert 0.4 * SAMPLE_RATE <= after.begin - before.end <= 1.5 * SAMPLE_RATE
        assert after.begin % FRAME_SAMPLES == 0
    assert [t.name for t in take_turns(cast, 0.5, seed=3)] == [t.name for t in turns]


def test_a_meeting_without_enough_people_or_languages_is_refused(tmp_path: Path) -> None:
    record(tmp_path / "en", "a")
    with pytest.raises(UserError, match="2 folders named by language"):
        voices(tmp_path, 4, 2)
    with pytest.raises(UserError, match="at least 2"):
        voices(tmp_path, 1, 1)
    with pytest.raises(UserError, match="too few recordings"):
        voices(tmp_path, 4, 1)


def caption(index: int, sequence: int, speaker: str = "ann", **fields: Any) -> dict[str, Any]:
    usual = {"fidelity": "ok", "start_ms": 1000 * index, "end_ms": 1000 * index + 900}
    utterance = f"{speaker}-0-{index}"
    message = {"type": "caption", "utterance": utterance, "speaker": speaker, "sequence": sequence}
    return {**message, **usual, **fields}


def piece(utterance: str, number: int, *, last: bool = False, size: int = 100) -> dict[str, Any]:
    speaker = utterance.partition("-")[0]
    header = {"type": "speech", "utterance": utterance, "speaker": speaker, "piece": number}
    return {**header, "kind": "translation", "last": last, "bytes": size}


def test_the_cue_of_something_lost_is_no_speech() -> None:
    listener = MeetingListener("bob", "fr")
    listener.take(0.0, piece("ann-0-0", 0, last=True))
    listener.take(1.0, {**piece("", 0, last=True), "kind": "gap"})
    listener.take(2.0, {**piece("ann-0-0", 0, last=True), "kind": "gap"})
    assert listener.spoken == {"ann-0-0"}
    assert not listener.faults.total()


def test_what_comes_in_order_has_no_faults() -> None:
    listener = MeetingListener("bob", "fr")
    for message in (
        caption(0, 1),
        piece("ann-0-0", 0),
        caption(1, 3),
        piece("ann-0-0", 1, last=True, size=0),
        piece("ann-0-1", 0, last=True),
    ):
        listener.take(1.0, message)
    assert not listener.faults.total()
    assert not listener.unheard()


def test_order_that_is_broken_is_counted_by_kind() -> None:
    listener = MeetingListener("bob", "fr")
    for message in (
        caption(1, 5),
        caption(0, 4),
        piece("ann-0-1", 0),
        piece("ann-0-0", 0),
        piece("ann-0-1", 1, last=True),
    ):
        listener.take(1.0, message)
    assert listener.faults == {"sequence": 1, "captions": 1, "speech": 1, "pieces": 1}
    assert listener.unheard() == ["ann-0-0"]


def test_a_mark_stands_for_what_does_not_come() -> None:
    listener = MeetingListener("bob", "fr")
    skipped = {"type": "skipped", "utterance": "ann-0-0", "lane": "source", "reason": "too_late"}
    listener.take(1.0, skipped)
    listener.take(2.0, caption(1, 2))
    listener.take(2.0, {**skipped, "utterance": "ann-0-1", "lane": "speech"})
    assert listener.told_of("ann-0-0")
    assert not listener.told_of("ann-0-2")
    assert not listener.unheard()


def held(*heard: tuple[str, float, dict[str, Any]]) -> Meeting:
    """Ann speaks for a second at 0 and at 60 s, Bob at 30 s; `heard`: listener, time, message."""
    tone = np.full(SAMPLE_RATE, 0.5, np.float32)
    places = [(0, "one", 0), (1, "two", 30), (0, "three", 60)]
    turns = [Turn(who, name, at * SAMPLE_RATE, tone) for who, name, at in places]
    listeners = {name: MeetingListener(name, tag) for name, tag in (("ann", "en"), ("bob", "fr"))}
    operator = MeetingListener("operator", "")
    for name, at, message in heard:
        listeners.get(name, operator).take(100.0 + at, message)
    return Meeting(turns, 100.0, list(listeners.values()), operator)


def said(at: int, index: int, sequence: int, speaker: str = "ann") -> dict[str, Any]:
    place = {"start_ms": 1000 * at, "end_ms": 1000 * at + 1000, "fidelity": "same"}
    return caption(index, sequence, speaker, **place)


def test_lag_counts_from_the_end_of_speech_and_its_growth_is_seen() -> None:
    heard = [
        (name, at, message)
        for name in ("ann", "bob")
        for at, message in (
            (1.5, said(0, 0, 1)),
            (31.75, said(30, 0, 2, "bob")),
            (62.0, said(60, 1, 3)),
        )
    ]
    status = {"type": "operator_status", "utterances": {"in": 3, "done": 3, "dropped": 0}}
    found = figures(held(*heard, ("operator", 63.0, status)))

    assert found["ok"]
    assert found["caption_ms"] == {"p50": 750, "p95": 1000}
    assert found["lag_slope_ms_per_min"] == 500.0
    assert [each["captions"] for each in found["lag_by_minute"]] == [4, 2]
    assert found["turns_without_caption"] == []


def test_what_one_listener_was_told_of_and_another_not_is_missing() -> None:
    both = [(name, 1.5, said(0, 0, 1)) for name in ("ann", "bob")]
    status = {"type": "operator_status", "utterances": {"in": 2, "done": 2, "dropped": 0}}
    found = figures(held(*both, ("bob", 31.5, said(30, 0, 2, "bob")), ("operator", 40, status)))

    assert found["missing"] == 1
    assert found["turns_without_caption"] == ["two", "three"]
    assert not found["ok"]


def test_counts_that_do_not_add_up_and_captions_that_overtake_are_seen() -> None:
    late = [(31.5, said(30, 0, 1, "bob")), (32.0, said(0, 0, 2))]
    heard = [(name, at, message) for name in ("ann", "bob") for at, message in late]
    status = {"type": "operator_status", "utterances": {"in": 3, "done": 2, "dropped": 0}}
    found = figures(held(*heard, ("operator", 40, status)))

    assert found["out_of_order"]["speakers"] == 2
    assert not found["ledger"]["ok"]
    assert not found["ok"]


async def test_a_meeting_in_a_real_room(tmp_path: Path) -> None:
    record(tmp_path / "audio" / "en", "a", "b", word="apple", seconds=0.6)
    record(tmp_path / "audio" / "fr", "c", "d", word="plum", seconds=0.6)
    async with box(tmp_path / "state") as server:
        found = await asyncio.to_thread(
            meeting,
            tmp_path / "audio",
            minutes=0.08,
            url=server.websocket,
            token=server.token("operate", ROOM),
        )

    assert found["ok"]
    assert found["turns"] >= 2
    assert found["ledger"]["in"] == found["utterances"] == found["turns"]
    assert found["captions"] == 4 * found["turns"]
    assert found["turns_without_caption"] == []
    assert found["first_audio_ms"]["p50"] is not None
