"""The machine's sound system through PortAudio (sounddevice)."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar, Protocol

import numpy as np

from edge_interpreter.audio.frames import Samples
from edge_interpreter.capture.devices import Device, DeviceError

BLOCK_MS = 20

OnBlock = Callable[[Samples, bool], None]
OnEnd = Callable[[], None]


class InputStream(Protocol):
    """An open input; `rate` in Hz is what its blocks come at."""

    rate: int

    def close(self) -> None:
        """Stop it; no block comes afterwards."""
        ...


class SoundSystem(Protocol):
    """Where microphones are. Its calls block; they are made on a worker thread."""

    def devices(self) -> list[Device]:
        """What is plugged in now; raises DeviceError where sound cannot be had at all."""
        ...

    def open_input(self, device: Device, on_block: OnBlock, on_end: OnEnd) -> InputStream:
        """Start listening.

        `on_block` gets one channel and whether sound was lost before it, on a thread of the sound
        system that must not wait; `on_end` says that no more comes. Raises DeviceError.
        """
        ...


class PortAudio:
    """The real one.

    PortAudio lists its devices when it starts, so it is started again to look, unless a stream is
    open anywhere in this process, which that would end.
    """

    _open: ClassVar["set[_Stream]"] = set()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def devices(self) -> list[Device]:
        """See `SoundSystem.devices`."""
        library = _library()
        try:
            with self._lock:
                if not self._open:
                    library._terminate()
                    library._initialize()
                systems = library.query_hostapis()
                found = library.query_devices()
        except library.PortAudioError as error:
            raise DeviceError(f"the sound system does not answer: {error}") from error
        first_input, first_output = _defaults(systems)
        return [
            Device(
                entry["index"],
                entry["name"],
                systems[entry["hostapi"]]["name"],
                entry["max_input_channels"],
                entry["max_output_channels"],
                round(entry["default_samplerate"]),
                entry["index"] == first_input,
                entry["index"] == first_output,
            )
            for entry in found
        ]

    def open_input(self, device: Device, on_block: OnBlock, on_end: OnEnd) -> InputStream:
        """See `SoundSystem.open_input`."""
        library = _library()

        def called(data: "np.ndarray[Any, Any]", _count: int, _time: Any, status: Any) -> None:
            on_block(data[:, 0].copy(), bool(status.input_overflow))

        with self._lock, ExitStack() as undo:
            try:
                stream = library.InputStream(
                    samplerate=device.rate,
                    blocksize=device.rate * BLOCK_MS // 1000,
                    device=device.index,
                    channels=1,
                    dtype="float32",
                    latency="low",
                    callback=called,
                    finished_callback=on_end,
                )
                undo.callback(stream.close, ignore_errors=True)
                stream.start()
            except (library.PortAudioError, ValueError) as error:
                raise DeviceError(f"{device.name} cannot be opened: {error}") from error
            opened = _Stream(self._open, stream, device.rate)
            self._open.add(opened)
            undo.pop_all()
            return opened


class _Stream:
    def __init__(self, opened: "set[_Stream]", stream: Any, rate: int) -> None:
        self.rate = rate
        self._opened = opened
        self._stream = stream

    def close(self) -> None:
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)
        self._opened.discard(self)


def _defaults(systems: Any) -> tuple[int, int]:
    """Indices of the default input and output of the first system that has one, else -1."""
    inputs = [system["default_input_device"] for system in systems]
    outputs = [system["default_output_device"] for system in systems]
    return (
        next((index for index in inputs if index >= 0), -1),
        next((index for index in outputs if index >= 0), -1),
    )


def _library() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "no sound devices can be used: the PortAudio library is missing;"
            " on Debian and Ubuntu: apt install libportaudio2"
        ) from error
    return sounddevice
