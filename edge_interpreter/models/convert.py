"""Converting a checkpoint to CTranslate2.

OPUS-MT, and Whisper in ONNX form, are converted here. Other families need torch, which is large
and slows every start where it is installed (`import ctranslate2` imports it); so it lives in an
environment of its own, made when it is first needed.
"""

import importlib.util
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from edge_interpreter.errors import UserError
from edge_interpreter.models.checkpoint import CheckpointError
from edge_interpreter.models.progress import Progress

_NEEDED = ("torch", "transformers", "ctranslate2", "sentencepiece")
_REQUIREMENTS = Path(__file__).with_name("converter-requirements.txt")
_MARK = "complete.txt"
_PROGRAM = "from ctranslate2.converters.transformers import main; main()"


def converter_directory() -> Path:
    """Where the converter's environment is or would be."""
    if sys.prefix != sys.base_prefix:
        return Path(sys.prefix).with_name(".venv-convert")
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "edge-interpreter" / "venv-convert"


def converter_python(create: bool = False, progress: Progress | None = None) -> Path | None:
    """A Python that can convert: this one, or the converter's environment.

    None where there is none and `create` is false; with `create` it is made, or UserError says
    why not.
    """
    if all(importlib.util.find_spec(name) for name in _NEEDED):
        return Path(sys.executable)
    place = converter_directory()
    python = place / "bin" / "python"
    wanted = _REQUIREMENTS.read_text(encoding="utf-8")
    mark = place / _MARK
    if python.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return python
    if not create:
        return None
    mark.unlink(missing_ok=True)
    label = f"installing the converter in {place} (torch is large)"
    with progress.task(label, 0) if progress else nullcontext():
        try:
            venv.create(place, with_pip=True, clear=not python.is_file())
            options = ["--quiet", "--no-input", "--requirement", str(_REQUIREMENTS)]
            _run([str(python), "-m", "pip", "install", *options])
        except (OSError, subprocess.CalledProcessError) as error:
            raise UserError(f"cannot make the converter's environment {place}: {error}") from error
    mark.write_text(wanted, encoding="utf-8")
    return python


def convert(checkpoint: Path, target: Path, copied: Sequence[str], progress: Progress) -> None:
    """Write the CTranslate2 int8 form of `checkpoint` to `target`, which must not exist.

    `copied` are files of the checkpoint to have beside it. UserError with the last line of the
    converter's complaint when it fails.
    """
    # ctranslate2 is loaded only when there is something to convert.
    from edge_interpreter.models import marian, whisper_onnx

    label = f"converting {target.name} to CTranslate2 (int8)"
    if whisper_onnx.can_convert(checkpoint):
        try:
            with progress.task(label, 0):
                whisper_onnx.convert_whisper_onnx(checkpoint, target)
        except CheckpointError as error:
            raise UserError(f"model {target.name}: the conversion failed: {error}") from error
        return
    if marian.can_convert(checkpoint):
        try:
            with progress.task(label, 0):
                marian.convert_marian(checkpoint, target, copied)
        except CheckpointError as error:
            progress.note(f"{target.name}: {error}; leaving it to the converter with PyTorch")
        else:
            return
    python = converter_python(create=True, progress=progress)
    command = [str(python), "-c", _PROGRAM, "--model", str(checkpoint)]
    command += ["--output_dir", str(target), "--quantization", "int8"]
    command += ["--copy_files", *copied] if copied else []
    try:
        with progress.task(label, 0):
            _run(command)
    except OSError as error:
        raise UserError(f"model {target.name}: the conversion failed: {error}") from error


def _run(command: list[str]) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**environment, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise OSError(lines[-1][:300])
