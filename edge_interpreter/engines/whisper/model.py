"""The Whisper network in CTranslate2: sound to encoded sound, languages and answers."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.engines.device import choose
from edge_interpreter.engines.whisper.checks import Answer, token_limit
from edge_interpreter.engines.whisper.features import Mel
from edge_interpreter.engines.whisper.vocabulary import MAX_TOKENS, Vocabulary
from edge_interpreter.errors import ModelDamagedError, ModelMissingError

Encoded: TypeAlias = ctranslate2.StorageView
"""Encoder output, shape (batch, frames / 2, width), on the model's device."""
_BLOCK = SAMPLE_RATE // 10
_LOUD = 0.3
_LOAD_FAILURES = (RuntimeError, ValueError, OSError, MemoryError, TypeError)


class WhisperModel:
    """A converted model: `model.bin`, `config.json`, `tokenizer.json` and its vocabulary.

    `device` is auto, cpu or cuda; `compute_type` auto takes int8 on the CPU and float16 on a GPU;
    `threads` 0 shares all cores among `workers`. Raises ModelMissingError, ModelDamagedError, and
    EngineError for a device or a number format that this machine lacks.
    """

    def __init__(
        self, model_dir: Path, device: str, compute_type: str, threads: int, workers: int = 1
    ) -> None:
        self._network = _load(model_dir, device, compute_type, threads, workers)
        self.multilingual: bool = self._network.is_multilingual
        self.bands: int = self._network.n_mels
        self.vocabulary = Vocabulary(model_dir, multilingual=self.multilingual)

    @property
    def placed(self) -> tuple[str, str]:
        """The device and the number format that it runs with."""
        return str(self._network.device), str(self._network.compute_type)

    def encode(self, mels: Sequence[Mel], window: int) -> Encoded:
        """Encode a batch in windows of `window` frames of 10 ms (even, at most 3000).

        What follows the sound is filled with the sound's own quietest level, which is what Whisper
        was trained to see there.
        """
        batch = np.empty((len(mels), self.bands, window), np.float32)
        for row, mel in zip(batch, mels, strict=True):
            used = min(window, mel.shape[1])
            row[:, :used] = mel[:, :used]
            row[:, used:] = mel.min()
        return self._network.encode(ctranslate2.StorageView.from_array(batch))

    def languages(self, encoded: Encoded) -> list[Mapping[str, float]]:
        """The probability of each language (BCP-47 tag) for each row of a batch."""
        return [
            {self.vocabulary.tag_of_token(token): probability for token, probability in row}
            for row in self._network.detect_language(encoded)
        ]

    def decode(
        self,
        encoded: Encoded,
        prompts: Sequence[list[int]],
        sounds: Sequence[Samples],
        beam: int,
    ) -> list[Answer]:
        """One answer per row; the length of its sound limits it."""
        if len({len(prompt) for prompt in prompts}) > 1:
            rows = zip(_rows(encoded), prompts, sounds, strict=True)
            return [self.decode(row, [prompt], [sound], beam)[0] for row, prompt, sound in rows]
        limit = max(token_limit(sound.size / SAMPLE_RATE) for sound in sounds)
        results = self._network.generate(
            encoded,
            list(prompts),
            beam_size=beam,
            # CTranslate2 gives the answer at most half of max_length.
            max_length=min(MAX_TOKENS, max(2 * limit, len(prompts[0]) + limit)),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._answer(result, sound) for result, sound in zip(results, sounds, strict=True)]

    def _answer(self, result: ctranslate2.models.WhisperGenerationResult, sound: Samples) -> Answer:
        tokens = result.sequences_ids[0]
        end = self.vocabulary.end(tokens)
        spoken = self.vocabulary.spoken(tokens)
        return Answer(
            text=self.vocabulary.text(spoken),
            tokens=len(spoken),
            # The score is a mean that leaves out the token that ends the answer.
            logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            seconds=sound.size / SAMPLE_RATE,
            unheard=0.0 if end is None else _loud_seconds(sound, end),
        )


def _loud_seconds(sound: Samples, after: float) -> float:
    """Seconds of `sound` after a time that are nearly as loud as its loud parts."""
    blocks = sound[: sound.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    if not blocks.size:
        return 0.0
    levels = np.sqrt(np.mean(np.square(blocks), axis=1))
    late = levels[round(after * SAMPLE_RATE / _BLOCK) :]
    loud = late > _LOUD * np.quantile(levels, 0.9)
    return float(np.count_nonzero(loud)) * _BLOCK / SAMPLE_RATE


def _rows(encoded: Encoded) -> list[Encoded]:
    host = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    values: NDArray[np.float32] = np.array(host)
    return [
        ctranslate2.StorageView.from_array(values[index : index + 1])
        for index in range(values.shape[0])
    ]


def _load(
    model_dir: Path, device: str, compute_type: str, threads: int, workers: int
) -> ctranslate2.models.Whisper:
    for name in ("model.bin", "config.json"):
        if not (model_dir / name).is_file():
            raise ModelMissingError(
                f"model {model_dir.name}: {name} missing in {model_dir};"
                f" run: edge-interpreter models fetch {model_dir.name}"
            )
    device, compute_type = choose(device, compute_type)
    try:
        return ctranslate2.models.Whisper(
            str(model_dir),
            device=device,
            compute_type=compute_type,
            inter_threads=workers,
            intra_threads=threads or max(1, (os.cpu_count() or 1) // workers),
        )
    except _LOAD_FAILURES as failure:
        raise ModelDamagedError(
            f"model {model_dir.name}: {model_dir / 'model.bin'} cannot be loaded on {device};"
            " run: edge-interpreter models verify"
        ) from failure
