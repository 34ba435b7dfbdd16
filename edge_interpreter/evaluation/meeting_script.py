"""Who says which recording when, in a meeting whose speakers take turns."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Samples
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.recordings import read_sound, sound_files

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.4, 1.4


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker: the language (BCP-47) and what there is to say in it."""

    language: str
    recordings: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One recording, said by speaker number `speaker` from sample `begin` of the meeting on."""

    speaker: int
    name: str
    begin: int
    samples: Samples

    @property
    def end(self) -> int:
        """The first sample after it."""
        return self.begin + self.samples.size


def voices(audio: Path, speakers: int, languages: int) -> list[Voice]:
    """Speakers of the first `languages` folders of `audio` (named `en`, `fr`, …), in turn.

    The recordings of a language are dealt out among its speakers. Raises UserError.
    """
    folders = sorted(path for path in audio.iterdir() if path.is_dir())[:languages]
    if len(folders) < languages:
        raise UserError(f"{audio}: {languages} folders named by language are wanted, as en and fr")
    if speakers < max(2, languages):
        raise UserError(f"--speakers {speakers}: at least 2, and one for each language")
    found = {folder.name: sound_files(folder) for folder in folders}
    tags = [folders[number % languages].name for number in range(speakers)]
    dealt = []
    for number, tag in enumerate(tags):
        recordings = found[tag][number // languages :: tags.count(tag)]
        if not recordings:
            raise UserError(f"{audio / tag}: too few recordings for {tags.count(tag)} speakers")
        dealt.append(Voice(tag, tuple(recordings)))
    return dealt


def take_turns(speakers: Sequence[Voice], minutes: float, seed: int = 1) -> list[Turn]:
    """Turns that fill `minutes`: nobody twice in a row, pauses of 0.4 to 1.4 s between them.

    At least one; the same for the same seed.
    """
    rng = random.Random(seed)  # noqa: S311 - the same meeting every time
    said = [0] * len(speakers)
    turns: list[Turn] = []
    begin = SAMPLE_RATE
    last = -1
    while True:
        last = rng.choice([number for number in range(len(speakers)) if number != last])
        recordings = speakers[last].recordings
        path = recordings[said[last] % len(recordings)]
        said[last] += 1
        turn = Turn(last, f"{speakers[last].language}/{path.stem}", begin, read_sound(path))
        if turns and turn.end > minutes * 60 * SAMPLE_RATE:
            return turns
        turns.append(turn)
        pause = rng.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S) * SAMPLE_RATE
        begin = -(-round(turn.end + pause) // FRAME_SAMPLES) * FRAME_SAMPLES
