"""What all tables of the configuration have in common."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")
Milliseconds = Annotated[int, Field(ge=0)]
Port = Annotated[int, Field(ge=0, le=65_535)]


class Effect(StrEnum):
    """When a changed setting takes effect after the configuration is read again."""

    LIVE = "at once"
    NEXT = "for what begins later"
    RESTART = "after a restart"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the type of a key says about its effect; without one it is a restart."""

    effect: Effect


Live = Annotated[T, Mark(Effect.LIVE)]
"""A key that takes effect at once."""
Next = Annotated[T, Mark(Effect.NEXT)]
"""A key that holds for connections, speakers, calls and rooms that begin after the change."""


class Section(BaseModel):
    """A table of the configuration: unknown keys are refused and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
