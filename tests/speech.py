"""Recorded speech with known words, taken from Debian's packages.

English and French telephone prompts (`asterisk-core-sounds-en-wav`, `-fr-wav`, 8 kHz studio
recordings) and a few read sentences (`pocketsphinx-testdata`, 16 kHz).
"""

import gzip
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
