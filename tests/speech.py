"""Recorded speech with known words, taken from Debian's packages.

English and French telephone prompts (`asterisk-core-sounds-en-wav`, `-fr-wav`, 8 kHz studio
recordings) and a few read sentences (`pocketsphinx-testdata`, 16 kHz).
"""

import gzip
import random
import re
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

WEIGHTS = Path(__file__).parents[1] / "models" / "weights"
SOUNDS = Path("/usr/share/asterisk/sounds")
TEXTS = "/usr/share/doc/asterisk-core-sounds-{0}/core-sounds-{0}.txt.gz"
SPHINX = Path("/usr/share/pocketsphinx/test/data")
VOICES = {"en": "en_US_f_Allison", "fr": "fr_CA_f_June"}

# Recordings around a number; the empty one is for four digits, one by one.
_NUMBER_FRAMES = (
    ("conf-thereare", "conf-otherinparty"),
    ("queue-holdtime", "queue-minutes"),
    ("vm-youhave", "vm-messages"),
    ("conf-enteringno", ""),
)
# Those that are one recording: a ten and a unit put together sound like two numbers.
_RECORDED_NUMBERS = (*range(4, 21), 30, 40, 50, 60, 70, 80, 90)

# Their texts do not say what is heard (spelled letters, a note to the reader, a wrong text).
_MISLABELLED = frozenset({"spy-misdn", "spy-nbs", "spy-iax", "spy-iax2"})


def have_recordings(language: str = "en") -> bool:
    """Whether the packages with recorded prompts are installed."""
    return (SOUNDS / VOICES[language]).is_dir()


def duration(path: Path) -> float:
    """Length of a WAV file in seconds."""
    with wave.open(str(path)) as sound:
        return float(sound.getnframes() / sound.getframerate())


def read_samples(path: Path) -> NDArray[np.float32]:
    """A mono 16-bit WAV file as samples at 16 kHz, shape (n,)."""
    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    samples: NDArray[np.float32] = pcm.astype(np.float32) / np.float32(32768)
    if rate == 16_000:
        return samples
    resampled: NDArray[np.float32] = soxr.resample(samples, rate, 16_000)
    return resampled


def build_prompts(
    directory: Path,
    language: str = "en",
    limit: int = 120,
    *,
    seconds: tuple[float, float] = (1.0, 6.0),
    words: int = 3,
) -> list[Path]:
    """Copy up to `limit` recordings of `language` into `directory`, spread over all there are.

    Each NAME.wav has its words in NAME.txt, at least `words` of them, and lasts `seconds`. The
    French texts have spelling mistakes of their own: good for comparing, not for absolute figures.
    """
    directory.mkdir(parents=True, exist_ok=True)
    found = [
        (name, path, text)
        for name, path, text in _recordings(language)
        if seconds[0] <= duration(path) <= seconds[1] and len(text.split()) >= words
    ]
    step = max(len(found) / limit, 1.0) if limit else 1.0
    chosen = [found[int(i * step)] for i in range(min(limit, len(found)))]
    return [_copy(directory, *recording) for recording in chosen]


def build_numbers(
    directory: Path, language: str = "en", count: int = 40, seed: int = 1
) -> list[Path]:
    """Sentences with numbers, put together from recordings as a telephone system does.

    "You have 40 messages", "extension 3 1 5 2": NAME.wav with its words in NAME.txt.
    """
    directory.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    texts = _texts(language)
    made = []
    for index in range(count):
        before, after = rng.choice(_NUMBER_FRAMES)
        if after:
            numbers = [rng.choice(_RECORDED_NUMBERS)]
            text = f"{texts[before]} {numbers[0]} {texts[after]}"
        else:
            numbers = [rng.randint(0, 9) for _ in range(4)]
            text = f"{texts[before]} {''.join(map(str, numbers))}"
        names = [f"digits/{number}" for number in numbers]
        files = [before, *names, *([after] if after else [])]
        made.append(_join(directory / f"number-{language}-{index:03}.wav", files, language))
        made[-1].with_suffix(".txt").write_text(text + "\n", encoding="utf-8")
    return made


def _join(target: Path, names: list[str], language: str) -> Path:
    root = SOUNDS / VOICES[language]
    parts = [read_samples(root / f"{name}.wav") for name in names]
    sound = np.concatenate([_trimmed(part) for part in parts])
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return target


def _trimmed(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the silence around it, but for 60 ms."""
    loud = np.flatnonzero(np.abs(sound) > 0.02)
    if not loud.size:
        return sound
    return sound[max(0, int(loud[0]) - 960) : int(loud[-1]) + 960]


def _copy(directory: Path, name: str, path: Path, text: str) -> Path:
    target = directory / f"{name.replace('/', '-')}.wav"
    shutil.copyfile(path, target)
    target.with_suffix(".txt").write_text(text + "\n", encoding="utf-8")
    return target


def _recordings(language: str) -> Iterator[tuple[str, Path, str]]:
    texts = _texts(language)
    root = SOUNDS / VOICES[language]
    for path in sorted(root.rglob("*.wav")):
        name = path.relative_to(root).with_suffix("").as_posix()
        if name.startswith(("silence/", "letters/", "phonetic/")) or name in _MISLABELLED:
            continue
        if name in texts:
            yield name, path, texts[name]
    if language == "en":
        yield from _read_sentences()


def _texts(language: str) -> dict[str, str]:
    texts = {}
    with gzip.open(TEXTS.format(language), "rt", encoding="utf-8") as lines:
        for line in lines:
            name, colon, text = line.strip().partition(":")
            text = re.sub(r"\s+", " ", re.sub(r"\.\.\.|[…“”\"]", " ", text)).strip()
            if colon and text and not re.search(r"[\[\]<>()*#@]", text):
                texts[name] = text
    return texts


def _read_sentences() -> Iterator[tuple[str, Path, str]]:
    for folder in ("librivox", "cards"):
        listing = (
            SPHINX / folder / ("transcription" if folder == "librivox" else "cards.transcription")
        )
        if not listing.is_file():
            continue
        for line in listing.read_text(encoding="utf-8").splitlines():
            match = re.fullmatch(r"<s>\s*(.*?)\s*</s>\s*\((.+)\)", line)
            if match:
                name = f"{folder}-{match[2].replace('sense_and_sensibility_', '')}"
                yield name, SPHINX / folder / f"{match[2]}.wav", match[1]
