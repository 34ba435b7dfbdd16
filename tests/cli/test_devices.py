import json
import sys
from pathlib import Path

import pytest

from edge_interpreter.capture.devices import Device
from edge_interpreter.capture.portaudio import PortAudio
from edge_interpreter.cli import main

DEVICES = [
    Device(0, "Desk microphone", "ALSA", 1, 0, 48_000, default_input=True),
    Device(1, "Loudspeaker", "ALSA", 0, 2, 44_100, default_output=True),
]


def test_inputs_and_outputs_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(PortAudio, "devices", lambda _self: DEVICES)
    assert main(["devices"]) == 0
    assert capsys.readouterr().out == (
        "Inputs\n"
        "*  0  Desk microphone  (1 channel, 48000 Hz, ALSA)\n"
        "Outputs\n"
        "*  1  Loudspeaker  (2 channels, 44100 Hz, ALSA)\n"
    )


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(PortAudio, "devices", lambda _self: DEVICES)
    assert main(["devices", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["problem"] is None
    assert listed["inputs"] == [
        {
            "index": 0,
            "name": "Desk microphone",
            "system": "ALSA",
            "channels": 1,
            "rate": 48_000,
            "default": True,
        }
    ]
    assert [entry["name"] for entry in listed["outputs"]] == ["Loudspeaker"]


def test_a_machine_without_sound_card(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(PortAudio, "devices", lambda _self: [])
    assert main(["devices"]) == 0
    assert capsys.readouterr().out == "no sound inputs or outputs on this machine\n"


def test_a_machine_without_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    assert main(["devices"]) == 0
    assert "apt install libportaudio2" in capsys.readouterr().out
    assert main(["devices", "--json"]) == 0
    assert "PortAudio" in json.loads(capsys.readouterr().out)["problem"]
