import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import numpy as np
import pytest

from edge_interpreter.audio.frames import Frame, Samples
from edge_interpreter.capture import microphone as module
from edge_interpreter.capture.devices import Device, DeviceError
from edge_interpreter.capture.microphone import Microphone, MicrophoneEvent, MicrophoneState
from edge_interpreter.capture.portaudio import InputStream, OnBlock, OnEnd
from edge_interpreter.capture.ring import BLOCKS

RATE = 48_000


class FakeStream:
    def __init__(self, on_block: OnBlock, on_end: OnEnd) -> None:
        self.rate = RATE
        self.on_block = on_block
        self.on_end = on_end
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def hear(self, samples: Samples, lost: bool = False) -> None:
        thread = threading.Thread(target=self.on_block, args=(samples, lost))
        thread.start()
        thread.join()

    def unplug(self) -> None:
        thread = threading.Thread(target=self.on_end)
        thread.start()
        thread.join()


class FakeSystem:
    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.streams: list[FakeStream] = []
        self.opened: list[Device] = []
        self.slow = threading.Event()
        self.slow.set()

    def devices(self) -> list[Device]:
        return [Device(i, name, "fake", 1, 0, RATE) for i, name in enumerate(self.names)]

    def open_input(self, device: Device, on_block: OnBlock, on_end: OnEnd) -> InputStream:
        self.slow.wait(20)
        self.opened.append(device)
        stream = FakeStream(on_block, on_end)
        self.streams.append(stream)
        return stream


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)


def tone(milliseconds: int, start: int = 0) -> Samples:
    t = (start + np.arange(RATE * milliseconds // 1000)) / RATE
    return (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


async def take(frames: AsyncIterator[Frame], count: int) -> list[Frame]:
    async with asyncio.timeout(20):
        return [await anext(frames) for _ in range(count)]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - it changes on a thread
            await asyncio.sleep(0.005)


async def until_open(system: FakeSystem, count: int) -> FakeStream:
    await until(lambda: len(system.streams) >= count)
    return system.streams[-1]


async def test_any_rate_becomes_frames_of_16_khz() -> None:
    system = FakeSystem("Mic")
    async with aclosing(Microphone(system=system).frames()) as frames:
        taking = asyncio.create_task(take(frames, 40))
        stream = await until_open(system, 1)
        for i in range(50):
            stream.hear(tone(20, i * RATE // 50))
        got = await taking
    assert [frame.position for frame in got] == [i * 320 for i in range(40)]
    sound = np.concatenate([frame.samples for frame in got])
    assert sound.size == 40 * 320
    assert np.argmax(np.abs(np.fft.rfft(sound))) == pytest.approx(440 * 0.8, abs=1)
    assert stream.closed


async def test_the_noise_of_the_room_is_measured_in_the_first_second() -> None:
    system = FakeSystem("Mic")
    events: list[MicrophoneEvent] = []
    microphone = Microphone(on_event=events.append, system=system)
    async with aclosing(microphone.frames()) as frames:
        taking = asyncio.create_task(take(frames, 50))
        stream = await until_open(system, 1)
        for _ in range(60):
            noise = np.random.default_rng(0).standard_normal(RATE // 50)
            stream.hear((0.001 * noise).astype(np.float32))
        await taking
        assert microphone.noise.calibrated
    assert events[2].text.startswith("noise of the room: -6")


async def test_a_device_that_comes_back_goes_on_under_its_name() -> None:
    system = FakeSystem("Built-in", "USB Mic")
    events: list[MicrophoneEvent] = []
    microphone = Microphone("usb", on_event=events.append, system=system)
    async with aclosing(microphone.frames()) as frames:
        taking = asyncio.create_task(take(frames, 2))
        first = await until_open(system, 1)
        for _ in range(6):
            first.hear(tone(20))
        before = await taking
        taking = asyncio.create_task(take(frames, 8))
        system.names = ["Built-in"]
        first.unplug()
        await until(lambda: first.closed and microphone.state is MicrophoneState.LOST)
        await asyncio.sleep(0.1)
        system.names = ["USB Mic", "Built-in"]
        second = await until_open(system, 2)
        for _ in range(12):
            second.hear(tone(20))
        after = await taking
    assert [device.index for device in system.opened] == [1, 0]
    positions = [frame.position for frame in before + after]
    steps = np.diff(positions)
    assert steps.min() == 320
    # The time it was away, and nothing else, is missing.
    assert (steps > 320).sum() == 1
    assert steps.max() > 0.1 * 16_000
    states = [event.state.value for event in events]
    assert states[:4] == ["opening", "listening", "lost", "opening"]
    assert states[-2:] == ["listening", "closed"]
    assert events[1].text == "listening to USB Mic"


async def test_a_device_that_falls_silent_without_a_word_is_opened_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "STALLED_S", 0.05)
    monkeypatch.setattr(module, "FIRST_SOUND_S", 0.05)
    system = FakeSystem("Mic")
    async with aclosing(Microphone(system=system).frames()) as frames:
        taking = asyncio.create_task(take(frames, 1))
        await until_open(system, 2)
        assert system.streams[0].closed
        while not taking.done():
            system.streams[-1].hear(tone(20))
            await asyncio.sleep(0.005)
        assert len(await taking) == 1
    assert all(stream.closed for stream in system.streams)


async def test_sound_that_nobody_takes_is_dropped_and_counted() -> None:
    system = FakeSystem("Mic")
    microphone = Microphone(system=system)
    async with aclosing(microphone.frames()) as frames:
        taking = asyncio.create_task(take(frames, 1))
        stream = await until_open(system, 1)
        for _ in range(5):
            stream.hear(tone(20))
        await taking
        for _ in range(BLOCKS + 30):
            stream.hear(tone(20))
        stream.hear(tone(20), lost=True)
        got = await take(frames, BLOCKS - 5)
        # The block that the frame taken was cut from may still be with the reader.
        assert 25 <= microphone.overruns - 1 <= 40
        steps = np.diff([frame.position for frame in got])
        assert steps.max() - 320 == pytest.approx((microphone.overruns - 1) * 320, abs=640)
    assert microphone.overruns >= 26


async def test_a_device_that_cannot_be_opened_at_first_is_an_error() -> None:
    microphone = Microphone("bluetooth", system=FakeSystem("Mic"))
    with pytest.raises(DeviceError, match=r"no sound input bluetooth; there are: 0 \(Mic\)"):
        await anext(microphone.frames())
    assert microphone.state is MicrophoneState.CLOSED


async def test_cancelling_while_it_opens_leaves_nothing_open() -> None:
    system = FakeSystem("Mic")
    system.slow.clear()
    taking = asyncio.create_task(take(Microphone(system=system).frames(), 1))
    await asyncio.sleep(0.05)
    taking.cancel()
    await asyncio.sleep(0.01)
    system.slow.set()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert [stream.closed for stream in system.streams] == [True]
