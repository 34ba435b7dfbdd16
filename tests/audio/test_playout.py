"""Playout: an even stream of frames from uneven blocks."""

import numpy as np

from edge_interpreter.audio.frames import FRAME_SAMPLES, Samples
from edge_interpreter.audio.playout import Playout


def block(frames: float = 1, level: float = 0.5) -> Samples:
    return np.full(int(frames * FRAME_SAMPLES), level, np.float32)


def test_blocks_of_any_length_come_out_as_whole_frames_in_order() -> None:
    playout = Playout()
    sound = np.arange(10 * FRAME_SAMPLES, dtype=np.float32)
    for part in np.split(sound, [100, 700, 1500]):
        playout.put(part)
    frames = [playout.take() for _ in range(10)]
    assert all(frame is not None for frame in frames)
    assert np.array_equal(np.concatenate([f for f in frames if f is not None]), sound)


def test_nothing_before_a_little_has_gathered() -> None:
    playout = Playout()
    assert playout.take() is None
    playout.put(block())
    assert playout.take() is None
    playout.put(block())
    assert playout.take() is not None


def test_a_gap_is_concealed_then_silent_then_over() -> None:
    playout = Playout()
    playout.put(block(2))
    frames = [playout.take() for _ in range(40)]
    assert playout.concealed == 25
    assert frames[10] is not None
    assert not frames[10].any()
    assert frames[-1] is None


def test_a_sender_with_a_faster_clock_does_not_build_up_delay() -> None:
    playout = Playout()
    for tick in range(20_000):
        playout.put(block())
        if tick % 500 == 0:
            playout.put(block())
        playout.take()
    assert playout.dropped > 30 * FRAME_SAMPLES
    assert playout._size <= 5 * FRAME_SAMPLES


def test_a_burst_is_cut_to_the_newest_sound() -> None:
    playout = Playout()
    for level in range(30):
        playout.put(block(level=level))
    heard = [playout.take() for _ in range(3)]
    assert [frame[-1] for frame in heard if frame is not None] == [27, 28, 29]
    assert playout.dropped == 27 * FRAME_SAMPLES


def test_delay_that_a_stall_left_behind_goes_in_the_next_pause() -> None:
    playout = Playout()
    playout.put(block(2))
    for _ in range(8):
        playout.take()
    playout.put(block(7))  # what was late comes at once
    for tick in range(220):
        playout.put(block(level=0.0 if 150 < tick < 180 else 0.5))
        playout.take()
    assert playout._size <= 2 * FRAME_SAMPLES
    assert playout.dropped >= 5 * FRAME_SAMPLES


def test_uneven_quiet_sound_never_takes_more_than_there_is() -> None:
    chance = np.random.default_rng(1)
    playout = Playout()
    for _ in range(5_000):
        for _ in range(chance.poisson(1.0)):
            playout.put(block(0.5 + 0.5 * chance.integers(0, 3), level=0.0))
        frame = playout.take()
        assert frame is None or frame.size == FRAME_SAMPLES


def test_sound_that_keeps_coming_late_is_waited_for() -> None:
    playout = Playout()
    concealed = []
    for _ in range(20):
        for tick in range(50):
            # Ten times a second 20 ms come a tick late.
            playout.put(block(0 if tick % 5 == 4 else 2 if tick % 5 == 0 else 1))
            playout.take()
        concealed.append(playout.concealed)
    assert concealed[-1] == concealed[5]
    assert playout._size < 5 * FRAME_SAMPLES
