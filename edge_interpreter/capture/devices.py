"""Sound devices: which there are, and which one is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_interpreter.errors import UserError


class DeviceError(UserError):
    """A sound device cannot be found or opened; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device: channels it takes in and gives out, its own rate in Hz."""

    index: int
    name: str
    system: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool = False
    default_output: bool = False


def find_input(devices: Sequence[Device], wanted: str | int | None) -> Device:
    """The input that is meant: by index, by name or a part of it, or the default for None.

    Raises DeviceError when there is none, or several.
    """
    inputs = [device for device in devices if device.inputs]
    if not inputs:
        raise DeviceError("no microphone: no sound input was found on this machine")
    if wanted is None:
        return next((device for device in inputs if device.default_input), inputs[0])
    if isinstance(wanted, int) or wanted.isdecimal():
        found = [device for device in inputs if device.index == int(wanted)]
    else:
        name = wanted.casefold()
        found = [device for device in inputs if device.name.casefold() == name]
        found = found or [device for device in inputs if name in device.name.casefold()]
    if not found:
        raise DeviceError(f"no sound input {wanted}; there are: {_listed(inputs)}")
    if len({device.name for device in found}) > 1:
        raise DeviceError(f"{wanted} could be any of: {_listed(found)}")
    return next((device for device in found if device.default_input), found[0])


def _listed(devices: Sequence[Device]) -> str:
    return ", ".join(f"{device.index} ({device.name})" for device in devices)
