"""Silero VAD v6 on ONNX Runtime: one session, any number of streams in one call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE
from edge_interpreter.engines.protocols import VadState
from edge_interpreter.errors import ModelDamagedError, ModelMissingError

FILE_NAME = "silero_vad.onnx"
WINDOW_SAMPLES = 512
_CONTEXT_SAMPLES = 64
_HIDDEN = 128
_RATE = np.array(SAMPLE_RATE, np.int64)
_ERRORS_ONLY = 3


@dataclass(slots=True)
class SileroState:
    """The network's memory of one stream, and the end of the window before."""

    hidden: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, _HIDDEN), np.float32))
    context: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros(_CONTEXT_SAMPLES, np.float32)
    )


class SileroVad:
    """Voice activity in windows of 512 samples (32 ms at 16 kHz).

    `model_dir` holds `silero_vad.onnx`. The network takes the last 64 samples of the window
    before as context. Raises ModelMissingError and ModelDamagedError.
    Source: https://github.com/snakers4/silero-vad, version 6.
    """

    window_samples = WINDOW_SAMPLES

    def __init__(self, model_dir: Path) -> None:
        path = model_dir / FILE_NAME
        if not path.is_file():
            raise ModelMissingError(
                f"model {model_dir.name}: {FILE_NAME} missing in {model_dir};"
                f" run: edge-interpreter models fetch {model_dir.name}"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as failure:  # ONNX Runtime's errors share no narrower base
            raise ModelDamagedError(
                f"model {model_dir.name}: {path} cannot be read;"
                " run: edge-interpreter models verify"
            ) from failure

    def new_state(self) -> SileroState:
        """State for a stream that begins."""
        return SileroState()

    def probabilities(
        self, states: Sequence[VadState], windows: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Speech probability per stream, shape (n,), for windows of shape (n, 512).

        `states` are those `new_state` gave, one per row, updated in place. A sample that is no
        number counts as silence.
        """
        if not len(states):
            return np.empty(0, np.float32)
        streams = cast("Sequence[SileroState]", states)
        sound = np.nan_to_num(windows, nan=0.0, posinf=1.0, neginf=-1.0)
        contexts = np.stack([stream.context for stream in streams])
        hidden = np.stack([stream.hidden for stream in streams], axis=1)
        output, updated = self._session.run(
            None,
            {"input": np.concatenate((contexts, sound), axis=1), "state": hidden, "sr": _RATE},
        )
        for row, stream in enumerate(streams):
            stream.hidden = updated[:, row]
            stream.context = sound[row, -_CONTEXT_SAMPLES:]
        return cast("NDArray[np.float32]", output[:, 0])
