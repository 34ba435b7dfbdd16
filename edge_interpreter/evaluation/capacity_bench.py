"""How many rooms, calls and languages this machine carries, and how many such machines it takes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.capacity.checking import compare
from edge_interpreter.evaluation.capacity.costs import Machine
from edge_interpreter.evaluation.capacity.measuring import measure
from edge_interpreter.evaluation.capacity.planning import (
    Step,
    boxes_for,
    carried,
    largest,
    lines_for,
)
from edge_interpreter.evaluation.capacity.scenes import Scene, calls, rooms
from edge_interpreter.evaluation.capacity.speakers import Noted
from edge_interpreter.evaluation.recordings import read_sound, sound_files
from edge_interpreter.languages import is_known

FURTHER_LANGUAGES = ("de", "es", "it", "pt", "nl", "pl", "sv", "da", "fi", "cs", "ro", "hu", "tr")
"""Stand for languages that are not installed, where more are asked for than were measured."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is taken for granted; `docs/scale/planning.md` says why.

    Shares are of the time in which somebody speaks; goals are 95th percentiles of the time from
    the end of speech to the first sound of its translation. `languages` are those that listeners
    of a room hear, besides the one spoken. `call_media` is how many cores the sound of a call
    keeps busy, `call_path_s` how long sound is on its way in packets and buffers, both ways:
    `bench calls` measures them.
    """

    room_speech: float = 0.8
    call_speech: float = 0.4
    languages: int = 1
    room_goal_s: float = 2.5
    call_goal_s: float = 1.8
    call_media: float = 0.022
    call_path_s: float = 0.21
    blocking: float = 0.01
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Questions beyond what this machine carries."""

    rooms: Sequence[int] = (10, 60)
    calls: Sequence[int] = (10, 100, 300, 1_000)
    others: Sequence[Path] = ()
    check: Sequence[int] = ()
    check_s: int = 30


def capacity(
    audio: Path,
    engines: Engines,
    config: Config,
    assumed: Assumptions,
    wanted: Wanted,
    limit: int = 0,
) -> dict[str, Any]:
    """Measure this machine on the recordings in `audio`/LANGUAGE, and simulate what it carries.

    The first folder's language is spoken in rooms, the first two are those of calls. Raises
    UserError.
    """
    if not 1 <= assumed.languages <= len(FURTHER_LANGUAGES):
        raise UserError(f"--languages {assumed.languages}: 1 to {len(FURTHER_LANGUAGES)}")
    others = {str(path): _read_machine(path) for path in wanted.others}
    folders = _folders(audio)
    recordings = {
        folder.name: [read_sound(path) for path in sound_files(folder, limit)] for folder in folders
    }
    spoken, *_ = recordings
    machine, traces = measure(engines, config, recordings, list(recordings))
    scene = Scene(machine, config, traces, seed=assumed.seed)
    figures = _machine_figures(scene, assumed)
    return {
        "machine": asdict(machine),
        "assumptions": asdict(assumed),
        **figures,
        "plan": _plan(figures["carries"], assumed, wanted),
        "others": [
            {"file": name, **_machine_figures(replace(scene, machine=other), assumed)}
            for name, other in others.items()
        ],
        "check": compare(scene, engines, recordings[spoken], wanted.check, wanted.check_s),
    }


def _folders(audio: Path) -> list[Path]:
    found = sorted(path for path in audio.glob("*") if path.is_dir() and is_known(path.name))
    if len(found) < 2:
        raise UserError(f"{audio}: two folders named by language are wanted, as en and fr")
    return found


def _read_machine(path: Path) -> Machine:
    """What the same command measured elsewhere; raises UserError."""
    try:
        figures = json.loads(path.read_text("utf-8"))
        return TypeAdapter(Machine).validate_python(figures["machine"])
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (ValueError, ValidationError, KeyError, TypeError):
        raise UserError(f"{path}: not what bench capacity --json prints") from None


def _machine_figures(scene: Scene, assumed: Assumptions) -> dict[str, Any]:
    steps = _steps(scene, assumed)
    return {
        "carries": {name: carried(found) for name, found in steps.items()},
        "simulated": {name: [step.figures() for step in found] for name, found in steps.items()},
    }


def _steps(scene: Scene, assumed: Assumptions) -> dict[str, list[Step]]:
    """Rooms, calls, and languages of one room: each alone on the machine."""
    spoken, other = list(dict.fromkeys(trace.language for trace in scene.traces))[:2]
    partials = scene.config.pipeline.partials != "off"
    room_ms, call_ms = 1000 * assumed.room_goal_s, 1000 * assumed.call_goal_s
    path_ms = 1000 * assumed.call_path_s
    tags = [other, *(tag for tag in FURTHER_LANGUAGES if tag not in (spoken, other))]
    heard = tags[: assumed.languages]

    def held(count: int, targets: Sequence[str]) -> Noted:
        gap = scene.gap(assumed.room_speech)
        return rooms(scene, count, spoken, targets, gap, partials=partials)

    def called(count: int) -> Noted:
        gap = scene.gap(assumed.call_speech)
        noted = calls(scene, count, (spoken, other), gap, assumed.call_media)
        return replace(noted, first_audio_ms=[ms + path_ms for ms in noted.first_audio_ms])

    return {
        "rooms": largest(lambda count: held(count, heard), room_ms),
        "calls": largest(called, call_ms),
        "languages_of_one_room": largest(lambda count: held(1, tags[:count]), room_ms, len(tags)),
    }


def _plan(carries: Mapping[str, int], assumed: Assumptions, wanted: Wanted) -> dict[str, Any]:
    """Boxes like this one for so many rooms and calls at once, and for calls on average."""
    per_box = carries["calls"]
    return {
        "rooms": [
            {"at_once": count, "boxes": boxes_for(count, carries["rooms"])}
            for count in wanted.rooms
        ],
        "calls": [{"at_once": count, "boxes": boxes_for(count, per_box)} for count in wanted.calls],
        "offered_erlangs": [
            {"offered": count, "at_once": lines, "boxes": boxes_for(lines, per_box)}
            for count in wanted.calls
            for lines in [lines_for(count, assumed.blocking)]
        ],
    }
