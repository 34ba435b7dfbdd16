"""Recordings that benches speak: the files of a folder, and their sound."""

from pathlib import Path

import numpy as np

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import Samples
from edge_interpreter.errors import UserError

SUFFIXES = frozenset({".wav", ".flac", ".mp3"})


def sound_files(directory: Path, limit: int = 0) -> list[Path]:
    """The first `limit` (0: all) sound files of a folder by name; raises UserError for none."""
    try:
        files = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES)
    except OSError as error:
        raise UserError(f"{directory}: {error.strerror}") from None
    if not files:
        raise UserError(f"{directory}: no audio files")
    return files[: limit or None]


def read_sound(path: Path) -> Samples:
    """The whole of a sound file at 16 kHz."""
    with AudioFile(path) as file:
        blocks = list(file.blocks())
    return np.concatenate(blocks) if blocks else np.empty(0, np.float32)
