"""Opens the files of a translation model and says clearly what is wrong with them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import ctranslate2
import sentencepiece

from edge_interpreter.engines.device import choose
from edge_interpreter.errors import ModelDamagedError, ModelMissingError

# What CTranslate2 and SentencePiece raise for a file that is not what it should be.
_LOAD_FAILURES = (RuntimeError, ValueError, OSError, MemoryError, TypeError)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a model runs.

    `device` is "auto", "cpu" or "cuda"; `compute_type` a CTranslate2 type, "auto" for the
    fastest that the device supports; `threads` CPU threads for one batch, 0 for all cores;
    `beam` the width of the ordinary search (careful requests use at least 4).
    """

    device: str = "auto"
    compute_type: str = "auto"
    threads: int = 0
    beam: int = 1
    max_batch: int = 32


def require(directory: Path, *names: str) -> None:
    """Raise ModelMissingError unless every file is there."""
    missing = [name for name in names if not (directory / name).is_file()]
    if missing:
        raise ModelMissingError(
            f"model {directory.name}: {', '.join(missing)} missing in {directory};"
            f" run: edge-interpreter models fetch {directory.name}"
        )


def broken(path: Path, reason: object) -> ModelDamagedError:
    """The error for a file that is there but cannot be used."""
    lines = str(reason).strip().splitlines()
    return ModelDamagedError(
        f"model {path.parent.name}: {path} cannot be read ({lines[0] if lines else 'no reason'});"
        f" run: edge-interpreter models verify"
    )


def open_model(
    directory: Path, placement: Placement, candidates: Sequence[str] = ()
) -> ctranslate2.Translator:
    """The CTranslate2 model of a directory; raises ModelMissingError or ModelDamagedError.

    `candidates` are the only tokens to be answered with, where that saves work (`use_vmap`); they
    are given to CTranslate2 in a `vmap.txt`, beside links to the model's files.
    """
    require(directory, "model.bin")
    if not candidates:
        return _open(directory, directory, placement)
    try:
        with TemporaryDirectory(prefix="edge-interpreter-") as name:
            place = Path(name)
            for file in directory.iterdir():
                (place / file.name).symlink_to(file.resolve())
            # One line: the empty source phrase, whose candidates are always there.
            (place / "vmap.txt").write_text("\t" + " ".join(candidates) + "\n", encoding="utf-8")
            return _open(place, directory, placement)
    except OSError:
        # Nowhere to write: the model answers the same without, a little later.
        return _open(directory, directory, placement)


def _open(place: Path, directory: Path, placement: Placement) -> ctranslate2.Translator:
    device, compute_type = choose(placement.device, placement.compute_type)
    try:
        return ctranslate2.Translator(
            str(place),
            device=device,
            compute_type=compute_type,
            inter_threads=1,
            intra_threads=placement.threads,
        )
    except _LOAD_FAILURES as failure:
        raise broken(directory / "model.bin", failure) from failure


def open_pieces(path: Path) -> sentencepiece.SentencePieceProcessor:
    """A SentencePiece model; raises ModelMissingError or ModelDamagedError."""
    require(path.parent, path.name)
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except _LOAD_FAILURES as failure:
        raise broken(path, failure) from failure


def read_vocabulary(directory: Path) -> list[str]:
    """The tokens a converted model reads (its source side where there are two)."""
    for name in ("shared_vocabulary", "source_vocabulary"):
        for path in (directory / f"{name}.json", directory / f"{name}.txt"):
            if path.is_file():
                return _tokens(path)
    raise ModelMissingError(
        f"model {directory.name}: shared_vocabulary.json missing in {directory};"
        f" run: edge-interpreter models fetch {directory.name}"
    )


def _tokens(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
        tokens = json.loads(text) if path.suffix == ".json" else text.split("\n")
    except (OSError, ValueError) as failure:
        raise broken(path, failure) from failure
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise broken(path, "not a list of tokens")
    return tokens
