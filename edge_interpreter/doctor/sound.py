"""Microphones and loudspeakers of the box itself."""

import os
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.doctor.finding import Finding, Patient, note, ok


def check_sound(patient: Patient) -> Iterator[Finding]:
    """What can be used; browsers and telephones bring their own."""
    del patient
    from edge_interpreter.capture.devices import DeviceError
    from edge_interpreter.capture.portaudio import PortAudio

    closed = [str(path) for path in Path("/dev/snd").glob("pcm*") if not os.access(path, os.R_OK)]
    if closed:
        yield note(
            f"this user may not open {closed[0]}", "put the user of the service in group audio"
        )
    try:
        devices = PortAudio().devices()
    except DeviceError as error:
        yield note(str(error), "needed only where the box itself listens or speaks")
        return
    inputs = [device.name for device in devices if device.inputs]
    if inputs:
        yield ok(f"microphones: {', '.join(inputs)}", inputs=len(inputs))
    else:
        yield note(
            "no microphone at the box",
            "needed only for serve --microphone; browsers have their own",
        )
