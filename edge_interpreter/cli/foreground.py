"""What `serve` does for the person who started it: captions in the terminal, sound from the box.

The terminal is not a log: nothing here goes through logging or to a file.
"""

import asyncio
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path

from edge_interpreter.audio.pcm import pcm16_to_bytes, to_pcm16
from edge_interpreter.capture.devices import DeviceError, find_input
from edge_interpreter.capture.file import FileSource
from edge_interpreter.capture.microphone import Microphone
from edge_interpreter.capture.portaudio import PortAudio
from edge_interpreter.rooms.messages import Caption, Skipped
from edge_interpreter.rooms.participant import Participant
from edge_interpreter.rooms.refusal import Refusal
from edge_interpreter.rooms.room import Room
from edge_interpreter.rooms.wishes import Wishes

PAUSE_S = 8.0
SAMPLE_NAME = "Sample"
MICROPHONE_NAME = "Microphone"
Report = Callable[[str], None]


def samples() -> list[Path]:
    """Recordings that come with the product."""
    folder = Path(str(resources.files("edge_interpreter"))) / "capture/samples"
    return sorted(path for path in folder.glob("*") if path.suffix in (".flac", ".wav"))


async def show_captions(room: Room, target: str) -> None:
    """Print what is said, and its translation, as it comes."""
    wishes = Wishes(name="Terminal", wants=target, with_original=True, partials=False)
    viewer = room.join("listen", wishes).participant
    while (parcel := await viewer.outbox.take()) is not None:
        message = parcel.message
        if isinstance(message, Caption):
            _print_caption(message)
        elif isinstance(message, Skipped) and not message.withheld:
            print(f"   [{message.lane}: not delivered, {message.reason}]", flush=True)


def _print_caption(caption: Caption) -> None:
    if caption.original and caption.original != caption.text:
        print(f"{caption.name} [{caption.source_language}] {caption.original}")
        print(f"{' ' * len(caption.name)} [{caption.language}] {caption.text}", flush=True)
    else:
        print(f"{caption.name} [{caption.language}] {caption.text}", flush=True)


async def play_samples(room: Room, language: str = "en") -> None:
    """Speak the recordings into the room, again and again, until somebody else speaks."""
    wishes = Wishes(name=SAMPLE_NAME, speaks=language)
    speaker = room.join("speak", wishes).participant
    try:
        for path in _repeated(samples()):
            async for frame in FileSource(path, realtime=True).frames():
                room.sound(speaker, pcm16_to_bytes(to_pcm16(frame.samples)))
            await asyncio.sleep(PAUSE_S)
            if _others_speak(room, speaker):
                return
    finally:
        room.leave(speaker)


async def speak_microphone(room: Room, device: str, language: str, report: Report) -> None:
    """Have the box's own microphone (`device`, empty for the default) speak in the room."""
    speaker = room.join("speak", Wishes(name=MICROPHONE_NAME, speaks=language)).participant
    speaker.near_loudspeaker = True
    microphone = Microphone(device or None, on_event=lambda event: report(event.text))
    refused_until = 0.0
    try:
        async for frame in microphone.frames():
            now = asyncio.get_running_loop().time()
            if now < refused_until:
                continue
            try:
                room.sound(speaker, pcm16_to_bytes(to_pcm16(frame.samples)))
            except Refusal as refusal:
                refused_until = now + (refusal.retry_after_s or 1)
                report(refusal.text)
    except DeviceError as error:
        report(str(error))
    finally:
        room.leave(speaker)


def microphone_fault(device: str) -> str | None:
    """Why a microphone cannot be used, or None."""
    try:
        find_input(PortAudio().devices(), device or None)
    except DeviceError as error:
        return str(error)
    return None


def _repeated(paths: list[Path]) -> Iterable[Path]:
    while paths:
        yield from paths


def _others_speak(room: Room, speaker: Participant) -> bool:
    return any(each.speaker for each in room.participants.values() if each is not speaker)
