import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge_interpreter.audio.frames import Samples
from edge_interpreter.capture.devices import DeviceError, find_input
from edge_interpreter.capture.portaudio import PortAudio


class FakeStream:
    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.state = "open"

    def start(self) -> None:
        if self.settings["device"] == 1:
            raise FakeLibrary.PortAudioError("Device unavailable")

    def abort(self, ignore_errors: bool) -> None:
        self.state = "aborted"

    def close(self, ignore_errors: bool) -> None:
        self.state = "closed"


class FakeLibrary(ModuleType):
    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.restarts = 0
        self.streams: list[FakeStream] = []

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        pass

    def query_hostapis(self) -> tuple[dict[str, Any], ...]:
        empty = {"name": "JACK", "default_input_device": -1, "default_output_device": -1}
        return (empty, {"name": "ALSA", "default_input_device": 0, "default_output_device": 1})

    def query_devices(self) -> list[dict[str, Any]]:
        shared = {"hostapi": 1, "max_output_channels": 2, "default_samplerate": 44_100.0}
        return [
            {"index": 0, "name": "Desk", "max_input_channels": 2, **shared},
            {"index": 1, "name": "Busy", "max_input_channels": 1, **shared},
        ]

    def InputStream(self, **settings: Any) -> FakeStream:  # noqa: N802 - sounddevice's name
        self.streams.append(FakeStream(**settings))
        return self.streams[-1]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakeLibrary:
    library = FakeLibrary()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    return library


def test_devices_are_looked_for_anew_unless_a_stream_is_open(library: FakeLibrary) -> None:
    desk = PortAudio().devices()[0]
    assert (desk.name, desk.system, desk.inputs, desk.rate) == ("Desk", "ALSA", 2, 44_100)
    assert (desk.default_input, desk.default_output) == (True, False)
    assert library.restarts == 1
    stream = PortAudio().open_input(desk, lambda _samples, _lost: None, lambda: None)
    PortAudio().devices()
    assert library.restarts == 1
    stream.close()
    assert library.streams[0].state == "closed"
    PortAudio().devices()
    assert library.restarts == 2


def test_the_first_channel_is_heard_at_the_device_s_own_rate(library: FakeLibrary) -> None:
    system = PortAudio()
    heard: list[tuple[Samples, bool]] = []
    stream = system.open_input(
        find_input(system.devices(), None), lambda *block: heard.append(block), lambda: None
    )
    settings = library.streams[0].settings
    assert (settings["samplerate"], settings["blocksize"], settings["channels"]) == (44_100, 882, 1)
    data = np.array([[0.5], [0.25]], np.float32)
    settings["callback"](data, 2, None, SimpleNamespace(input_overflow=True))
    data[:] = 0
    assert heard[0][0].tolist() == [0.5, 0.25]
    assert heard[0][1] is True
    stream.close()


def test_a_device_that_cannot_be_opened_is_named_and_let_go(library: FakeLibrary) -> None:
    system = PortAudio()
    with pytest.raises(DeviceError, match="Busy cannot be opened: Device unavailable"):
        system.open_input(system.devices()[1], lambda _samples, _lost: None, lambda: None)
    assert library.streams[0].state == "closed"
    before = library.restarts
    system.devices()
    assert library.restarts == before + 1
