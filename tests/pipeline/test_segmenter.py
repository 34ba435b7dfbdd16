import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.config.tree import Endpointing, VoiceActivity
from edge_interpreter.pipeline.segmenter import (
    WINDOW_MS,
    WINDOW_SAMPLES,
    Began,
    Ended,
    Paused,
    Resumed,
    Segment,
    Segmenter,
    Window,
)

LIMITS = Endpointing(
    silence_ms=320,
    speculative_ms=96,
    min_speech_ms=96,
    pre_roll_ms=128,
    soft_limit_ms=3_000,
    max_utterance_ms=6_000,
)


def run(probabilities: list[float], limits: Endpointing = LIMITS) -> list[Segment]:
    segmenter = Segmenter(VoiceActivity(), limits)
    events: list[Segment] = []
    for i, probability in enumerate(probabilities):
        samples = np.full(WINDOW_SAMPLES, i, np.float32)
        events += segmenter.push(Window(i * WINDOW_SAMPLES, samples, probability, i * 0.032))
    return events + segmenter.flush()


def window_numbers(samples: np.ndarray) -> list[int]:
    return [int(value) for value in samples[::WINDOW_SAMPLES]]


def test_an_utterance_has_its_pre_roll_and_ends_after_the_pause() -> None:
    began, paused, ended = run([0.0] * 10 + [0.9] * 20 + [0.0] * 20)
    assert began == Began(0, 10 * WINDOW_SAMPLES)
    assert isinstance(paused, Paused)
    assert isinstance(ended, Ended)
    assert window_numbers(ended.samples) == list(range(6, 33))
    assert ended.end == 30 * WINDOW_SAMPLES
    assert ended.spoken == 29 * 0.032


def test_a_guess_made_at_the_pause_has_the_very_samples_of_the_end() -> None:
    _, paused, ended = run([0.9] * 20 + [0.0] * 20)
    assert isinstance(paused, Paused)
    assert isinstance(ended, Ended)
    assert np.array_equal(paused.samples, ended.samples)


def test_speech_that_goes_on_takes_the_guess_back() -> None:
    kinds = [type(event) for event in run([0.9] * 20 + [0.0] * 5 + [0.9] * 10 + [0.0] * 20)]
    assert kinds == [Began, Paused, Resumed, Paused, Ended]


def test_a_click_is_no_utterance() -> None:
    assert run([0.0] * 5 + [0.9] * 2 + [0.0] * 30) == []


def test_a_probability_between_the_thresholds_changes_nothing() -> None:
    events = run([0.4] * 20)
    assert events == []
    kinds = [type(event) for event in run([0.9] * 10 + [0.4] * 30 + [0.0] * 20)]
    assert kinds == [Began, Paused, Ended]


def test_long_speech_is_cut_at_its_quietest_place() -> None:
    limit = LIMITS.max_utterance_ms // WINDOW_MS + 1
    probabilities = [0.99] * (limit + 60)
    probabilities[150] = 0.6
    ended = [event for event in run(probabilities) if isinstance(event, Ended)]
    assert [event.cut for event in ended] == [True, False]
    assert abs(ended[0].end // WINDOW_SAMPLES - 150) <= 1


def test_a_short_pause_ends_a_long_utterance() -> None:
    pause = [0.0] * 6
    short = run([0.9] * 30 + pause + [0.9] * 30 + [0.0] * 20)
    long = run([0.9] * 150 + pause + [0.9] * 30 + [0.0] * 20)
    assert sum(isinstance(event, Ended) for event in short) == 1
    assert sum(isinstance(event, Ended) for event in long) == 2


def test_flush_ends_what_is_being_said() -> None:
    events = run([0.9] * 30)
    assert isinstance(events[-1], Ended)
    assert window_numbers(events[-1].samples) == list(range(30))


@given(st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.95]), max_size=700))
def test_no_speech_is_lost_or_heard_twice(probabilities: list[float]) -> None:
    events = run(probabilities)
    began = [event.index for event in events if isinstance(event, Began)]
    ended = [event for event in events if isinstance(event, Ended)]
    assert began == list(range(len(began)))
    assert began == [event.index for event in ended]
    heard = [number for event in ended for number in window_numbers(event.samples)]
    assert heard == sorted(set(heard))
    longest = LIMITS.max_utterance_ms + LIMITS.pre_roll_ms + WINDOW_MS
    assert all(event.samples.size // 16 <= longest for event in ended)
    surely = run_of_speech(probabilities, LIMITS.min_speech_ms // WINDOW_MS)
    assert surely <= set(heard)


def run_of_speech(probabilities: list[float], at_least: int) -> set[int]:
    """Windows within unbroken runs of certain speech that are long enough to count."""
    runs: set[int] = set()
    start = 0
    for i, probability in enumerate([*probabilities, 0.0]):
        if probability >= 0.5:
            continue
        if i - start >= at_least:
            runs |= set(range(start, i))
        start = i + 1
    return runs
