"""What the latency bench takes for the first translated sound."""

import json
from collections.abc import AsyncIterator
from typing import Any

from edge_interpreter.evaluation.latency_bench import Heard, listen


async def arriving(*messages: dict[str, Any] | bytes) -> AsyncIterator[str | bytes]:
    for message in messages:
        yield message if isinstance(message, bytes) else json.dumps(message)


def header(utterance: str, kind: str) -> dict[str, Any]:
    return {"type": "speech", "utterance": utterance, "kind": kind}


async def test_the_cue_of_something_lost_is_no_first_sound() -> None:
    heard = Heard()
    await listen(
        arriving(
            header("ann-0-0", "gap"),
            b"\1\0",
            header("ann-0-1", "translation"),
            b"\1\0",
            header("", "gap"),
            b"\1\0",
        ),
        heard,
    )
    assert list(heard.first_sound) == ["ann-0-1"]
