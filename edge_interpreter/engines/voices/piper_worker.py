# SPDX-License-Identifier: GPL-3.0-or-later
"""Piper as a process of its own: `python -m edge_interpreter.engines.voices.piper_worker`.

Piper (`piper-tts`) is under the GNU General Public License, version 3 or later, and so is this
program, which is made with it. The rest of the product talks to it over a pipe only, in the
protocol of `framing`, and is under a licence of its own.
"""

import argparse
import contextlib
import ctypes
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_interpreter.engines.voices import framing
from edge_interpreter.engines.voices.worker import RefusedError, serve

try:
    import onnxruntime
    from piper import PhonemeType, PiperConfig, PiperVoice, SynthesisConfig
except ImportError:
    onnxruntime = None

_VOLUME = 0.85
_ERRORS_ONLY = 3
# The model rounds the length of every sound up to a frame, which no length scale shortens: about
# this share of the whole at normal speed.
_ROUNDED_UP = 0.24
_LONG_PHONEME_IDS = 160  # about 60 characters


class PiperSpeaker:
    """Several Piper voices in one process."""

    def __init__(self, threads: int) -> None:
        if onnxruntime is None:
            raise RefusedError(framing.NOT_INSTALLED)
        self._voices: dict[str, PiperVoice] = {}
        self._options = onnxruntime.SessionOptions()
        self._options.intra_op_num_threads = threads
        self._options.inter_op_num_threads = 1
        self._options.log_severity_level = _ERRORS_ONLY
        self._options.enable_mem_pattern = False
        self._options.add_session_config_entry("session.intra_op.allow_spinning", "0")

    def load(self, voice: str, path: str, config: str) -> None:
        """Make a voice ready from its .onnx and .onnx.json files."""
        read = _read_config(config)
        session: Any = _FrugalSession(self._session(path))
        self._voices[voice] = PiperVoice(session=session, config=read)

    def speak(self, voice: str, text: str, speed: float) -> Iterator[tuple[int, bytes]]:
        """Audio sentence by sentence."""
        if voice not in self._voices:
            raise RefusedError(framing.MISSING)
        piper = self._voices[voice]
        scale = piper.config.length_scale * (1 / speed - _ROUNDED_UP) / (1 - _ROUNDED_UP)
        manner = SynthesisConfig(length_scale=scale, volume=_VOLUME)
        for chunk in piper.synthesize(text, manner):
            yield chunk.sample_rate, chunk.audio_int16_bytes

    def _session(self, path: str) -> "onnxruntime.InferenceSession":
        if not Path(path).is_file():
            raise RefusedError(framing.MISSING, path)
        try:
            return onnxruntime.InferenceSession(
                path, self._options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's errors share no narrower base
            raise RefusedError(framing.DAMAGED, path) from error


class _FrugalSession:
    """Gives memory back after a long sentence, 90 characters of which need 100 MB.

    Short ones keep theirs: they are a fifth faster for it.
    """

    def __init__(self, session: "onnxruntime.InferenceSession") -> None:
        self._session = session
        self._shrinking = onnxruntime.RunOptions()
        self._shrinking.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, names: list[str] | None, inputs: dict[str, Any]) -> list[Any]:
        if inputs["input"].size <= _LONG_PHONEME_IDS:
            return list(self._session.run(names, inputs))
        outputs = list(self._session.run(names, inputs, self._shrinking))
        with contextlib.suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).malloc_trim(0)
        return outputs


def _read_config(path: str) -> "PiperConfig":
    if not Path(path).is_file():
        raise RefusedError(framing.MISSING, path)
    try:
        config = PiperConfig.from_dict(json.loads(Path(path).read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise RefusedError(framing.DAMAGED, path) from error
    # The others need packages of their own; the Chinese one downloads a model by itself.
    if config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):
        raise RefusedError(framing.UNSUPPORTED, path)
    return config


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    threads = parser.parse_args().threads
    return serve(lambda: PiperSpeaker(threads))


if __name__ == "__main__":
    sys.exit(main())
