"""The `[boxes]` table: several boxes that share rooms behind one proxy."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from edge_interpreter.config.addresses import readable
from edge_interpreter.config.section import Section


class Boxes(Section):
    """What a box knows of the others: nothing, but for the proxy and the keys of tokens.

    `keys` is the directory with the keys that all of them share; without, a box makes its own in
    the state directory. `front_url` is the proxy as this box reaches it: a room that it takes to
    another box is sent there.
    """

    keys: Path | None = None
    front_url: Annotated[
        str, Field(pattern=r"^(https?://[^/?#\s]+)?$"), AfterValidator(readable)
    ] = ""

    @model_validator(mode="after")
    def _keys_with_front(self) -> "Boxes":
        if self.front_url and self.keys is None:
            raise ValueError(
                "front_url needs keys: people who are sent to another box must be known there"
            )
        return self
