"""What the box tells about itself, to whom, and that it is nothing of what people say."""

import asyncio
import io
import json
import logging
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families

from edge_interpreter.telemetry import logs
from tests.pipeline.fakes import CountingRecogniser
from tests.server.box import Box, box, said

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHRASE = "purple giraffe"
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Doubtful(CountingRecogniser):
    """Says a phrase for whatever it hears; withholds it when asked to."""

    def recognise(self, requests: Any) -> Any:
        from dataclasses import replace

        return [replace(each, text=PHRASE) for each in super().recognise(requests)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    async with box(tmp_path_factory.mktemp("state"), recogniser=Doubtful()) as running:
        yield running


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON, debug included."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before)
    root.removeHandler(handler)


async def read(place: Box, path: str, token: str = "", **headers: str) -> Any:
    async with place.http(token) as client:
        return await client.get(path, headers=headers)


async def figures(place: Box) -> Figures:
    text = (await read(place, "/metrics", place.token(room="*"))).text
    return {
        (sample.name.removeprefix("edge_interpreter_"), tuple(sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def speak(place: Box, *, caption: bool = True) -> None:
    async with place.join(name=PHRASE, speaks="en", wants="fr", audio=True, hear_self=True) as ana:
        await ana.say(*said("apple"))
        await ana.expect("caption" if caption else "skipped")
        await ana.send(type="chat", text=PHRASE)
        await ana.expect("caption", typed=True)
        await asyncio.sleep(0.2)


async def test_only_operators_of_everything_may_look(place: Box) -> None:
    for path in ("/metrics", "/api/status"):
        assert (await read(place, path)).status_code == 401
        assert (await read(place, path, place.token("speak", room="*"))).status_code == 403
        assert (await read(place, path, place.token("operate", room="main"))).status_code == 403
        assert (await read(place, path, place.token("operate", room="*"))).status_code == 200


async def test_networks_of_the_configuration_need_no_key(tmp_path: Path) -> None:
    async with box(tmp_path / "a", {"metrics": {"open_to": ["127.0.0.0/8"]}}) as place:
        assert (await read(place, "/metrics")).status_code == 200
        assert (await read(place, "/api/status")).status_code == 401
    async with box(tmp_path / "b", {"metrics": {"open_to": ["192.168.0.0/16"]}}) as place:
        assert (await read(place, "/metrics")).status_code == 401


async def test_an_utterance_is_counted_and_timed(place: Box) -> None:
    before = await figures(place)
    await speak(place)
    after = await figures(place)

    def grown(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after[key] - before.get(key, 0.0)

    assert grown("utterances_received_total") == 2
    assert grown("utterances_delivered_total") == 2
    assert grown("latency_seconds_count", result="final_caption") == 1
    assert grown("latency_seconds_count", result="first_audio") == 1
    for stage in ("recognise", "translate", "speak"):
        assert grown("stage_seconds_count", stage=stage) >= 1
    assert grown("recognised_sound_seconds_total") > 0.5
    assert grown("translations_total", fidelity="ok") == 2
    assert ("real_time_factor", (("engine", "recogniser"),)) in after
    assert after["processes", (("process", "server"),)] == 1
    info = [labels for name, labels in after if name == "model_info"]
    assert ("licence", "MIT") in next(each for each in info if ("role", "recogniser") in each)


async def test_what_is_withheld_is_no_loss_and_has_its_reason(tmp_path: Path) -> None:
    async with box(tmp_path, recogniser=Doubtful(withhold="repetition")) as place:
        await speak(place, caption=False)
        counted = await figures(place)
        assert counted["utterances_withheld_total", (("reason", "repetition"),)] == 1
        assert not [key for key in counted if key[0] == "utterances_dropped_total"]
        status = (await read(place, "/api/status", place.token(room="*"))).json()
        assert status["utterances"]["withheld"] == {"repetition": 1}
        assert status["utterances"]["entered"] == status["utterances"]["done"] + 1


async def test_the_state_of_models_and_devices(place: Box) -> None:
    status = (await read(place, "/api/status", place.token(room="*"))).json()
    assert (status["ready"], status["stuck"], status["calls"]) == (True, [], None)
    assert status["lag"] == {"level": 0, "oldest_ms": 0, "budget_ms": 6000}
    assert status["machine"]["resident_bytes"]["server"] > 10_000_000
    models = {each["model"]: each for each in status["models"]}
    assert models["pico"]["languages"] == ["de", "es", "fr", "it"]
    assert models["whisper-base"]["licence"] == "MIT"
    assert not models["whisper-base"]["warm"]


async def test_no_word_of_anybody_in_figures_or_log(place: Box, lines: io.StringIO) -> None:
    await speak(place)
    text = (await read(place, "/metrics", place.token(room="*"))).text
    status = (await read(place, "/api/status", place.token(room="*"))).text
    # What arrives at the root from other libraries is at debug here; `set_up` cuts it off.
    own = [line for line in lines.getvalue().splitlines() if '"edge_interpreter' in line]
    assert own
    for words in (text, status, *own):
        assert PHRASE not in words
        assert "giraffe" not in words
    utterances = [each for each in map(json.loads, own) if each.get("event") == "utterance"]
    spoken, typed = sorted(utterances, key=lambda each: bool(each["typed"]))
    assert (spoken["outcome"], typed["outcome"]) == ("delivered", "delivered")
    assert spoken["speech_ms"] > 0
    assert spoken["final_caption_ms"] >= spoken["source_caption_ms"] >= 0
    assert spoken["first_audio_ms"] >= 0
    assert spoken["session"] not in text


async def test_both_formats_are_read_by_real_parsers(place: Box) -> None:
    await speak(place)
    token = place.token(room="*")
    plain = await read(place, "/metrics", token)
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert len(list(text_string_to_metric_families(plain.text))) > 30
    accept = "application/openmetrics-text; version=1.0.0"
    modern = await read(place, "/metrics", token, accept=accept)
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
    assert len(list(parse_openmetrics(modern.text))) > 30  # type: ignore[no-untyped-call]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
async def test_promtool_finds_nothing_to_say(place: Box) -> None:
    await speak(place)
    text = (await read(place, "/metrics", place.token(room="*"))).content
    checked = subprocess.run(  # noqa: ASYNC221
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
