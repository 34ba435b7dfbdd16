"""Captions in the language spoken, of one speaker in real time: ours beside those of others."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import load_own
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.captioners import Captioner, edge_interpreter, peer_captioner
from edge_interpreter.evaluation.captions_shown import CaptionDelays, Screen, errors_of
from edge_interpreter.evaluation.nonspeech import KINDS, nonspeech
from edge_interpreter.evaluation.own_server import own_server
from edge_interpreter.evaluation.peers import read_peer
from edge_interpreter.evaluation.playing import play
from edge_interpreter.evaluation.recordings import read_sound, sound_files

PEERS = ("wyoming", "whisperlivekit")
QUIET_AFTER_S = 4.0
NONSPEECH_S = 30.0
OURS = "edge_interpreter"

Sound = tuple[str, Samples]
"""A name and samples."""


def captions(
    audio: Path,
    config: Config,
    options: Sequence[str] = (),
    *,
    language: str = "en",
    limit: int = 0,
    peers: Sequence[str] = (),
    nonspeech_minutes: float = 0.0,
) -> dict[str, Any]:
    """Figures of each program; raises UserError.

    They take turns on the same speech, each after a recording to warm up, and hear sounds without
    speech at the same time.

    `audio` holds NAME.wav with its words in NAME.txt, in `language`, which every program is told.
    `options` are those of our own server; `peers` are running, as `PROTOCOL=ADDRESS`.
    """
    files = sound_files(audio, limit)
    said = [_words(path) for path in files]
    sounds = [(path.name, read_sound(path)) for path in files]
    nothing = _sounds_without_speech(nonspeech_minutes)
    others: dict[str, Captioner] = {}
    for text in peers:
        protocol, address = read_peer(text, PEERS)
        vad = load_own(config, "voice_activity")
        others[text] = peer_captioner(protocol, address, language, vad, config)
    return asyncio.run(_captions(sounds, said, nothing, language, options, others))


async def _captions(
    sounds: Sequence[Sound],
    said: Sequence[str],
    nothing: Sequence[Sound],
    language: str,
    options: Sequence[str],
    others: Mapping[str, Captioner],
) -> dict[str, Any]:
    async with own_server(*options) as server:
        ours = partial(edge_interpreter, url=server.websocket, language=language)
        programs: dict[str, Captioner] = {OURS: ours, **others}
        figures = {
            name: await _speech(program, sounds, said, language)
            for name, program in programs.items()
        }
        if nothing:
            screens = await asyncio.gather(*(_watch(each, nothing) for each in programs.values()))
            for found, (screen, _) in zip(figures.values(), screens, strict=True):
                found["invented_words"] = errors_of([], screen.text, language).insertions
    nonspeech_s = round(sum(sound.size for _, sound in nothing) / SAMPLE_RATE)
    return {"language": language, "recordings": len(sounds), "nonspeech_s": nonspeech_s, **figures}


async def _speech(
    captioner: Captioner, sounds: Sequence[Sound], said: Sequence[str], language: str
) -> dict[str, Any]:
    await _watch(captioner, sounds[:1])
    screen, delays = await _watch(captioner, sounds)
    return {**delays.figures(), "wer": round(errors_of(said, screen.text, language).rate, 4)}


async def _watch(captioner: Captioner, sounds: Sequence[Sound]) -> tuple[Screen, CaptionDelays]:
    screen, delays = Screen(), CaptionDelays()
    async with captioner(screen) as feed:
        played = await play(feed, sounds, QUIET_AFTER_S)
        delays.add(screen.changes, played, asyncio.get_running_loop().time())
    return screen, delays


def _words(path: Path) -> str:
    try:
        return path.with_suffix(".txt").read_text("utf-8")
    except OSError as error:
        raise UserError(f"{path.with_suffix('.txt')}: {error.strerror}") from None


def _sounds_without_speech(minutes: float) -> list[Sound]:
    count = round(minutes * 60 / NONSPEECH_S)
    return [
        (kind, nonspeech(kind, NONSPEECH_S, seed))
        for seed, kind in enumerate(islice(cycle(KINDS), count))
    ]
