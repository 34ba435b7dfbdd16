"""The jitter buffer, driven by a made-up network and a made-up clock."""

import random
from dataclasses import dataclass, field

import pytest

from edge_interpreter.audio.jitter import LAN, WAN, JitterBuffer, JitterProfile, JitterStats, Lost

UNIT_MS = 20


@dataclass
class Heard:
    stats: JitterStats
    units: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    silent: int = 0

    def delay(self, share: float) -> float:
        return sorted(self.delays)[int(share * (len(self.delays) - 1))]


def listen(
    profile: JitterProfile,
    *,
    seconds: int = 120,
    loss: float = 0.0,
    jitter_ms: float = 0.0,
    drift_ppm: float = 0.0,
    gap: range = range(0),
) -> Heard:
    chance = random.Random(7)
    period = UNIT_MS * (1 - drift_ppm * 1e-6)
    sent = range(seconds * 50)
    arrivals = sorted(
        (index * period + 30 + chance.uniform(0, jitter_ms), index)
        for index in sent
        if chance.random() >= loss and index not in gap
    )
    buffer = JitterBuffer(profile, UNIT_MS)
    heard = Heard(buffer.stats)
    for tick in range(0, seconds * 1000, UNIT_MS):
        if not arrivals:
            break
        while arrivals and arrivals[0][0] <= tick:
            at, index = arrivals.pop(0)
            buffer.put(index, index.to_bytes(4), at)
        unit = buffer.pop(tick)
        if isinstance(unit, bytes):
            heard.units.append(int.from_bytes(unit))
            heard.delays.append(tick - heard.units[-1] * period - 30)
        elif unit is None:
            heard.silent += 1
    return heard


def test_clean_link_loses_nothing_and_adds_little() -> None:
    heard = listen(LAN)
    assert heard.units == list(range(len(heard.units)))
    assert heard.stats.lost == heard.stats.inserted == 0
    assert heard.delay(1.0) <= 40
    assert heard.stats.jitter_ms < 1


def test_jitter_is_told_as_rfc_3550_has_it() -> None:
    # Two uniform delays differ by a third of their range on average.
    assert 20 < listen(WAN, jitter_ms=80).stats.jitter_ms < 35


@pytest.mark.parametrize("drift_ppm", [0, 200, -200])
def test_bad_link_stays_within_120_ms_and_loses_little_more_than_the_network(
    drift_ppm: float,
) -> None:
    heard = listen(WAN, loss=0.1, jitter_ms=80, drift_ppm=drift_ppm)
    assert heard.units == sorted(set(heard.units))
    assert heard.delay(1.0) <= 120
    assert len(heard.units) > 0.87 * 120 * 50


@pytest.mark.parametrize("drift_ppm", [200, -200])
def test_clock_drift_is_followed_a_unit_at_a_time(drift_ppm: float) -> None:
    heard = listen(LAN, seconds=600, drift_ppm=drift_ppm)
    assert heard.stats.dropped + heard.stats.inserted <= 8
    assert heard.stats.lost == 0
    assert heard.delay(1.0) <= 60


def test_reordered_units_come_out_in_order() -> None:
    heard = listen(WAN, jitter_ms=50)
    assert heard.units == list(range(len(heard.units)))


def test_silence_suppression_restarts_without_growing_delay() -> None:
    heard = listen(LAN, gap=range(500, 1500))
    assert heard.stats.restarts == 1
    assert heard.silent > 900
    assert 1502 in heard.units
    assert heard.delay(1.0) <= 60


def test_duplicates_and_late_units_are_counted_not_played() -> None:
    buffer = JitterBuffer(LAN, UNIT_MS)
    for index in range(3):
        buffer.put(index, bytes([index]), index * 20)
        buffer.put(index, bytes([index]), index * 20)
    played = [buffer.pop(40 + 20 * i) for i in range(3)]
    buffer.put(0, b"late", 100)
    assert played == [b"\0", b"\1", b"\2"]
    assert (buffer.stats.duplicate, buffer.stats.late) == (3, 1)


def test_a_jump_of_the_counter_starts_anew_instead_of_filling_up() -> None:
    buffer = JitterBuffer(LAN, UNIT_MS)
    for index in range(10):
        buffer.put(index, b"a", index * 20)
    buffer.pop(200)
    for index in range(10):
        buffer.put(1_000_000 + index, b"b", 200 + index * 20)
    units = [buffer.pop(220 + 20 * i) for i in range(8)]
    assert b"b" in units
    assert not any(isinstance(unit, Lost) for unit in units)
