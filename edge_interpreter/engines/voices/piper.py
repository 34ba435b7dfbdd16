"""Piper voices (https://github.com/OHF-Voice/piper1-gpl), spoken by a process of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_interpreter.engines.protocols import EngineError, ModelMissingError
from edge_interpreter.engines.voices import framing
from edge_interpreter.engines.voices.framing import Message
from edge_interpreter.engines.voices.process import VoiceProcess, python_command
from edge_interpreter.engines.voices.speaking import ProcessVoices
from edge_interpreter.errors import ModelDamagedError

_MODULE = "edge_interpreter.engines.voices.piper_worker"


class PiperVoices(ProcessVoices):
    """Languages (BCP-47 tags) spoken by the Piper models in directories.

    A directory holds one `*.onnx` and its `*.onnx.json`; several languages may share it.
    `threads` is what one clause may use. Raises ModelMissingError.
    """

    def __init__(self, directories: Mapping[str, Path], threads: int = 1) -> None:
        models = {directory: _model_in(directory) for directory in directories.values()}
        greeting = [
            Message(
                {"type": "load", "voice": str(path), "path": str(path), "config": f"{path}.json"}
            )
            for path in models.values()
        ]
        self._models = list(models.values())
        super().__init__(
            VoiceProcess("piper", python_command(_MODULE, "--threads", str(threads)), greeting),
            {tag: str(models[directory]) for tag, directory in directories.items()},
        )

    def start(self) -> None:
        """Load the models now instead of with the first clause.

        Raises ModelMissingError, ModelDamagedError or EngineError, naming the file.
        """
        _raise_failure(self._process.start(), self._models)


def _model_in(directory: Path) -> Path:
    models = sorted(directory.glob("*.onnx")) if directory.is_dir() else []
    missing = "*.onnx" if not models else f"{models[0].name}.json"
    if not models or not models[0].with_name(missing).is_file():
        raise ModelMissingError(
            f"model {directory.name}: {missing} missing in {directory};"
            f" run: edge-interpreter models fetch {directory.name}"
        )
    return models[0]


def _raise_failure(answers: Sequence[Message], models: Sequence[Path]) -> None:
    for answer in answers:
        if answer.type == "failed":
            path = Path(str(answer.header.get("path") or models[0]))
            raise _error(str(answer.header.get("reason")), path)


def _error(reason: str, path: Path) -> EngineError:
    model = path.parent.name
    if reason == framing.NOT_INSTALLED:
        return EngineError("Piper voices need the package piper-tts, which is not installed")
    if reason == framing.MISSING:
        return ModelMissingError(
            f"model {model}: {path} is missing; run: edge-interpreter models fetch {model}"
        )
    if reason == framing.DAMAGED:
        return ModelDamagedError(
            f"model {model}: {path} cannot be read; run: edge-interpreter models verify"
        )
    if reason == framing.UNSUPPORTED:
        return EngineError(f"model {model}: its way of reading text is not supported ({path})")
    return EngineError(f"model {model}: {path} cannot be loaded")
