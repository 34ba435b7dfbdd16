"""Measures what each stage costs, with the real engines on real recordings."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from edge_interpreter.audio.frames import SAMPLE_RATE, Samples
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.device import CUDA
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import RecognitionRequest, SpeechRequest, TranslationRequest
from edge_interpreter.engines.translation.faithful import translate_faithfully
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.capacity.costs import Machine, Stage, Trial, fit
from edge_interpreter.evaluation.capacity.listening import probabilities, trials, utterances
from edge_interpreter.evaluation.capacity.timing import own_cores, slowdown, tried
from edge_interpreter.evaluation.capacity.traces import WINDOW_S, Trace, disguised
from edge_interpreter.text.sentences import split_clauses, split_sentences

MOST_SENTENCES_AT_ONCE = 8
T = TypeVar("T")
S = TypeVar("S", bound=Sized)


@dataclass(slots=True)
class _Spoken:
    """What was found in the recordings of one language."""

    speech_s: float = 0.0
    utterances: list[Samples] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    characters: int = 0


def measure(
    engines: Engines,
    config: Config,
    recordings: Mapping[str, Sequence[Samples]],
    targets: Sequence[str],
) -> tuple[Machine, list[Trace]]:
    """What this machine's stages cost, and the recordings as the simulation plays them.

    Every language of `recordings` is translated into every one of `targets` that there is a model
    for, and spoken where there is a voice. Raises UserError where nothing can be translated.
    """
    work = _Measuring(engines, config)
    traces = [trace for tag, sounds in recordings.items() for trace in work.hear(tag, sounds)]
    for source in recordings:
        for target in targets:
            if (source, target) in engines.translator.pairs():
                work.translate(source, target)
    if not work.lines:
        raise UserError("no model translates between these languages: edge-interpreter models list")
    for target in work.lines:
        if target in engines.synthesiser.languages():
            work.speak(target)
    return work.machine(), traces


class _Measuring:
    """Goes through the stages in order; what one stage gives is the next one's input."""

    def __init__(self, engines: Engines, config: Config) -> None:
        self._engines = engines
        self._config = config
        self._stages: dict[str, Stage] = {}
        self._spoken: dict[str, _Spoken] = {}
        self._jobs: dict[str, Callable[[], object]] = {}
        self.lines: dict[str, list[str]] = {}
        """What was translated into each language."""

    def hear(self, language: str, sounds: Sequence[Samples]) -> Iterator[Trace]:
        """Measure voice activity and recognition of one language's recordings."""
        found = self._spoken[language] = _Spoken()
        speech = [probabilities(self._engines.vad, sound) for sound in sounds]
        listened = [one for sound in sounds for one in trials(self._engines.vad, sound)]
        alone = [one.seconds for one in listened if len(one.sizes) == 1]
        rate = WINDOW_S * len(alone) / sum(alone)
        self._stages["voice_activity"] = Stage(fit(listened), 1.0, 64, round(rate, 1), 0.0)
        heard: list[Trial] = []
        for sound, likely in zip(sounds, speech, strict=True):
            text = ""
            for utterance in utterances(self._config, sound, likely.tolist()):
                trial, (answer,) = self._recognise([utterance])
                heard.append(trial)
                found.utterances.append(utterance)
                text += "" if answer.withheld else f" {answer.text}"
            found.sentences += split_sentences(text.strip(), language)
            found.characters += len(text.strip())
            yield Trace(language, likely, tuple(disguised(text).split()))
        self._finish_hearing(language, found, heard)

    def _finish_hearing(self, language: str, found: _Spoken, heard: list[Trial]) -> None:
        if not found.sentences:
            raise UserError(f"nothing was understood in the recordings of {language}")
        engine = self._engines.recogniser
        found.speech_s = sum(trial.sizes[0] for trial in heard)
        # The pipeline asks for several only where others wait, and then in a hurry.
        quick = [
            self._recognise(group, hurried=True)[0]
            for size in sorted({1, min(2, engine.max_batch), engine.max_batch})
            for group in _groups(found.utterances, size)
        ]
        measured = _stage(
            heard,
            [trial for trial in quick if len(trial.sizes) > 1],
            engine,
            yields=found.characters / found.speech_s,
            speech_s=found.speech_s,
            max_batch=engine.max_batch,
        )
        calm, hurried = (fit(trials, on_gpu=_on_gpu(engine)) for trials in (heard, quick))
        self._stages[f"recogniser/{language}"] = replace(measured, cost=calm, quick=hurried)
        sample = _median(found.utterances)
        # While all engines have work, others wait.
        self._jobs["recogniser"] = partial(self._recognise_once, [sample], hurried=True)

    def translate(self, source: str, target: str) -> None:
        """Measure the translation of what was heard in one language."""
        engine, found = self._engines.translator, self._spoken[source]
        most = min(engine.max_batch, MOST_SENTENCES_AT_ONCE)

        def work(lines: Sequence[str]) -> list[str]:
            requests = [TranslationRequest(line, source, target) for line in lines]
            return [answer.text for answer in translate_faithfully(engine, requests)]

        alone = [tried([float(len(line))], partial(work, [line])) for line in found.sentences]
        batches = [
            tried([float(len(line)) for line in group], partial(work, group))[0]
            for size in sorted({2, most})
            for group in _groups(found.sentences, min(size, most))
        ]
        made = [answer for _, (answer,) in alone]
        self.lines.setdefault(target, []).extend(made)
        self._stages[f"translator/{source}-{target}"] = _stage(
            [trial for trial, _ in alone],
            batches,
            engine,
            yields=sum(map(len, made)) / sum(map(len, found.sentences)),
            speech_s=found.speech_s,
            max_batch=most,
        )
        sample = _median(found.sentences)
        self._jobs["translator"] = partial(work, [sample])

    def speak(self, language: str) -> None:
        """Measure the voice of a language on what was translated into it."""
        clauses = [
            piece for line in self.lines[language] for piece in split_clauses(line, language)
        ]
        spoken = [
            tried([float(len(clause))], partial(self._speak, clause, language))
            for clause in clauses
        ]
        sound_s = sum(seconds for _, seconds in spoken)
        self._stages[f"voice/{language}"] = _stage(
            [trial for trial, _ in spoken],
            [],
            self._engines.synthesiser,
            yields=sound_s / sum(map(len, clauses)),
            speech_s=sound_s,
            max_batch=1,
        )
        sample = _median(clauses)
        self._jobs["voice"] = partial(self._speak, sample, language)

    def machine(self) -> Machine:
        """All that was measured, and how the stages get in each other's way."""
        cores = len(os.sched_getaffinity(0))
        slower = dict(zip(self._jobs, slowdown(list(self._jobs.values())), strict=True))
        wanted = sum(self._last(role).price(quick=True).cores for role in self._jobs)
        fair = max(1.0, wanted / cores)
        sharing = {role: round(min(1.0, fair / times), 3) for role, times in slower.items()}
        at_once = getattr(self._engines.recogniser, "at_once", self._config.recogniser.workers)
        return Machine(cores, sharing, own_cores(), at_once, self._stages)

    def _last(self, role: str) -> Stage:
        """The stage of a role that was measured last, whose job runs beside the others."""
        names = [name for name in self._stages if name.split("/")[0] == role]
        return self._stages[names[-1]]

    def _recognise(
        self, sounds: Sequence[Samples], *, hurried: bool = False
    ) -> tuple[Trial, list[Any]]:
        sizes = [sound.size / SAMPLE_RATE for sound in sounds]
        return tried(sizes, lambda: self._recognise_once(sounds, hurried=hurried))

    def _recognise_once(self, sounds: Sequence[Samples], *, hurried: bool) -> list[Any]:
        candidates = self._config.recogniser.languages
        requests = [
            RecognitionRequest(sound, candidates=candidates, hurried=hurried) for sound in sounds
        ]
        return list(self._engines.recogniser.recognise(requests))

    def _speak(self, clause: str, language: str) -> float:
        """Seconds of sound."""
        pieces = self._engines.synthesiser.synthesise(SpeechRequest(clause, language))
        return sum(piece.pcm.size / piece.rate for piece in pieces)


def _stage(
    alone: Sequence[Trial],
    batches: Sequence[Trial],
    engine: Any,
    *,
    yields: float,
    speech_s: float,
    max_batch: int,
) -> Stage:
    """What calls of one utterance each and in batches show, `speech_s` being what `alone` did."""
    full = [trial for trial in batches if len(trial.sizes) == max_batch]
    rate = batched = speech_s / sum(trial.seconds for trial in alone)
    if full:
        share = sum(sum(trial.sizes) for trial in full) / sum(trial.sizes[0] for trial in alone)
        batched = speech_s * share / sum(trial.seconds for trial in full)
    cost = fit([*alone, *batches], on_gpu=_on_gpu(engine))
    return Stage(cost, round(yields, 4), max_batch, round(rate, 1), round(batched, 1))


def _groups(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Full groups, in order."""
    return (items[at : at + size] for at in range(0, len(items) - size + 1, size))


def _median(items: Sequence[S]) -> S:
    """The one of middle length."""
    return sorted(items, key=len)[len(items) // 2]


def _on_gpu(engine: Any) -> bool:
    parts = getattr(engine, "engines", (engine,))
    return any(getattr(part, "placed", ("cpu",))[0] == CUDA for part in parts)
