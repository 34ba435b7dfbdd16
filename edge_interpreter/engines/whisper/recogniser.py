"""Whisper through CTranslate2, with windows as long as the speech.

The published decoder pads every sound to 30 s. The encoder takes any length, and most of its time
goes into the padding; here the window is the speech and 2 s of silence, at least 10 s. The language
is found from the same encoder output that is decoded. What fails a check is tried once more in a
longer window with a wider search.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.engines.protocols import Recognition, RecognitionRequest
from edge_interpreter.engines.whisper.checks import (
    Answer,
    problem,
    token_limit,
    worth_another_try,
)
from edge_interpreter.engines.whisper.features import MAX_FRAMES, Mel, log_mel
from edge_interpreter.engines.whisper.vocabulary import MAX_TOKENS, Vocabulary
from edge_interpreter.errors import ModelDamagedError, ModelMissingError

SMALLEST_WINDOW = 1000
MARGIN = 200
RETRY_WINDOW = 1500
RETRY_BEAM = 5
LONGEST_S = 29.0
_CUT_FROM_S = 20.0
_LOUDNESS_BLOCK = SAMPLE_RATE // 10


@dataclass(frozen=True, slots=True)
class _Item:
    """A request with its spectrogram, and its place in the batch."""

    place: int
    request: RecognitionRequest
    mel: Mel

    @property
    def seconds(self) -> float:
        return self.request.samples.size / SAMPLE_RATE

    def window(self, smallest: int) -> int:
        """Frames to encode: the speech and a margin, an even number."""
        wanted: int = max(smallest, self.mel.shape[1] + MARGIN)
        return min(MAX_FRAMES, wanted + wanted % 2)


@dataclass(frozen=True, slots=True)
class _Heard:
    """One item's answer and the language it was decoded in."""

    answer: Answer
    language: str
    probability: float


class WhisperRecogniser:
    """A CTranslate2 Whisper model; `model_dir` holds `model.bin`, `config.json`, `tokenizer.json`.

    `device` is auto, cpu or cuda; `compute_type` auto takes int8 on the CPU and float16 on a GPU;
    `threads` 0 takes all cores. Raises ModelMissingError and ModelDamagedError.
    """

    def __init__(
        self,
        model_dir: Path,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
        beam_size: int = 1,
        max_batch: int = 4,
    ) -> None:
        self._model = _load(model_dir, device, compute_type, threads)
        self._vocabulary = Vocabulary(model_dir, multilingual=self._model.is_multilingual)
        self._bands = self._model.n_mels
        self._beam = beam_size
        self.max_batch = max_batch
        self.languages = self._vocabulary.tags

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """See `Recogniser.recognise`; sound over 29 s is cut at its quietest places."""
        answers: list[Recognition | None] = [None] * len(requests)
        batches: dict[int, list[_Item]] = defaultdict(list)
        for place, request in enumerate(requests):
            if request.samples.size > LONGEST_S * SAMPLE_RATE:
                answers[place] = self._recognise_long(request)
            else:
                item = _Item(place, request, log_mel(request.samples, self._bands))
                batches[item.window(SMALLEST_WINDOW)].append(item)
        for window, items in batches.items():
            for item, heard in zip(items, self._hear(items, window), strict=True):
                answers[item.place] = self._conclude(item, heard)
        return [answer for answer in answers if answer is not None]

    def _recognise_long(self, request: RecognitionRequest) -> Recognition:
        parts: list[Recognition] = []
        for samples in _pieces(request.samples):
            language = parts[0].language if parts else request.language
            parts += self.recognise([replace(request, samples=samples, language=language)])
        said = [part for part in parts if part.withheld is None]
        if not said:
            return parts[0]
        return replace(
            said[0],
            text=" ".join(part.text for part in said),
            language_probability=parts[0].language_probability,
            average_logprob=min(part.average_logprob for part in said),
        )

    def _conclude(self, item: _Item, heard: _Heard) -> Recognition:
        retried = not item.request.partial and worth_another_try(heard.answer)
        if retried:
            heard = self._better(heard, self._listen_again(item, heard.language))
        answer = heard.answer
        return Recognition(
            text=answer.text,
            language=heard.language,
            language_probability=heard.probability,
            no_speech_probability=answer.no_speech,
            average_logprob=answer.logprob,
            compression_ratio=answer.compression,
            retried=retried,
            withheld=problem(answer),
        )

    def _listen_again(self, item: _Item, language: str) -> Answer:
        """A longer window, filled with the sound's own quiet, and a wider search."""
        window = item.window(RETRY_WINDOW)
        features = _padded([item.mel], window, float(item.mel.min()))
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features))
        (answer,) = self._decode([item], encoded, [language], max(self._beam, RETRY_BEAM))
        return answer

    def _better(self, first: _Heard, second: Answer) -> _Heard:
        first_fails, second_fails = problem(first.answer), problem(second)
        if second_fails and not first_fails:
            return first
        if bool(first_fails) == bool(second_fails) and second.logprob < first.answer.logprob:
            return first
        return replace(first, answer=second)

    def _hear(self, items: list[_Item], window: int) -> list[_Heard]:
        """Encode once; find the languages and decode from the same output."""
        features = _padded([item.mel for item in items], window, 0.0)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features))
        found = [(item.request.language, 1.0) for item in items]
        if self._model.is_multilingual and any(tag is None for tag, _ in found):
            guesses = self._model.detect_language(encoded)
            found = [
                self._language(item.request, guess)
                for item, guess in zip(items, guesses, strict=True)
            ]
        tags = [self._vocabulary.known_tag(tag or "en") or "en" for tag, _ in found]
        answers = self._decode(items, encoded, tags, self._beam)
        return [
            _Heard(answer, tag, probability)
            for answer, tag, (_, probability) in zip(answers, tags, found, strict=True)
        ]

    def _language(
        self, request: RecognitionRequest, guess: Sequence[tuple[str, float]]
    ) -> tuple[str | None, float]:
        """The likeliest language once the prior is weighed in, and its share."""
        if request.language is not None:
            return request.language, 1.0
        allowed = {self._vocabulary.known_tag(tag) for tag in request.candidates} - {None}
        weighed = {
            tag: probability * request.prior.get(tag, 1.0)
            for token, probability in guess
            if (tag := self._vocabulary.tag_of_token(token)) and (not allowed or tag in allowed)
        }
        best = max(weighed, key=lambda tag: weighed[tag])
        return best, weighed[best] / (sum(weighed.values()) or 1.0)

    def _decode(
        self,
        items: list[_Item],
        encoded: ctranslate2.StorageView,
        tags: list[str],
        beam: int,
    ) -> list[Answer]:
        requests = [item.request for item in items]
        prompts = [
            self._vocabulary.prompt(tag, self._vocabulary.bias(request.context, request.terms))
            for request, tag in zip(requests, tags, strict=True)
        ]
        limit = max(token_limit(item.seconds) for item in items)
        if len({len(prompt) for prompt in prompts}) > 1:
            return self._decode_one_by_one(items, encoded, tags, beam)
        results = self._model.generate(
            encoded,
            prompts,
            beam_size=beam,
            max_length=min(MAX_TOKENS, len(prompts[0]) + limit),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._answer(item, result) for item, result in zip(items, results, strict=True)]

    def _decode_one_by_one(
        self, items: list[_Item], encoded: ctranslate2.StorageView, tags: list[str], beam: int
    ) -> list[Answer]:
        """Prompts of different lengths cannot share a batch."""
        rows = np.array(encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32))
        answers: list[Answer] = []
        for index, item in enumerate(items):
            row = ctranslate2.StorageView.from_array(rows[index : index + 1])
            answers += self._decode([item], row, [tags[index]], beam)
        return answers

    def _answer(self, item: _Item, result: ctranslate2.models.WhisperGenerationResult) -> Answer:
        tokens = result.sequences_ids[0]
        return Answer(
            text=self._vocabulary.text(tokens),
            tokens=len(tokens),
            # The score leaves out the token that ends the answer.
            logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech=result.no_speech_prob,
            seconds=item.seconds,
        )


