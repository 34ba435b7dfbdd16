"""A microphone as frames, for as long as it takes: unplugged and plugged in again, it goes on."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum

from edge_interpreter.audio.frames import SAMPLE_RATE, Frame, Framer, Samples
from edge_interpreter.audio.resample import StreamResampler
from edge_interpreter.capture.calibration import NoiseFloor
from edge_interpreter.capture.devices import Device, DeviceError, find_input
from edge_interpreter.capture.portaudio import InputStream, PortAudio, SoundSystem
from edge_interpreter.capture.ring import Block, BlockRing

STALLED_S = 1.0
"""A device that gives nothing for this long is gone, whatever it says."""
FIRST_SOUND_S = 3.0
"""The same for one that has just been opened: Bluetooth takes its time."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0


class MicrophoneState(StrEnum):
    """Closed → opening → listening → lost → opening → … → closed."""

    CLOSED = "closed"
    OPENING = "opening"
    LISTENING = "listening"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class MicrophoneEvent:
    """A change of state; `text` is fit to be shown."""

    state: MicrophoneState
    text: str


def _ignore(_event: MicrophoneEvent) -> None:
    """Nobody wants to know."""


class Microphone:
    """Frames from a sound input: `device` is its name, a part of it, its index, or the default.

    A device that vanishes is looked for again, by its name, with growing pauses; the frames then
    go on with a jump in their position as long as the time it was away. `overruns` counts how
    often sound was lost because nobody took it, or because the sound system lost it itself.
    `noise` follows the noise of the room; an event tells its level when it is first known.
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        on_event: Callable[[MicrophoneEvent], None] = _ignore,
        system: SoundSystem | None = None,
    ) -> None:
        self.state = MicrophoneState.CLOSED
        self.noise = NoiseFloor()
        self._wanted = device
        self._on_event = on_event
        self._system: SoundSystem = system or PortAudio()
        self._overruns = 0
        self._listening: _Listening | None = None

    @property
    def overruns(self) -> int:
        """How often sound was lost."""
        return self._overruns + (self._listening.overruns if self._listening else 0)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames until the iterator is closed; one iterator at a time.

        Raises DeviceError when the device cannot be opened at first; later it is waited for.
        """
        track = _Track(asyncio.get_running_loop().time)
        listening = await self._open()
        try:
            while True:
                self._tell(MicrophoneState.LISTENING, f"listening to {listening.device.name}")
                track.begin(listening.stream.rate)
                async for block in listening.blocks():
                    for frame in track.push(block):
                        self._measure(frame)
                        yield frame
                await self._close()
                self._tell(MicrophoneState.LOST, f"{listening.device.name} has gone")
                listening = await self._open_again(listening.device)
        finally:
            try:
                await self._close()
            finally:
                self._tell(MicrophoneState.CLOSED, "closed")

    async def _open(self) -> "_Listening":
        self._tell(MicrophoneState.OPENING, "opening the microphone")
        listening = _Listening()
        opening = asyncio.ensure_future(
            asyncio.to_thread(listening.open, self._system, self._wanted)
        )
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The thread goes on: what it opens must be closed.
            with contextlib.suppress(DeviceError):
                await opening
                await asyncio.to_thread(listening.stream.close)
            raise
        except DeviceError as error:
            self._tell(MicrophoneState.CLOSED, str(error))
            raise
        self._listening = listening
        return listening

    async def _open_again(self, device: Device) -> "_Listening":
        # Indices move when something is unplugged; names stay.
        self._wanted = device.name
        pause = FIRST_PAUSE_S
        while True:
            await asyncio.sleep(pause)
            with contextlib.suppress(DeviceError):
                return await self._open()
            self._tell(MicrophoneState.LOST, f"waiting for {device.name}")
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _close(self) -> None:
        if self._listening is not None:
            listening, self._listening = self._listening, None
            self._overruns += listening.overruns
            await asyncio.shield(asyncio.to_thread(listening.stream.close))

    def _measure(self, frame: Frame) -> None:
        calibrated = self.noise.calibrated
        self.noise.push(frame.samples)
        if self.noise.calibrated and not calibrated:
            level = round(self.noise.floor_dbfs)
            self._on_event(MicrophoneEvent(self.state, f"noise of the room: {level} dBFS"))

    def _tell(self, state: MicrophoneState, text: str) -> None:
        if state is not self.state:
            self.state = state
            self._on_event(MicrophoneEvent(state, text))


class _Listening:
    """One stay of a device."""

    device: Device
    stream: InputStream

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ring = BlockRing()
        self._something = asyncio.Event()
        self._ended = False
        self._lost_by_system = 0

    @property
    def overruns(self) -> int:
        return self._ring.overruns + self._lost_by_system

    def open(self, system: SoundSystem, wanted: str | int | None) -> None:
        self.device = find_input(system.devices(), wanted)
        self.stream = system.open_input(self.device, self._on_block, self._on_end)

    async def blocks(self) -> AsyncIterator[Block]:
        """Blocks until the device ends or stalls."""
        patience_s = FIRST_SOUND_S
        while True:
            while (block := self._ring.take()) is not None:
                patience_s = STALLED_S
                yield block
            if self._ended:
                return
            self._something.clear()
            try:
                await asyncio.wait_for(self._something.wait(), patience_s)
            except TimeoutError:
                return

    def _on_block(self, samples: Samples, lost: bool) -> None:
        self._lost_by_system += lost
        self._ring.put(samples)
        self._wake(self._something.set)

    def _on_end(self) -> None:
        self._wake(self._end)

    def _end(self) -> None:
        self._ended = True
        self._something.set()

    def _wake(self, callback: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(callback)


class _Track:
    """Puts the sound of every stay on one line of time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._framer = Framer()
        self._left_at: float | None = None
        self._begun = False
        self._rate = SAMPLE_RATE
        self._resampler = StreamResampler(SAMPLE_RATE, SAMPLE_RATE)

    def begin(self, rate: int) -> None:
        """A device begins at `rate` Hz."""
        self._rate = rate
        self._resampler = StreamResampler(rate, SAMPLE_RATE)
        self._begun = True

    def push(self, block: Block) -> list[Frame]:
        now = self._clock()
        frames: list[Frame] = []
        away_s = block.lost / self._rate
        if self._begun and self._left_at is not None:
            away_s += max(now - self._left_at - block.samples.size / self._rate, 0.0)
        self._begun, self._left_at = False, now
        if away_s:
            frames += self._framer.push(self._resampler.flush()) + self._framer.flush()
            self._framer.skip(round(away_s * SAMPLE_RATE))
            self._resampler = StreamResampler(self._rate, SAMPLE_RATE)
        return frames + self._framer.push(self._resampler.push(block.samples))
