"""Utterances that are recognised as one: whatever becomes of the one becomes of all of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Translation,
    TranslationRequest,
)
from edge_interpreter.evaluation.virtual_time import run_virtually
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Finished, Lane, Skipped, Transcribed, Translated
from edge_interpreter.pipeline.ledger import Ledger
from edge_interpreter.pipeline.role import Role
from edge_interpreter.pipeline.stream import Stream, StreamSettings
from tests.pipeline.box import FRENCH, Box, speak
from tests.pipeline.fakes import (
    CountingRecogniser,
    Listener,
    PrefixTranslator,
    silence,
    speech,
)

BOTH = Demand(captions=frozenset({"fr", "de"}), speech=frozenset({"fr", "de"}))
SHORT_PAUSE = silence(400)


class _OneAtATime(CountingRecogniser):
    """`judge` may change what is heard."""

    def __init__(self, judge: Callable[[Recognition], Recognition] = lambda heard: heard) -> None:
        super().__init__(max_batch=1)
        self._judge = judge

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        return [self._judge(heard) for heard in super().recognise(requests)]


def behind(
    recogniser: CountingRecogniser,
    *words: str,
    translator: PrefixTranslator | None = None,
    before: Sequence[str] = (),
    demand: Callable[[int], Demand] = lambda _: FRENCH,
) -> tuple[Listener, Ledger]:
    """Say words, the first of which takes so long that the others wait.

    `demand` is told how many of them have been said; the words `before` are recognised in time.
    """
    costs = {Role.RECOGNISER: 0.1}
    said = 0

    async def say(stream: Stream, words: Sequence[str]) -> None:
        nonlocal said
        for word in words:
            await speak(stream, speech(word, 400), SHORT_PAUSE)
            said += 1

    async def main() -> tuple[Listener, Ledger]:
        nonlocal said
        engine = translator or PrefixTranslator()
        async with Box(costs, recogniser=recogniser, translator=engine) as box:
            listener = Listener()
            stream = box.pipeline.open(
                "speaker", StreamSettings("en"), lambda: demand(said), listener
            )
            await say(stream, before)
            said = 0
            costs[Role.RECOGNISER] = 4.0
            await say(stream, words)
            costs[Role.RECOGNISER] = 0.1
            await stream.close()
        return listener, box.pipeline.ledger

    return run_virtually(main)


def outcomes(listener: Listener, target: str) -> dict[int, str]:
    """What a reader of `target` was shown of each utterance."""
    shown = {e.utterance.index: e.text for e in listener.of(Translated) if e.target == target}
    told = {
        e.utterance.index: e.reason
        for e in listener.of(Skipped)
        if e.lane is Lane.SOURCE or (e.lane, e.target) == (Lane.CAPTION, target)
    }
    return shown | told


def test_what_waits_is_recognised_as_one_and_counted_as_many() -> None:
    listener, ledger = behind(_OneAtATime(), "apple", "plum", "cherry", "lemon")

    assert [said.text for said in listener.of(Transcribed)] == ["apple", "plum cherry lemon"]
    assert [each.utterance.index for each in listener.of(Finished)] == [0, 1, 2, 3]
    assert ledger.done == 4


def test_a_language_asked_for_later_misses_nothing_of_what_is_said_from_then_on() -> None:
    listener, ledger = behind(
        _OneAtATime(),
        "apple",
        "plum",
        "cherry",
        "lemon",
        demand=lambda said: BOTH if said >= 2 else FRENCH,
    )

    assert outcomes(listener, "fr") == {0: "fr: apple", 1: "fr: plum", 2: "fr: cherry lemon"}
    assert outcomes(listener, "de") == {2: "de: cherry lemon"}
    assert ledger.done == 4


def test_a_language_that_is_given_up_does_not_keep_utterances_apart() -> None:
    listener, _ = behind(
        _OneAtATime(),
        "apple",
        "plum",
        "cherry",
        demand=lambda said: BOTH if said < 2 else FRENCH,
    )

    assert outcomes(listener, "fr") == {0: "fr: apple", 1: "fr: plum cherry"}


def _several(heard: Recognition) -> bool:
    return " " in heard.text


def _withheld(heard: Recognition) -> Recognition:
    return replace(heard, withheld="repetition") if _several(heard) else heard


def _failing(heard: Recognition) -> Recognition:
    if _several(heard):
        raise RuntimeError("out of order")
    return heard


@pytest.mark.parametrize(
    ("judge", "reason"), [(_withheld, "repetition"), (_failing, "engine_failed")]
)
def test_what_is_lost_together_is_counted_and_told_one_by_one(
    judge: Callable[[Recognition], Recognition], reason: str
) -> None:
    listener, ledger = behind(_OneAtATime(judge), "apple", "plum", "cherry", "lemon")

    assert outcomes(listener, "fr") == {0: "fr: apple", 1: reason, 2: reason, 3: reason}
    assert (ledger.done, ledger.dropped) == (1, {reason: 3})
    assert ledger.withheld.total() == (3 if reason == "repetition" else 0)


def test_a_translation_that_fails_is_told_once_of_all_that_was_recognised_as_one() -> None:
    class Failing(PrefixTranslator):
        def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
            if any("plum" in request.text for request in requests):
                raise RuntimeError("out of order")
            return super().translate(requests)

    listener, ledger = behind(_OneAtATime(), "apple", "plum", "cherry", translator=Failing())

    assert outcomes(listener, "fr") == {0: "fr: apple", 1: "engine_failed"}
    failed = [each for each in listener.of(Skipped) if each.reason == "engine_failed"]
    assert [(each.utterance.index, each.lane) for each in failed] == [
        (1, Lane.CAPTION),
        (1, Lane.SPEECH),
    ]
    assert ledger.done == 3
    assert len(listener.of(Skipped)) == ledger.skipped.total()


def test_a_quiet_beginning_does_not_make_all_that_follows_a_distant_voice() -> None:
    unsure = _OneAtATime(lambda heard: replace(heard, average_logprob=-0.8))
    listener, ledger = behind(unsure, "pear", "apple", "fig", before=("pear", "fig", "pear"))

    assert listener.of(Transcribed)[-1].text == "apple fig"
    assert not ledger.dropped


def test_who_leaves_while_utterances_wait_together_leaves_none_uncounted() -> None:
    async def main() -> None:
        costs = {Role.RECOGNISER: 4.0}
        async with Box(costs, recogniser=_OneAtATime()) as box:
            stream, listener = box.open()
            for word in ("apple", "plum", "cherry"):
                await speak(stream, speech(word, 400), SHORT_PAUSE)
            await asyncio.sleep(3.5)
            stream.abort()
        assert outcomes(listener, "fr") == {0: "fr: apple", 1: "aborted", 2: "aborted"}
        assert (box.pipeline.ledger.done, box.pipeline.ledger.dropped) == (1, {"aborted": 2})

    run_virtually(main)


def test_who_leaves_before_a_translation_is_told_once_of_what_was_recognised_as_one() -> None:
    async def main() -> None:
        costs = {Role.RECOGNISER: 4.0, Role.TRANSLATOR: 60.0}
        async with Box(costs, recogniser=_OneAtATime()) as box:
            stream, listener = box.open()
            for word in ("apple", "plum", "cherry"):
                await speak(stream, speech(word, 400), SHORT_PAUSE)
            await asyncio.sleep(10)
            assert len(listener.of(Transcribed)) == 2
            stream.abort()
        told = [(each.utterance.index, each.lane) for each in listener.of(Skipped)]
        assert told == [(i, lane) for i in (0, 1) for lane in (Lane.CAPTION, Lane.SPEECH)]
        assert box.pipeline.ledger.dropped == {"aborted": 3}

    run_virtually(main)
