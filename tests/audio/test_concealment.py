"""Concealment as a listener hears it: no click, no drone, no hole at the start of a gap."""

import numpy as np

from edge_interpreter.audio.concealment import Concealer

RATE = 8_000
UNIT = 160


def vowel(seconds: float, pitch: float = 120.0) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    waves: np.ndarray = np.sum(
        [np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 8)], axis=0
    )
    return np.asarray(0.3 * waves, np.float32)


def play(concealer: Concealer, sound: np.ndarray, lost: set[int]) -> np.ndarray:
    units = sound.reshape(-1, UNIT)
    return np.concatenate(
        [
            concealer.lost(UNIT) if i in lost else concealer.good(unit)
            for i, unit in enumerate(units)
        ]
    )


def test_nothing_lost_is_passed_through_unchanged() -> None:
    sound = vowel(0.4)
    assert np.array_equal(play(Concealer(RATE), sound, set()), sound)


def test_one_lost_unit_of_a_vowel_is_hardly_heard() -> None:
    sound = vowel(0.4)
    heard = play(Concealer(RATE), sound, {10})
    gap = slice(10 * UNIT, 11 * UNIT)
    error = np.sqrt(np.mean((heard[gap] - sound[gap]) ** 2) / np.mean(sound[gap] ** 2))
    assert error < 0.35
    assert np.abs(np.diff(heard)).max() < 1.5 * np.abs(np.diff(sound)).max()


def test_a_long_gap_fades_to_silence() -> None:
    heard = play(Concealer(RATE), vowel(0.4), set(range(8, 20)))
    assert np.abs(heard[8 * UNIT : 9 * UNIT]).max() > 0.1
    assert np.abs(heard[12 * UNIT :]).max() == 0.0


def test_loss_before_anything_arrived_is_silence() -> None:
    assert not Concealer(RATE).lost(UNIT).any()
