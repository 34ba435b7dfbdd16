"""Voices: Piper and Pico, each in a process of its own, and the choice between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_interpreter.engines.voices.routing import VoiceRouter
    from edge_interpreter.models.store import ModelStore


def load_voices(voices: Mapping[str, str], store: ModelStore, *, threads: int = 1) -> VoiceRouter:
    """Voices ready to speak, from language tags (BCP-47) to model ids of the catalogue.

    Raises EngineError when one cannot be had, UserError for a model id that does not exist.
    """
    # The voice processes import this package too and need none of this.
    from edge_interpreter.engines.voices.loading import load_voices

    return load_voices(voices, store, threads)
