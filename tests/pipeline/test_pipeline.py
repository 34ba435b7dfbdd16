"""What listeners get from the pipeline, with engines whose answers and costs are known."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from edge_interpreter.config.tree import Config, Endpointing
from edge_interpreter.config.tree import Pipeline as PipelineLimits
from edge_interpreter.config.tree import Recogniser as RecogniserSettings
from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Translation,
    TranslationRequest,
)
from edge_interpreter.errors import WorkRefusedError
from edge_interpreter.evaluation.virtual_time import VirtualWorkers, run_virtually
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import (
    Fidelity,
    Finished,
    Lane,
    Partial,
    Skipped,
    SoundLost,
    SpeechBegan,
    Spoken,
    Transcribed,
    Translated,
)
from edge_interpreter.pipeline.pipeline import Overloaded
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.pipeline.workers import Role
from edge_interpreter.text.glossary import Glossary, Term
from tests.pipeline.box import FRENCH, PAUSE, Box, speak
from tests.pipeline.fakes import (
    CountingRecogniser,
    Listener,
    PrefixTranslator,
    ToneSynthesiser,
    frames,
    silence,
    speech,
)


def test_speech_becomes_a_transcript_a_caption_and_a_voice() -> None:
    async def main() -> None:
        async with Box() as box:
            stream, listener = box.open()
            await speak(stream, silence(200), speech("apple"), PAUSE)
            await stream.close()
        assert [type(e) for e in listener.events] == [
            SpeechBegan,
            Transcribed,
            Translated,
            *[Spoken] * 3,
            Finished,
        ]
        (said,), (translated,) = listener.of(Transcribed), listener.of(Translated)
        assert (said.text, said.language) == ("apple", "en")
        assert (translated.target, translated.text) == ("fr", "fr: apple")
        assert [s.last for s in listener.of(Spoken)] == [False, False, True]
        assert box.pipeline.ledger.as_dict()["done"] == 1

    run_virtually(main)


def test_two_utterances_keep_their_order_although_the_first_takes_longer() -> None:
    class SlowFirst(VirtualWorkers):
        async def call(self, role: Role, function: Any, *args: Any) -> Any:
            if role is Role.TRANSLATOR and "apple" in args[1][0].text:
                await asyncio.sleep(2.0)
                return function(*args)
            return await super().call(role, function, *args)

    async def main() -> None:
        async with Box() as box:
            box.pipeline._translating._workers = SlowFirst(lambda *_: 0.0)
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE, speech("plum"), PAUSE)
            await stream.close()
        assert [t.text for t in listener.of(Translated)] == ["fr: apple", "fr: plum"]
        spoken = [s.utterance.index for s in listener.of(Spoken)]
        assert spoken == sorted(spoken)

    run_virtually(main)


def test_nothing_is_translated_or_spoken_that_nobody_wants() -> None:
    async def main() -> None:
        async with Box() as box:
            stream, listener = box.open(Demand())
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
            assert isinstance(box.engines.translator, PrefixTranslator)
            assert isinstance(box.engines.synthesiser, ToneSynthesiser)
            assert box.engines.translator.requests == []
            assert box.engines.synthesiser.spoken == []
        assert [t.text for t in listener.of(Transcribed)] == ["apple"]

    run_virtually(main)


def test_a_listener_of_the_spoken_language_costs_no_translation() -> None:
    async def main() -> None:
        async with Box() as box:
            wanted = frozenset({"en", "fr"})
            stream, listener = box.open(Demand(wanted, wanted))
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
            assert isinstance(box.engines.translator, PrefixTranslator)
            assert [r.target for r in box.engines.translator.requests] == ["fr"]
        captions = {t.target: (t.text, t.fidelity) for t in listener.of(Translated)}
        assert captions == {"en": ("apple", Fidelity.SAME), "fr": ("fr: apple", Fidelity.OK)}
        assert {s.target for s in listener.of(Spoken)} == {"fr"}

    run_virtually(main)


def test_a_language_that_nobody_wants_any_more_stops_at_once() -> None:
    async def main() -> None:
        wanted = [FRENCH]
        async with Box({Role.RECOGNISER: 1.0}) as box:
            listener = Listener()
            stream = box.pipeline.open("s", StreamSettings("en"), lambda: wanted[0], listener)
            await speak(stream, speech("apple"), PAUSE)
            wanted[0] = Demand()
            await stream.close()
            assert isinstance(box.engines.translator, PrefixTranslator)
            assert box.engines.translator.requests == []
        assert box.pipeline.ledger.skipped == {"unwanted": 2}

    run_virtually(main)


def test_a_pair_without_a_model_shows_the_original_marked() -> None:
    async def main() -> None:
        wanted = frozenset({"ja"})
        async with Box() as box:
            stream, listener = box.open(Demand(wanted, wanted))
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
        (shown,) = listener.of(Translated)
        assert (shown.text, shown.fidelity) == ("apple", Fidelity.UNTRANSLATED)
        (skipped,) = listener.of(Skipped)
        assert (skipped.lane, skipped.target, skipped.reason) == (
            Lane.SPEECH,
            "ja",
            "no_translation_model",
        )

    run_virtually(main)


@pytest.mark.parametrize("kind", ["recogniser", "translator", "synthesiser"])
def test_an_engine_that_fails_costs_one_utterance_and_says_so(kind: str) -> None:
    failing: dict[str, Any] = {
        "recogniser": CountingRecogniser(failures=1),
        "translator": PrefixTranslator(failures=1),
        "synthesiser": ToneSynthesiser(failures=1),
    }

    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.4}, **{kind: failing[kind]}) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE, speech("plum"), PAUSE)
            await stream.close()
        if kind != "recogniser":
            assert {s.reason for s in listener.of(Skipped)} == {"engine_failed"}
            assert {s.utterance.index for s in listener.of(Skipped)} == {0}
        assert listener.of(Translated)[-1].text == "fr: plum"
        assert listener.of(Spoken)[-1].last

    run_virtually(main)


class RefusingTranslator(PrefixTranslator):
    """Never has time."""

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        raise WorkRefusedError("not now", "cluster_unavailable")


class RefusingRecogniser(CountingRecogniser):
    """Never has time."""

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        raise WorkRefusedError("not now", "cluster_unavailable")


def test_a_refused_translation_is_told_to_listeners_with_its_reason() -> None:
    async def main() -> None:
        async with Box(translator=RefusingTranslator()) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
        told = {(s.lane, s.reason) for s in listener.of(Skipped)}
        assert told == {
            (Lane.CAPTION, "cluster_unavailable"),
            (Lane.SPEECH, "cluster_unavailable"),
        }
        assert box.pipeline.ledger.skipped == {"cluster_unavailable": 2}
        assert box.pipeline.ledger.done == 1

    run_virtually(main)


def test_a_refused_recognition_is_told_to_listeners_with_its_reason() -> None:
    async def main() -> None:
        async with Box(recogniser=RefusingRecogniser()) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
        (skipped,) = listener.of(Skipped)
        assert (skipped.lane, skipped.target) == (Lane.SOURCE, None)
        assert skipped.reason == "cluster_unavailable"
        assert box.pipeline.ledger.dropped == {"cluster_unavailable": 1}
        assert box.pipeline.ledger.balanced

    run_virtually(main)


def test_engines_are_told_when_nobody_wants_the_answer_any_more() -> None:
    recogniser, translator = CountingRecogniser(), PrefixTranslator()
    voice = ToneSynthesiser()
    budget_s = PipelineLimits().lag_budget_ms / 1000

    async def main() -> None:
        async with Box(recogniser=recogniser, translator=translator, synthesiser=voice) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
        (translated,) = (
            at
            for at, event in zip(listener.times, listener.events, strict=True)
            if isinstance(event, Translated)
        )
        for request in (recogniser.requests[-1], translator.requests[-1], voice.spoken[0]):
            assert request.deadline is not None
            assert translated < request.deadline <= translated + budget_s

    run_virtually(main)


def test_a_withheld_recognition_is_counted_and_never_shown() -> None:
    async def main() -> None:
        async with Box(recogniser=CountingRecogniser(withhold="repetition")) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
        assert not listener.of(Transcribed)
        assert not listener.of(Translated)
        (skipped,) = listener.of(Skipped)
        assert skipped.withheld
        assert box.pipeline.ledger.dropped == {"repetition": 1}

    run_virtually(main)


def test_recognition_starts_before_the_pause_is_over_and_is_not_repeated() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.15}) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
            assert isinstance(box.engines.recogniser, CountingRecogniser)
            assert len(box.engines.recogniser.requests) == 1
        (finished,) = listener.of(Finished)
        endpointing = Config().endpointing
        assert finished.latency_ms["source_caption"] <= endpointing.silence_ms + 60
        assert box.pipeline.ledger.wasted_ms == 0

    run_virtually(main)


def test_speech_that_goes_on_after_a_short_pause_stays_one_utterance() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.15}) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), silence(160), speech("plum"), PAUSE)
            await stream.close()
        assert [t.text for t in listener.of(Transcribed)] == ["apple plum"]
        assert box.pipeline.ledger.wasted_ms > 0

    run_virtually(main)


def test_partials_come_while_somebody_speaks_and_are_never_taken_back() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.1}) as box:
            stream, listener = box.open(Demand(frozenset({"fr"}), partials=True))
            await speak(stream, *(speech(w, 900) for w in ("apple", "plum", "cherry")), PAUSE)
            await stream.close()
        partials = listener.of(Partial)
        assert len(partials) >= 3
        for before, after in pairwise(partials):
            assert after.stable.startswith(before.stable)
        final = listener.events.index(listener.of(Transcribed)[0])
        assert all(listener.events.index(p) < final for p in partials)

    run_virtually(main)


READING_ALONG = Demand(frozenset({"fr"}), partials=True, partial_captions=frozenset({"fr"}))


def test_listeners_of_another_language_read_along() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.1, Role.TRANSLATOR: 0.05}) as box:
            stream, listener = box.open(READING_ALONG)
            fruit = ("apple", "plum", "cherry", "lemon", "fig", "pear")
            await speak(stream, *(speech(word, 700) for word in fruit), PAUSE)
            await stream.close()
        translated = [p for p in listener.of(Partial) if p.translated]
        assert len(translated) >= 3
        assert {p.language for p in translated} == {"fr"}
        assert translated[-1].stable.startswith("fr: apple")
        for before, after in pairwise(translated):
            assert after.stable.startswith(before.stable)
        final = listener.events.index(listener.of(Transcribed)[0])
        assert all(listener.events.index(p) < final for p in translated)

    run_virtually(main)


def test_in_append_mode_nothing_that_was_shown_is_taken_back() -> None:
    async def main() -> None:
        limits = PipelineLimits(partials="append")
        async with Box({Role.RECOGNISER: 0.1}, Config(pipeline=limits)) as box:
            stream, listener = box.open(READING_ALONG)
            await speak(stream, *(speech(w, 900) for w in ("apple", "plum", "cherry")), PAUSE)
            await stream.close()
        assert any(p.stable for p in listener.of(Partial))
        assert not any(p.unstable for p in listener.of(Partial))

    run_virtually(main)


def test_a_busy_translator_leaves_partials_alone() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.1, Role.TRANSLATOR: 0.6}) as box:
            reading, listener = box.open(READING_ALONG)
            typing, typed = box.open(name="typing")
            for line in range(6):
                typing.say(f"line {line}", "en")
            await speak(reading, *(speech(w, 900) for w in ("apple", "plum")), PAUSE)
            await reading.close()
            await typing.idle()
        assert len(typed.of(Translated)) == 6
        assert not [p for p in listener.of(Partial) if p.translated]
        assert len(listener.of(Translated)) == 1

    run_virtually(main)


def test_translation_starts_before_the_pause_is_over_and_is_not_repeated() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.05, Role.TRANSLATOR: 0.1}) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
            assert isinstance(box.engines.translator, PrefixTranslator)
            assert len(box.engines.translator.requests) == 1
        (finished,) = listener.of(Finished)
        assert finished.latency_ms["caption"] <= Config().endpointing.silence_ms + 60
        assert [t.text for t in listener.of(Translated)] == ["fr: apple"]

    run_virtually(main)


def test_a_translation_of_what_was_not_over_is_not_delivered() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.02, Role.TRANSLATOR: 0.01}) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), silence(200), speech("plum"), PAUSE)
            await stream.close()
            assert isinstance(box.engines.translator, PrefixTranslator)
            texts = [request.text for request in box.engines.translator.requests]
        assert texts == ["apple", "apple plum"]
        assert [t.text for t in listener.of(Translated)] == ["fr: apple plum"]

    run_virtually(main)


def test_a_translator_that_fails_on_a_guess_is_asked_again() -> None:
    async def main() -> None:
        translator = PrefixTranslator(failures=1)
        costs = {Role.RECOGNISER: 0.02, Role.TRANSLATOR: 0.01}
        async with Box(costs, translator=translator) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
        assert [t.text for t in listener.of(Translated)] == ["fr: apple"]
        assert not box.pipeline.ledger.skipped

    run_virtually(main)


def test_two_workers_recognise_two_speakers_at_the_same_time() -> None:
    async def slowest(workers: int) -> int:
        recogniser = CountingRecogniser(max_batch=1)
        config = Config(recogniser=RecogniserSettings(workers=workers))
        async with Box({Role.RECOGNISER: 1.0}, config, recogniser=recogniser) as box:
            speakers = [box.open(name=name) for name in ("ana", "ben")]
            await asyncio.gather(*(speak(s, speech("apple"), PAUSE) for s, _ in speakers))
            await asyncio.gather(*(stream.close() for stream, _ in speakers))
        done = [finished for _, listener in speakers for finished in listener.of(Finished)]
        return max(finished.latency_ms["source_caption"] for finished in done)

    assert run_virtually(lambda: slowest(2)) + 900 < run_virtually(lambda: slowest(1))


def test_recogniser_is_told_whether_others_wait() -> None:
    async def hurried(speakers: int) -> list[bool]:
        recogniser = CountingRecogniser()
        async with Box({Role.RECOGNISER: 0.4}, recogniser=recogniser) as box:
            streams = [box.open(name=f"speaker {number}")[0] for number in range(speakers)]
            await asyncio.gather(*(speak(stream, speech("apple"), PAUSE) for stream in streams))
            for stream in streams:
                await stream.close()
        return [request.hurried for request in recogniser.requests if not request.partial]

    assert run_virtually(lambda: hurried(1)) == [False]
    assert True in run_virtually(lambda: hurried(3))


def test_a_monologue_cut_at_its_softest_place_is_not_late_from_the_start() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.1}) as box:
            stream, listener = box.open()
            soft = speech("plum", 96) * np.float32(0.6)
            await speak(stream, speech("apple", 6_300), soft, speech("cherry", 7_500), PAUSE)
            await stream.close()
        assert not listener.of(Skipped)
        assert "apple" in listener.of(Translated)[0].text

    run_virtually(main)


def test_what_waits_under_load_stays_in_order() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 2.2}) as box:
            ana, heard = box.open(name="ana")
            ben, _ = box.open(name="ben")
            fruit = ("apple", "plum", "cherry", "lemon", "fig", "pear")
            sounds = [part for word in fruit for part in (speech(word, 320), silence(350))]
            await asyncio.gather(speak(ana, *sounds, PAUSE), speak(ben, *sounds, PAUSE))
            await asyncio.gather(ana.close(), ben.close())
        said = " ".join(t.text for t in heard.of(Transcribed)).split()
        assert said == [word for word in fruit if word in said]

    run_virtually(main)


class _Odd(CountingRecogniser):
    """Names a language that nobody knows, once."""

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        heard = super().recognise(requests)
        if len(self.requests) == 1:
            return [replace(each, language="not a tag") for each in heard]
        return heard


def test_one_unusable_answer_holds_up_nobody() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.3}, recogniser=_Odd()) as box:
            listener = Listener()
            stream = box.pipeline.open("ana", StreamSettings(), lambda: FRENCH, listener)
            await speak(stream, speech("apple"), PAUSE, speech("plum"), PAUSE)
            await stream.close()
        assert [t.text for t in listener.of(Translated)] == ["fr: plum"]
        assert box.pipeline.ledger.dropped == {"engine_failed": 1}

    run_virtually(main)


def test_what_the_loudspeaker_said_is_not_translated_again() -> None:
    async def main() -> None:
        async with Box() as box:
            stream, listener = box.open()
            stream.note_played("Apple, plum, cherry.", 3.0)
            await speak(stream, *(speech(w, 300) for w in ("apple", "plum", "cherry")), PAUSE)
            await stream.close()
        assert not listener.of(Transcribed)
        assert box.pipeline.ledger.dropped == {"own_voice": 1}

    run_virtually(main)


def test_an_answer_without_words_holds_up_nobody() -> None:
    async def main() -> None:
        async with Box() as box:
            stream, listener = box.open()
            nothing = np.full(9_600, 0.9, np.float32)
            await speak(stream, nothing, PAUSE, speech("plum"), PAUSE)
            await stream.close()
        assert [t.text for t in listener.of(Translated)] == ["fr: plum"]
        assert box.pipeline.ledger.dropped == {"empty": 1}

    run_virtually(main)


class _Unsure(CountingRecogniser):
    """Is sure of nothing."""

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        return [replace(heard, average_logprob=-0.8) for heard in super().recognise(requests)]


def test_a_distant_voice_that_is_not_understood_is_withheld() -> None:
    async def main() -> None:
        async with Box(recogniser=_Unsure()) as box:
            stream, listener = box.open()
            for word in ("pear", "fig", "pear", "apple"):
                await speak(stream, speech(word), PAUSE)
            await stream.close()
        assert [said.text for said in listener.of(Transcribed)] == ["pear", "fig", "pear"]
        assert box.pipeline.ledger.dropped == {"distant": 1}
        assert listener.of(Skipped)[-1].withheld

    run_virtually(main)


def test_a_typed_line_is_translated_and_spoken_like_speech() -> None:
    async def main() -> None:
        async with Box() as box:
            stream, listener = box.open()
            stream.say("good morning", "en")
            await stream.idle()
        (translated,) = listener.of(Translated)
        assert translated.text == "fr: good morning"
        assert translated.utterance.typed
        assert listener.of(Spoken)[-1].last

    run_virtually(main)


def test_sound_over_the_inbox_is_dropped_and_shown() -> None:
    async def main() -> None:
        async with Box({Role.VOICE_ACTIVITY: 30.0}) as box:
            stream, listener = box.open()
            await speak(stream, silence(6_000))
            lost = sum(event.lost_ms for event in listener.of(SoundLost))
            assert 1_000 <= lost <= 6_000 - Config().pipeline.inbox_ms + 300
            stream.abort()

    run_virtually(main)


def test_a_gap_in_the_sound_ends_no_stream() -> None:
    async def main() -> None:
        async with Box() as box:
            stream, listener = box.open()
            for frame in frames(speech("apple"), PAUSE):
                stream.feed(frame)
                await asyncio.sleep(0.02)
            for frame in frames(speech("plum"), PAUSE, position=320_000):
                stream.feed(frame)
                await asyncio.sleep(0.02)
            await stream.close()
        assert [t.text for t in listener.of(Transcribed)] == ["apple", "plum"]
        (lost,) = listener.of(SoundLost)
        assert lost.reason == "gap"
        assert listener.of(Transcribed)[1].utterance.start_ms >= 20_000

    run_virtually(main)


def test_overload_drops_whole_utterances_visibly_and_recovers() -> None:
    async def main() -> None:
        config = Config(
            pipeline=PipelineLimits(lag_budget_ms=3_000), endpointing=Endpointing(silence_ms=200)
        )
        cost = {Role.RECOGNISER: 4.0}
        async with Box(cost, config) as box:
            stream, listener = box.open()
            for _ in range(20):
                await speak(stream, speech("apple"), silence(400))
            cost[Role.RECOGNISER] = 0.1
            await speak(stream, silence(8_000), speech("plum"), PAUSE)
            await stream.close()
        reasons = {s.reason for s in listener.of(Skipped)}
        assert reasons <= {"too_late", "captions_only", "queue_full"}
        assert reasons
        assert listener.of(Transcribed)[-1].text == "plum"
        assert listener.of(Spoken)[-1].utterance == listener.of(Transcribed)[-1].utterance
        ledger = box.pipeline.ledger
        assert ledger.entered == ledger.done + ledger.dropped.total()

    run_virtually(main)


def test_a_pause_in_what_is_said_pushes_out_nothing_that_was_said_before() -> None:
    async def main() -> None:
        limits = PipelineLimits(queued_utterances=1, lag_budget_ms=60_000)
        costs = {Role.RECOGNISER: 8.0}
        recogniser = CountingRecogniser(max_batch=1)
        async with Box(costs, Config(pipeline=limits), recogniser=recogniser) as box:
            stream, listener = box.open()
            for word in ("apple", "plum", "cherry", "lemon"):
                await speak(stream, speech(word, 400), silence(400))
            costs[Role.RECOGNISER] = 0.1
            # A breath, in which the box guesses that it may be over.
            await speak(stream, speech("fig", 400), silence(128), speech("fig", 6_000), PAUSE)
            await stream.close()
        assert not box.pipeline.ledger.dropped
        said = [t.text for t in listener.of(Transcribed)]
        assert " ".join(said) == "apple plum cherry lemon fig"

    run_virtually(main)


def test_one_speaker_in_trouble_does_not_hold_up_another() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 0.3}) as box:
            busy, _ = box.open(name="busy")
            calm, listener = box.open(name="calm")
            for _ in range(6):
                busy.say("x " * 50, "en")
            sounds = [sound for _ in range(30) for sound in (speech("apple"), silence(320))]
            talking = asyncio.ensure_future(speak(busy, *sounds))
            await speak(calm, silence(3_000), speech("plum"), PAUSE)
            await calm.close()
            talking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await talking
            busy.abort()
        (finished,) = listener.of(Finished)
        assert finished.latency_ms["caption"] <= 1_500

    run_virtually(main)


def test_the_event_loop_is_told_when_no_more_can_be_taken() -> None:
    async def main() -> None:
        async with Box(config=Config(pipeline=PipelineLimits(max_streams=1))) as box:
            box.open(name="first")
            with pytest.raises(Overloaded) as refused:
                box.open(name="second")
            assert refused.value.retry_after_s > 0

    run_virtually(main)


def test_stopping_in_the_middle_of_speech_leaves_the_ledger_balanced() -> None:
    async def main() -> None:
        async with Box({Role.RECOGNISER: 5.0}) as box:
            stream, _ = box.open()
            await speak(stream, speech("apple"), PAUSE, speech("plum"))
            await box.pipeline.stop()
        assert box.pipeline.ledger.dropped == {"aborted": 2}

    run_virtually(main)


def test_who_has_seen_the_words_is_told_that_the_rest_does_not_come() -> None:
    async def main() -> None:
        async with Box({Role.TRANSLATOR: 5.0}) as box:
            stream, listener = box.open()
            await speak(stream, speech("apple"), PAUSE)
            assert listener.of(Transcribed)
            stream.abort()
        told = {(event.lane, event.target, event.reason) for event in listener.of(Skipped)}
        assert told == {(Lane.CAPTION, "fr", "aborted"), (Lane.SPEECH, "fr", "aborted")}
        assert box.pipeline.ledger.dropped == {"aborted": 1}

    run_virtually(main)


def test_a_glossary_biases_the_ear_forces_the_term_and_teaches_the_voice() -> None:
    async def main() -> None:
        acme = Term({"en": "apple", "fr": "Pomme SA"}, {"fr": "pomme essa"})
        async with Box() as box:
            listener = Listener()
            settings = StreamSettings("en", glossary=Glossary((acme,)))
            stream = box.pipeline.open("s", settings, lambda: FRENCH, listener)
            await speak(stream, speech("apple"), PAUSE)
            await stream.close()
            assert isinstance(box.engines.recogniser, CountingRecogniser)
            assert isinstance(box.engines.synthesiser, ToneSynthesiser)
            assert box.engines.recogniser.requests[0].terms == ("apple",)
            assert "pomme essa" in box.engines.synthesiser.spoken[0].text
        (shown,) = listener.of(Translated)
        assert "Pomme SA" in shown.text

    run_virtually(main)
