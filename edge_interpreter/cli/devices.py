"""`edge-interpreter devices`: the sound inputs and outputs of this machine."""

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_interpreter.capture.devices import Device


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "devices",
        help="list microphones and loudspeakers",
        description="List the sound inputs and outputs of this machine. A device is named by its"
        " index or by a part of its name.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out; a machine without sound is not an error."""
    from edge_interpreter.capture.devices import DeviceError
    from edge_interpreter.capture.portaudio import PortAudio

    try:
        devices, problem = PortAudio().devices(), None
    except DeviceError as error:
        devices, problem = [], str(error)
    if args.json:
        print(json.dumps(_described(devices, problem), ensure_ascii=False))
        return 0
    if not devices:
        print(problem or "no sound inputs or outputs on this machine")
        return 0
    for title, channels in (("Inputs", "inputs"), ("Outputs", "outputs")):
        print(title)
        for device in devices:
            if getattr(device, channels):
                print(_line(device, channels))
    return 0


def _line(device: "Device", channels: str) -> str:
    default = device.default_input if channels == "inputs" else device.default_output
    count = getattr(device, channels)
    mark = "*" if default else " "
    return (
        f"{mark}{device.index:>3}  {device.name}  ({count} channel{'s' if count > 1 else ''},"
        f" {device.rate} Hz, {device.system})"
    )


def _described(devices: "list[Device]", problem: str | None) -> dict[str, object]:
    def entries(channels: str, default: str) -> list[dict[str, object]]:
        return [
            {
                "index": device.index,
                "name": device.name,
                "system": device.system,
                "channels": getattr(device, channels),
                "rate": device.rate,
                "default": getattr(device, default),
            }
            for device in devices
            if getattr(device, channels)
        ]

    return {
        "inputs": entries("inputs", "default_input"),
        "outputs": entries("outputs", "default_output"),
        "problem": problem,
    }
