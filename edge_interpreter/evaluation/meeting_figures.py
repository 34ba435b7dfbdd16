"""What became of a meeting: order, losses and lag, from what its participants were sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from edge_interpreter.audio.frames import SAMPLE_RATE, samples_to_ms
from edge_interpreter.evaluation.meeting_listener import MeetingListener, Message
from edge_interpreter.evaluation.meeting_script import Turn
from edge_interpreter.evaluation.percentiles import percentiles
from edge_interpreter.evaluation.playing import Played, end_of_speech
from edge_interpreter.evaluation.trend import slope_per_minute

_ALIKE_MS = 100
"""Ends of speech that are nearer than this have no order."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What was said and what was heard; the first sample was sent at `start` (loop seconds).

    `listeners` are the speakers, in the order of their numbers; `operator` watched the counts.
    """

    turns: Sequence[Turn]
    start: float
    listeners: Sequence[MeetingListener]
    operator: MeetingListener | None


@dataclass(frozen=True, slots=True)
class _Delay:
    """One caption at one listener: seconds since the meeting began, and ms from end of speech."""

    ended: float
    arrived: float
    caption_ms: float
    sound_ms: float | None


def figures(meeting: Meeting) -> dict[str, Any]:
    """The whole report. `ok`: in order, nothing lost, the counts add up."""
    delays = [list(_delays(meeting, listener)) for listener in meeting.listeners]
    every = [delay for one in delays for delay in one]
    order = _order(meeting.listeners, delays)
    losses = _losses(meeting)
    ledger = _ledger(meeting)
    lost = losses["missing"] + losses["unfinished"] + losses["gaps"] + losses["unheard"]
    return {
        "minutes": round(meeting.turns[-1].end / SAMPLE_RATE / 60, 2),
        "speakers": len(meeting.listeners),
        "languages": sorted({listener.language for listener in meeting.listeners}),
        "turns": len(meeting.turns),
        "speech_s": round(sum(turn.samples.size for turn in meeting.turns) / SAMPLE_RATE, 1),
        "ok": not lost and not any(order.values()) and ledger.get("ok", True),
        "ledger": ledger,
        "out_of_order": order,
        **losses,
        "caption_ms": percentiles([delay.caption_ms for delay in every]),
        "first_audio_ms": percentiles([d.sound_ms for d in every if d.sound_ms is not None]),
        "lag_slope_ms_per_min": slope_per_minute([(d.ended, d.caption_ms) for d in every]),
        "audio_lag_slope_ms_per_min": slope_per_minute(
            [(d.ended, d.sound_ms) for d in every if d.sound_ms is not None]
        ),
        "lag_by_minute": list(_by_minute(every)),
        "speech_behind_ms": max(listener.behind_ms for listener in meeting.listeners),
    }


def _ledger(meeting: Meeting) -> dict[str, Any]:
    """The room's own counts, and the reasons of what was dropped."""
    if meeting.operator is None:
        return {}
    counts = meeting.operator.status.get("utterances", {})
    reasons = Counter(meeting.operator.marked.values())
    balanced = counts.get("in") == counts.get("done", 0) + counts.get("dropped", 0)
    return {
        "in": counts.get("in"),
        "done": counts.get("done"),
        "dropped": dict(sorted(reasons.items())),
        "ok": balanced and reasons.total() == counts.get("dropped"),
    }


def _losses(meeting: Meeting) -> dict[str, Any]:
    """What did not come, and for each kind whether somebody was told.

    `missing`: an utterance that one listener was told of and another was not. `joined`: one that
    ended without a caption of its own because it was recognised with its neighbour.
    `unheard`: captions of others without speech and without a mark.
    `turns_without_caption`: recordings in which nothing was recognised.
    """
    listeners = meeting.listeners
    everyone = [*listeners, *([meeting.operator] if meeting.operator else [])]
    known = set().union(*(listener.begun | set(listener.captions) for listener in listeners))
    finished = set().union(*(listener.finished for listener in everyone))
    told = {each for each in known if any(listener.told_of(each) for listener in everyone)}
    return {
        "utterances": len(known),
        "captions": sum(len(listener.captions) for listener in listeners),
        "missing": sum(not listener.told_of(each) for listener in listeners for each in told),
        "unfinished": len(known - told - finished),
        "joined": len((known - told) & finished),
        "gaps": sum(listener.gaps for listener in listeners),
        "sound_lost_ms": max(listener.sound_lost_ms for listener in listeners),
        "unheard": sum(len(listener.unheard()) for listener in listeners),
        "not_spoken": dict(Counter(why for each in listeners for why in each.silent.values())),
        "turns_without_caption": [
            turn.name for turn in meeting.turns if not _captioned(meeting, turn)
        ],
    }


def _captioned(meeting: Meeting, turn: Turn) -> bool:
    """Whether every listener has a caption of something within the turn."""
    speaker = meeting.listeners[turn.speaker].participant
    begin, end = samples_to_ms(turn.begin), samples_to_ms(turn.end)
    return all(
        any(
            caption["speaker"] == speaker
            and caption["start_ms"] < end
            and caption["end_ms"] > begin
            for _, caption in listener.captions.values()
        )
        for listener in meeting.listeners
    )


def _delays(meeting: Meeting, listener: MeetingListener) -> Iterator[_Delay]:
    played = {
        each.participant: [
            Played(t.name, t.samples, t.begin, meeting.start + t.begin / SAMPLE_RATE)
            for t in meeting.turns
            if t.speaker == number
        ]
        for number, each in enumerate(meeting.listeners)
    }
    for utterance, (arrived, caption) in listener.captions.items():
        ended = _ended(played, caption)
        if ended is None:
            continue
        sound = listener.first_sound.get(utterance)
        yield _Delay(
            ended - meeting.start,
            arrived - meeting.start,
            (arrived - ended) * 1000,
            None if sound is None else (sound - ended) * 1000,
        )


def _ended(played: dict[str, list[Played]], caption: Message) -> float | None:
    return end_of_speech(played[caption["speaker"]], caption["start_ms"], caption["end_ms"])


def _order(
    listeners: Sequence[MeetingListener], delays: Sequence[Sequence[_Delay]]
) -> dict[str, int]:
    """What came out of order; `speakers`: a caption after that of somebody who spoke later."""
    faults = sum((listener.faults for listener in listeners), Counter[str]())
    kinds = {kind: faults[kind] for kind in ("sequence", "captions", "speech", "pieces")}
    return {**kinds, "speakers": sum(_overtaken(one) for one in delays)}


def _overtaken(delays: Sequence[_Delay]) -> int:
    latest, count = 0.0, 0
    for delay in sorted(delays, key=lambda delay: delay.arrived):
        count += delay.ended < latest - _ALIKE_MS / 1000
        latest = max(latest, delay.ended)
    return count


def _by_minute(delays: Sequence[_Delay]) -> Iterator[dict[str, Any]]:
    for minute in range(int(max((d.ended for d in delays), default=-1) // 60) + 1):
        within = [d for d in delays if d.ended // 60 == minute]
        yield {
            "minute": minute + 1,
            "captions": len(within),
            "caption_ms": percentiles([d.caption_ms for d in within]),
            "first_audio_ms": percentiles([d.sound_ms for d in within if d.sound_ms is not None]),
        }