def _padded(mels: Sequence[Mel], window: int, filling: float) -> NDArray[np.float32]:
    batch = np.full((len(mels), mels[0].shape[0], window), filling, np.float32)
    for row, mel in zip(batch, mels, strict=True):
        used = min(window, mel.shape[1])
        row[:, :used] = mel[:, :used]
    return batch


def _pieces(samples: Samples) -> list[Samples]:
    """Stretches of at most `LONGEST_S`, cut where it is quietest."""
    pieces: list[Samples] = []
    while samples.size > LONGEST_S * SAMPLE_RATE:
        first, last = round(_CUT_FROM_S * SAMPLE_RATE), round(LONGEST_S * SAMPLE_RATE)
        blocks = samples[first:last].reshape(-1, _LOUDNESS_BLOCK)
        quietest = int(np.argmin(np.mean(blocks**2, axis=1)))
        at = first + quietest * _LOUDNESS_BLOCK + _LOUDNESS_BLOCK // 2
        pieces.append(samples[:at])
        samples = samples[at:]
    return [*pieces, samples]


def _load(
    model_dir: Path, device: str, compute_type: str, threads: int
) -> ctranslate2.models.Whisper:
    for name in ("model.bin", "config.json"):
        if not (model_dir / name).is_file():
            raise ModelMissingError(
                f"model {model_dir.name}: {name} missing in {model_dir};"
                f" run: edge-interpreter models fetch {model_dir.name}"
            )
    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    if compute_type == "auto":
        compute_type = "float16" if device == "cuda" else "int8"
    try:
        return ctranslate2.models.Whisper(
            str(model_dir), device=device, compute_type=compute_type, intra_threads=threads
        )
    except (RuntimeError, ValueError) as failure:
        raise ModelDamagedError(
            f"model {model_dir.name}: {model_dir / 'model.bin'} cannot be loaded on {device};"
            " run: edge-interpreter models verify"
        ) from failure
