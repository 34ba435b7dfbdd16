"""Makes the sets that `evaluate` is given, from folders of recordings with known words.

    python -m edge_interpreter.evaluation.make_sets DIR --recordings en=/tmp/en fr=/tmp/fr

A folder holds NAME.wav with its words in NAME.txt; the same NAME in the folder of another language
is its translation. In DIR come `prompts.jsonl`, `switches.jsonl`, `crosstalk.jsonl` and
`nonspeech.jsonl`, with the sounds that were made for them. The same seed gives the same sets.
"""

import argparse
import json
import random
import sys
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.mixing import far_away, joined, mixed
from edge_interpreter.evaluation.nonspeech import KINDS, nonspeech
from edge_interpreter.evaluation.recordings import read_sound

LEVELS_DB = (-15, -25, -35)
"""Levels of the person in the background, relative to the speaker."""
SHORT_S = 1.0
FEWEST_WORDS = 3
_RUN = (2, 4)
_PAUSE_S = (0.5, 1.0)
_TALK_S = 20.0

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and its words."""

    path: Path
    language: str
    text: str
    samples: Samples

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.samples.size / SAMPLE_RATE


class SetMaker:
    """Writes sets into a directory; `clips` maps languages to recordings of one voice each."""

    def __init__(self, directory: Path, clips: Mapping[str, Sequence[Clip]], seed: int) -> None:
        self._directory = directory
        self._clips = clips
        self._seed = seed
        directory.mkdir(parents=True, exist_ok=True)

    def prompts(self, count: int) -> list[Line]:
        """Recordings of three words and more, `count` a language, translated into the others."""
        lines: list[Line] = []
        for language, clips in self._clips.items():
            others = {
                tag: {clip.path.stem: clip.text for clip in theirs}
                for tag, theirs in self._clips.items()
                if tag != language
            }
            whole = [clip for clip in clips if len(clip.text.split()) >= FEWEST_WORDS]
            for clip in _spread(whole, count):
                name = clip.path.stem
                known = {tag: texts[name] for tag, texts in others.items() if name in texts}
                line: Line = {"audio": str(clip.path), "language": language, "text": clip.text}
                lines.append({**line, "translations": known, "to": list(others)})
        return lines

    def switches(self, count: int) -> list[Line]:
        """Speakers who change language after two to four sentences, some of them very short."""
        rng = random.Random(self._seed)  # noqa: S311 - the same sets every time
        tags = list(self._clips)
        if len(tags) < 2:
            return []
        lines: list[Line] = []
        for number in range(count):
            said: list[Clip] = []
            start = number % len(tags)
            for turn in range(3):
                clips = self._clips[tags[(start + turn) % len(tags)]]
                said += self._sentences(clips, rng)
            sound, places = joined([c.samples for c in said], rng, _PAUSE_S)
            segments = [
                {"language": c.language, "text": c.text, "start_s": begin, "end_s": end}
                for c, (begin, end) in zip(said, places, strict=True)
            ]
            lines.append({"audio": self._write(f"switch-{number:03}", sound), "segments": segments})
        return lines

    def crosstalk(self, count: int) -> list[Line]:
        """A speaker with pauses, and somebody of another voice who goes on talking far away.

        Of each level `count`; and as often nobody speaks but the one far away, from the beginning
        or after the speaker has finished.
        """
        rng = random.Random(self._seed + 1)  # noqa: S311 - the same sets every time
        lines: list[Line] = []
        tags = list(self._clips)
        for number in range(count):
            near = tags[number % len(tags)]
            other = tags[(number + 1) % len(tags)]
            speaker = self._talk(near, rng, (1.5, 3.0))
            distant = self._talk(other, rng, _PAUSE_S)
            room = far_away(distant[0], seed=self._seed + number)
            for level in LEVELS_DB:
                background = {"background": distant[1]}
                sound = mixed(speaker[0], room, level)
                name = self._write(f"crosstalk-{number:03}-{-level}", sound)
                both = {"audio": name, "language": near, "text": speaker[1]}
                lines.append({**both, **background, "kind": f"crosstalk {level} dB"})
                sound = mixed(speaker[0], room, level, near_speaks=False)
                name = self._write(f"distant-{number:03}-{-level}", sound)
                alone = {"audio": name, "language": "none"}
                lines.append({**alone, **background, "kind": f"distant {level} dB"})
                name = self._write(
                    f"after-{number:03}-{-level}", np.concatenate([speaker[0], sound])
                )
                lines.append({**both, **background, "audio": name, "kind": f"after {level} dB"})
        return lines

    def nonspeech(self, count: int, seconds: float = 20.0) -> list[Line]:
        """Every kind of sound without speech, `count` times."""
        return [
            {
                "audio": self._write(f"{kind}-{n:02}", nonspeech(kind, seconds, self._seed + n)),
                "language": "none",
                "kind": kind,
            }
            for kind in KINDS
            for n in range(count)
        ]

    def _sentences(self, clips: Sequence[Clip], rng: random.Random) -> list[Clip]:
        """A sentence to begin with; after it, every third time something very short."""
        whole = [clip for clip in clips if clip.seconds >= 1.5]
        short = [clip for clip in clips if clip.seconds < SHORT_S]
        more = rng.randint(*_RUN) - 1
        return [
            rng.choice(whole),
            *(rng.choice(short if short and rng.random() < 1 / 3 else whole) for _ in range(more)),
        ]

    def _talk(
        self, language: str, rng: random.Random, pause_s: tuple[float, float]
    ) -> tuple[Samples, str]:
        """About twenty seconds of one voice, and its words."""
        whole = [clip for clip in self._clips[language] if clip.seconds >= 1.5]
        said: list[Clip] = []
        while sum(clip.seconds for clip in said) < _TALK_S / 2:
            said.append(rng.choice(whole))
        sound, _ = joined([clip.samples for clip in said], rng, pause_s)
        return sound, " ".join(clip.text for clip in said)

    def _write(self, name: str, samples: Samples) -> str:
        path = self._directory / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes(to_pcm16(samples).astype("<i2").tobytes())
        return path.name


def read_clips(directory: Path, language: str) -> list[Clip]:
    """The recordings of a folder that have their words beside them; raises UserError for none."""
    paths = sorted(path for path in directory.glob("*.wav") if path.with_suffix(".txt").is_file())
    if not paths:
        raise UserError(f"{directory}: no NAME.wav with its words in NAME.txt")
    return [
        Clip(
            path.resolve(),
            language,
            path.with_suffix(".txt").read_text("utf-8").strip(),
            read_sound(path),
        )
        for path in paths
    ]


def _spread(clips: list[Clip], count: int) -> list[Clip]:
    step = max(1.0, len(clips) / count)
    return [clips[int(index * step)] for index in range(min(count, len(clips)))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the sets; the exit status."""
    parser = argparse.ArgumentParser(prog="make_sets", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--recordings", nargs="+", required=True, metavar="TAG=DIR")
    parser.add_argument("--count", type=int, default=40, help="recordings of each kind (40)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    try:
        pairs = [item.partition("=") for item in args.recordings]
        clips = {tag: read_clips(Path(folder), tag) for tag, _, folder in pairs}
        maker = SetMaker(args.directory, clips, args.seed)
    except (UserError, OSError) as error:
        print(f"make_sets: {error}", file=sys.stderr)
        return 2
    sets: dict[str, Callable[[int], list[Line]]] = {
        "prompts": maker.prompts,
        "switches": maker.switches,
        "crosstalk": maker.crosstalk,
        "nonspeech": maker.nonspeech,
    }
    for name, make in sets.items():
        count = args.count if name in ("prompts", "switches") else max(1, args.count // 4)
        path = args.directory / f"{name}.jsonl"
        lines = make(count)
        path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines))
        print(f"{path}: {len(lines)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
