"""Whisper through CTranslate2, with windows as long as the speech.

The published decoder pads every sound to 30 s. The encoder takes any length, and most of its time
goes into the padding; here the window is the speech and 2 s of quiet, at least 10 s. The language
is found from the same encoder output that is decoded. What fails a check is heard once more in a
longer window with a wider search; or, where there is a second model and time for it, what the first
is unsure of is heard once more by the second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge_interpreter.engines.protocols import Recognition, RecognitionRequest
from edge_interpreter.engines.whisper.checks import Answer, better, doubtful, problem, unsure
from edge_interpreter.engines.whisper.cutting import LONGEST, pieces
from edge_interpreter.engines.whisper.features import MAX_FRAMES, Mel, log_mel
from edge_interpreter.engines.whisper.model import Encoded, WhisperModel

WINDOW = 1000
RETRY_WINDOW = 1500
# A larger model keeps its place in less.
SECOND_WINDOW = 700
_MARGIN = 200
_RETRY_BEAM = 5
_SURE_OF_LANGUAGE = 0.6
# Where no language has this share of what the sound alone tells, what was expected is taken.
_HEARD_LANGUAGE = 0.4
# A batch is as slow as its longest window: longer ones than this many times the shortest wait.
_WINDOW_SPREAD = 1.25
# -66 dB below full scale: less than the noise of any microphone.
_QUIETEST_PEAK = 0.0005
_UNSPACED = frozenset({"zh", "ja", "yue"})
_GAP = "…"


@dataclass(frozen=True, slots=True)
class _Item:
    """A request with its spectrogram and its place in the answer."""

    place: int
    request: RecognitionRequest
    mel: Mel

    @property
    def quick(self) -> bool:
        """Whether a narrow search has to do."""
        return self.request.partial or self.request.hurried

    def window(self, smallest: int = WINDOW) -> int:
        """Frames to encode, an even number: the speech and what is quiet after it."""
        frames: int = self.mel.shape[1]
        wanted = max(smallest, frames + _MARGIN)
        return min(MAX_FRAMES, wanted + wanted % 2)


@dataclass(frozen=True, slots=True)
class _Heard:
    """An answer and the language (a tag of the model's) it was decoded in."""

    answer: Answer
    language: str
    probability: float


class WhisperRecogniser:
    """A CTranslate2 Whisper model; see `WhisperModel` for the files and the devices.

    `beam_size` is the width of the search: 1 is greedy, and what is partial or hurried is searched
    so in any case. `max_batch` bounds how many utterances make one batch, and `workers` threads may
    ask at the same time. `second_dir` holds a better and slower model.
    `withheld` is one of no_speech, empty, low_confidence, repetition, too_fast, stock_phrase and
    unknown_language. Raises ModelMissingError and ModelDamagedError.
    """

    def __init__(
        self,
        model_dir: Path,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
        workers: int = 1,
        beam_size: int = 5,
        max_batch: int = 4,
        second_dir: Path | None = None,
    ) -> None:
        self._model = WhisperModel(model_dir, device, compute_type, threads, workers)
        self._second = None
        if second_dir:
            self._second = WhisperModel(second_dir, device, compute_type, threads, workers)
            _use_once(self._second)
        self._vocabulary = self._model.vocabulary
        self._beam = beam_size
        self.max_batch = max_batch
        self.languages = self._vocabulary.tags

    @property
    def placed(self) -> tuple[str, str]:
        """The device and the number format that the model runs with."""
        return self._model.placed

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        """See `Recogniser.recognise`; sound over 29 s is cut at its quietest places."""
        answers: dict[int, Recognition] = {}
        items: list[_Item] = []
        for place, request in enumerate(map(_finite, requests)):
            refused = self._refuse(request)
            if refused:
                answers[place] = refused
            elif request.samples.size > LONGEST:
                answers[place] = self._recognise_long(request)
            else:
                items.append(_Item(place, request, log_mel(request.samples, self._model.bands)))
        for group in _groups(items, self.max_batch):
            for item, heard in zip(group, self._hear(group), strict=True):
                answers[item.place] = self._conclude(item, heard)
        return [answers[place] for place in range(len(requests))]

    def _refuse(self, request: RecognitionRequest) -> Recognition | None:
        """The answer to what need not or cannot be decoded."""
        tag = request.language
        if tag is not None and self._vocabulary.known_tag(tag) is None:
            return Recognition("", tag, 1.0, withheld="unknown_language")
        if request.samples.size and np.ptp(request.samples) > 2 * _QUIETEST_PEAK:
            return None
        language = tag or max(request.prior, key=lambda one: request.prior[one], default="en")
        return Recognition("", language, float(tag is not None), 1.0, withheld="no_speech")

    def _recognise_long(self, request: RecognitionRequest) -> Recognition:
        parts: list[Recognition] = []
        for samples in pieces(request.samples):
            known = next((part.language for part in parts if not part.withheld), request.language)
            parts += self.recognise([replace(request, samples=samples, language=known)])
        return _joined(parts)

    def _conclude(self, item: _Item, heard: _Heard) -> Recognition:
        again = self._heard_again(item, heard)
        retried = again is not None
        if again and better(again.answer, heard.answer):
            heard = again
        answer = heard.answer
        return Recognition(
            text=answer.text,
            language=item.request.language or self._shown(item.request, heard.language),
            language_probability=heard.probability,
            no_speech_probability=answer.no_speech,
            average_logprob=answer.logprob,
            compression_ratio=answer.compression,
            retried=retried,
            withheld=problem(answer),
        )

    def _hear(self, items: Sequence[_Item]) -> list[_Heard]:
        """Encode once; find the languages and decode from the same output."""
        encoded = self._model.encode([item.mel for item in items], items[-1].window())
        return self._decode(self._model, items, encoded, 1 if items[0].quick else self._beam)

    def _heard_again(self, item: _Item, first: _Heard) -> _Heard | None:
        """What a second hearing gives, None where there is no need or no time for one."""
        if item.request.partial:
            return None
        doubt = doubtful(first.answer) or first.probability < _SURE_OF_LANGUAGE
        # What must not be shown is often no speech, and a larger model may be sure of words in it.
        wanted = problem(first.answer) is None and (doubt or unsure(first.answer))
        if self._second and wanted and not item.request.hurried:
            return self._hear_better(self._second, item)
        return self._hear_wider(item, first.answer) if doubt else None

    def _hear_better(self, model: WhisperModel, item: _Item) -> _Heard:
        """By the second model, without what was said before."""
        item = replace(item, request=replace(item.request, context=""))
        if model.bands != self._model.bands:
            item = replace(item, mel=log_mel(item.request.samples, model.bands))
        encoded = model.encode([item.mel], item.window(SECOND_WINDOW))
        return self._decode(model, [item], encoded, self._beam)[0]

    def _hear_wider(self, item: _Item, first: Answer) -> _Heard:
        """In a longer window, with a wider search, and without the words that may mislead.

        Terms stay where the first answer was merely unsure: names often are.
        """
        terms = () if problem(first) else item.request.terms
        plain = replace(item, request=replace(item.request, context="", terms=terms))
        longer = MAX_FRAMES if item.window() >= RETRY_WINDOW else RETRY_WINDOW
        encoded = self._model.encode([item.mel], item.window(longer))
        beam = max(self._beam, _RETRY_BEAM)
        return self._decode(self._model, [plain], encoded, beam)[0]

    def _decode(
        self, model: WhisperModel, items: Sequence[_Item], encoded: Encoded, beam: int
    ) -> list[_Heard]:
        languages = self._identify(model, [item.request for item in items], encoded)
        words = model.vocabulary
        prompts = [
            words.prompt(tag, words.bias(item.request.context, item.request.terms))
            for item, (tag, _) in zip(items, languages, strict=True)
        ]
        sounds = [item.request.samples for item in items]
        answers = model.decode(encoded, prompts, sounds, beam)
        return [
            _Heard(answer, tag, probability)
            for answer, (tag, probability) in zip(answers, languages, strict=True)
        ]

    def _identify(
        self, model: WhisperModel, requests: Sequence[RecognitionRequest], encoded: Encoded
    ) -> list[tuple[str, float]]:
        """The model's tag of each language, given or found, and how probable it is."""
        given = [model.vocabulary.known_tag(request.language or "") for request in requests]
        if all(given) or not model.multilingual:
            return [(tag or "en", 1.0) for tag in given]
        return [
            (tag, 1.0) if tag else self._likeliest(request, found)
            for request, tag, found in zip(requests, given, model.languages(encoded), strict=True)
        ]

    def _likeliest(
        self, request: RecognitionRequest, found: Mapping[str, float]
    ) -> tuple[str, float]:
        allowed = {self._vocabulary.known_tag(tag) for tag in request.candidates} - {None}
        weighed = {
            tag: probability * request.prior.get(self._shown(request, tag), 1.0)
            for tag, probability in found.items()
            if not allowed or tag in allowed
        }
        best = max(weighed, key=lambda tag: weighed[tag])
        heard = [found[tag] for tag in weighed]
        expected = self._expected(request)
        if expected in weighed and max(heard) < _HEARD_LANGUAGE * sum(heard):
            best = expected
        return best, weighed[best] / (sum(weighed.values()) or 1.0)

    def _expected(self, request: RecognitionRequest) -> str:
        """The one language of the greatest weight, empty where there are several."""
        most = max(request.prior.values(), default=0.0)
        tags = [tag for tag, weight in request.prior.items() if weight == most]
        return (self._vocabulary.known_tag(tags[0]) or "") if len(tags) == 1 else ""

    def _shown(self, request: RecognitionRequest, tag: str) -> str:
        """The asker's own tag for a language of the model's (`zh-Hant` for `zh`)."""
        own = (one for one in request.candidates if self._vocabulary.known_tag(one) == tag)
        return next(own, tag)


def _use_once(model: WhisperModel) -> None:
    """The first call is slow; made here, nobody waits for it."""
    encoded = model.encode([np.zeros((model.bands, 2), np.float32)], SECOND_WINDOW)
    model.decode(encoded, [model.vocabulary.prompt("en")], [np.zeros(0, np.float32)], 1)


def _finite(request: RecognitionRequest) -> RecognitionRequest:
    """The request with silence for samples that are no numbers."""
    if np.isfinite(request.samples).all():
        return request
    return replace(request, samples=np.nan_to_num(request.samples, posinf=0.0, neginf=0.0))


def _groups(items: Sequence[_Item], most: int) -> list[list[_Item]]:
    """Batches of one width of search and similar windows, shortest first, of `most` or fewer."""
    groups: list[list[_Item]] = []
    for item in sorted(items, key=lambda item: (item.quick, item.window())):
        last = groups[-1] if groups else []
        if 0 < len(last) < most and _alike(last[0], item):
            last.append(item)
        else:
            groups.append([item])
    return groups


def _alike(shortest: _Item, item: _Item) -> bool:
    spread = item.window() <= shortest.window() * _WINDOW_SPREAD
    return spread and item.quick == shortest.quick


def _joined(parts: Sequence[Recognition]) -> Recognition:
    """The parts of a long sound as one; a part that cannot be trusted leaves a gap mark."""
    said = [part for part in parts if not part.withheld]
    if not said:
        return max(parts, key=lambda part: len(part.text))
    silent = ("no_speech", "empty")
    texts = [_GAP if part.withheld else part.text for part in parts if part.withheld not in silent]
    space = "" if said[0].language.partition("-")[0] in _UNSPACED else " "
    return replace(
        said[0],
        text=space.join(texts),
        average_logprob=min(part.average_logprob for part in said),
        no_speech_probability=max(part.no_speech_probability for part in said),
        compression_ratio=max(part.compression_ratio for part in said),
        retried=any(part.retried for part in parts),
    )
