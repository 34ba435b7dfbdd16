"""What all tables of the configuration have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Milliseconds = Annotated[int, Field(ge=0)]
Port = Annotated[int, Field(ge=0, le=65_535)]


class Section(BaseModel):
    """A table of the configuration: unknown keys are refused and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
