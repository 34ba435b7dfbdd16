"""How true the whole pipeline is on recordings of which something is known."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.evaluation.caption_timing import CaptionTiming
from edge_interpreter.evaluation.intelligibility import error_rate, round_trips
from edge_interpreter.evaluation.interpreting import Interpreted, interpret
from edge_interpreter.evaluation.language_scores import LanguageScores, SoundScores, SwitchScores
from edge_interpreter.evaluation.likelihood import open_likelihood
from edge_interpreter.evaluation.manifest import NO_SPEECH, Recording
from edge_interpreter.evaluation.pair_scores import PairScores
from edge_interpreter.evaluation.wer import pooled, word_errors
from edge_interpreter.pipeline.feeding import unhurried


@dataclass(slots=True)
class _Scores:
    """Everything that has been added up."""

    engines: Engines
    config: Config
    realtime: bool
    languages: dict[str, LanguageScores] = field(default_factory=dict)
    pairs: dict[tuple[str, str], PairScores] = field(default_factory=dict)
    nothing: SoundScores = field(default_factory=SoundScores)
    sounds: dict[str, SoundScores] = field(default_factory=dict)
    switches: SwitchScores = field(default_factory=SwitchScores)
    timings: dict[str, CaptionTiming] = field(default_factory=dict)
    recorded: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, done: Interpreted) -> None:
        """Take one more recording where it belongs."""
        recording = done.recording
        if recording.segments:
            self.switches.add(done)
        elif recording.language == NO_SPEECH or recording.background is not None:
            self._add_sound(done)
        else:
            self._add_speech(done)

    def figures(self) -> dict[str, Any]:
        """All figures; sections that nothing was given for are absent."""
        languages = {tag: self._language(tag) for tag in self.languages}
        if self.nothing.files:
            languages[NO_SPEECH] = self.nothing.figures()
        pairs = {f"{a}-{b}": scores.figures() for (a, b), scores in sorted(self.pairs.items())}
        sounds = {kind: scores.figures() for kind, scores in sorted(self.sounds.items())}
        switches = self.switches.figures() if self.switches.files else None
        found: dict[str, Any] = {"languages": dict(sorted(languages.items())), "pairs": pairs}
        found |= {"switches": switches, "sounds": sounds}
        return {name: section for name, section in found.items() if section}

    def _add_sound(self, done: Interpreted) -> None:
        recording = done.recording
        if recording.language == NO_SPEECH and recording.background is None:
            self.nothing.add(done)
        kind = recording.kind or ("crosstalk" if recording.background is not None else "")
        if kind:
            self.sounds.setdefault(kind, SoundScores()).add(done)

    def _add_speech(self, done: Interpreted) -> None:
        recording = done.recording
        tag = recording.language
        self.languages.setdefault(tag, LanguageScores()).add(done)
        self.recorded.setdefault(tag, []).append((recording.text, done.heard))
        if self.realtime:
            self.timings.setdefault(tag, CaptionTiming(None)).add(done)
        for target in recording.to:
            self._pair(tag, target).add(done)

    def _pair(self, source: str, target: str) -> PairScores:
        if (source, target) not in self.pairs:
            model = open_likelihood(self.config, self.engines.translator, source, target)
            self.pairs[source, target] = PairScores(source, target, model, self.realtime)
        return self.pairs[source, target]

    def _language(self, tag: str) -> dict[str, Any]:
        mine = {
            target: scores.figures()
            for (source, target), scores in sorted(self.pairs.items())
            if source == tag
        }
        scored = {target: found for target, found in mine.items() if found["bleu"] is not None}
        return {
            **self.languages[tag].figures(),
            "chrf": {target: found["chrf"] for target, found in scored.items()},
            "bleu": {target: found["bleu"] for target, found in scored.items()},
            **({"rtf": None, **self.timings[tag].figures()} if tag in self.timings else {}),
        }


def evaluate(
    recordings: Sequence[Recording],
    engines: Engines,
    config: Config,
    *,
    given_language: bool = False,
    realtime: bool = False,
    voices: int = 0,
) -> dict[str, Any]:
    """All figures that the recordings give; `docs/metrics.md` says what they mean.

    With `given_language` the recogniser is told the language instead of finding it; `realtime`
    plays the recordings at their own speed and times the captions; `voices` sentences of each
    language are spoken and heard again.
    """
    scores = _Scores(engines, config, realtime)
    settings = config if realtime else unhurried(config)

    async def run() -> None:
        found = interpret(
            recordings, engines, settings, given_language=given_language, realtime=realtime
        )
        async for done in found:
            scores.add(done)

    asyncio.run(run())
    figures = scores.figures()
    if voices:
        figures["voices"] = {
            tag: _voice(tag, said[:voices], engines, config)
            for tag, said in sorted(scores.recorded.items())
            if tag in engines.synthesiser.languages()
        }
    return figures


def _voice(
    tag: str, recorded: list[tuple[str, str]], engines: Engines, config: Config
) -> dict[str, Any]:
    """One voice beside the people who said the same sentences."""
    trips = round_trips(
        [said for said, _ in recorded], tag, engines.synthesiser, engines.recogniser
    )
    worst = sorted(trips, key=lambda trip: -trip.errors / max(1, len(trip.text.split())))[:5]
    return {
        "voice": config.synthesiser.voices.get(tag),
        "sentences": len(trips),
        "wer": error_rate(trips, tag),
        "wer_of_recordings": round(
            pooled(word_errors(said, heard, tag) for said, heard in recorded).rate, 4
        ),
        "wrong": Counter(trip.errors > 0 for trip in trips)[True],
        "examples": [{"text": t.text, "heard": t.heard} for t in worst if t.errors],
    }
