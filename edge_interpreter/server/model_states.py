"""The models in use: what they are, under which licence, and how they run."""

import functools
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import Engines
from edge_interpreter.engines.protocols import Synthesiser
from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Catalog, Model
from edge_interpreter.server.voice_processes import voice_processes

EngineRole = Literal["voice_activity", "recogniser", "translator", "synthesiser"]
Placed = tuple[str | None, str | None]
_UNKNOWN: Placed = (None, None)


class ModelState(BaseModel):
    """A model in use.

    `licence` is null for a model that the catalogue does not know; `device` and `compute_type`
    are where the engine does not say. `threads` 0: all cores. `running` is false where the
    process in which it lives has ended.
    """

    role: EngineRole
    model: str
    provider: str
    languages: list[str]
    licence: str | None
    non_commercial: bool
    alternative: str
    device: str | None
    compute_type: str | None
    threads: int
    warm: bool
    running: bool
    loaded_s: float | None


def model_states(config: Config, engines: Engines) -> list[ModelState]:
    """Every model that the configuration names, in the order of the pipeline."""
    return [
        *_listening(config, engines),
        *_translating(config, engines),
        *_speaking(config, engines),
    ]


def _listening(config: Config, engines: Engines) -> Iterator[ModelState]:
    activity, recogniser = config.voice_activity, config.recogniser
    yield _state(
        engines, "voice_activity", activity.model, activity.provider, 1, ("cpu", "float32")
    )
    placed: Placed = getattr(engines.recogniser, "placed", _UNKNOWN)
    for model in recogniser.models:
        yield _state(engines, "recogniser", model, recogniser.provider, recogniser.threads, placed)


def _translating(config: Config, engines: Engines) -> Iterator[ModelState]:
    section = config.translator
    own = getattr(engines.translator, "engines", ())
    placed = [getattr(each, "placed", _UNKNOWN) for each in own]
    placed += [_UNKNOWN] * (len(section.models) - len(placed))
    for model, place in zip(section.models, placed, strict=False):
        yield _state(engines, "translator", model, section.provider, section.threads, place)


def _speaking(config: Config, engines: Engines) -> Iterator[ModelState]:
    section = config.synthesiser
    running = voices_running(engines.synthesiser)
    spoken: dict[str, list[str]] = {}
    for language, model in section.voices.items():
        spoken.setdefault(model, []).append(language)
    for model, languages in spoken.items():
        state = _state(
            engines, "synthesiser", model, section.provider, section.threads, ("cpu", None)
        )
        state.languages = sorted(languages)
        state.running = all(running.get(tag, True) for tag in languages)
        yield state


def voices_running(synthesiser: Synthesiser) -> dict[str, bool]:
    """Whether the process of each language's voice runs."""
    return {
        tag: each.running
        for each in voice_processes(synthesiser).values()
        for tag in each.languages()
    }


def _state(
    engines: Engines, role: EngineRole, model: str, provider: str, threads: int, placed: Placed
) -> ModelState:
    known = _known(model)
    return ModelState(
        role=role,
        model=model,
        provider=provider,
        languages=[],
        licence=known.licence if known else None,
        non_commercial=known.non_commercial if known else False,
        alternative=known.alternative if known else "",
        device=placed[0],
        compute_type=placed[1],
        threads=threads,
        warm=engines.warm,
        running=True,
        loaded_s=round(engines.loaded_s[role], 2) if role in engines.loaded_s else None,
    )


@functools.cache
def _known(model: str) -> Model | None:
    try:
        return _catalog().find(model)
    except UserError:
        return None


@functools.cache
def _catalog() -> Catalog:
    return Catalog.load()
