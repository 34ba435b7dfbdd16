"""Converting a Hugging Face checkpoint to CTranslate2, in a Python of its own.

Conversion needs torch, which is large and slows every start where it is installed
(`import ctranslate2` imports it); so it lives in an environment beside the product's.
"""

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

from edge_interpreter.errors import UserError
from edge_interpreter.models.progress import Progress

_NEEDED = ("torch", "transformers", "ctranslate2", "sentencepiece")
_ALSO = ("ctranslate2", "sentencepiece")
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
    wanted = "\n".join(requirements()) + "\n"
    mark = place / _MARK
    if python.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return python
    if not create:
        return None
    if progress:
        progress.note(f"making the converter's environment in {place} (torch is large)")
    mark.unlink(missing_ok=True)
    try:
        venv.create(place, with_pip=True, clear=not python.is_file())
        _run([str(python), "-m", "pip", "install", "--quiet", "--no-input", *requirements()])
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"cannot make the converter's environment {place}: {error}") from error
    mark.write_text(wanted, encoding="utf-8")
    return python


def requirements() -> list[str]:
    """What the converter's environment holds: the `convert` extra, and the run-time pins used."""
    declared = importlib.metadata.requires("edge-interpreter") or []
    chosen = []
    for line in declared:
        requirement, _, marker = line.partition(";")
        name = requirement.strip().rstrip("0123456789.,<>=!~ ")
        if marker.strip() in ("extra == 'convert'", 'extra == "convert"') or (
            not marker and name in _ALSO
        ):
            chosen.append(requirement.strip())
    return sorted(chosen)


def convert(checkpoint: Path, target: Path, copied: tuple[str, ...], progress: Progress) -> None:
    """Write the CTranslate2 int8 form of `checkpoint` to `target`, which must not exist.

    `copied` are files of the checkpoint to have beside it. UserError with the last line of the
    converter's complaint when it fails.
    """
    python = converter_python(create=True, progress=progress)
    command = [str(python), "-c", _PROGRAM, "--model", str(checkpoint)]
    command += ["--output_dir", str(target), "--quantization", "int8"]
    command += ["--copy_files", *copied] if copied else []
    progress.note(f"converting {target.name} to CTranslate2 (int8)")
    try:
        _run(command)
    except (OSError, subprocess.CalledProcessError) as error:
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
