"""Two boxes that share a cluster of two nodes; minutes, so by name: pytest -m cluster."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .running import OWN_ENGINES, ROOT, WEIGHTS, free_ports, running_nodes

pytest.importorskip("ray", reason="ray is not installed: pip install edge-interpreter[cluster]")
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.models,
    pytest.mark.skipif(not (WEIGHTS / "whisper-base").is_dir(), reason="no weights"),
]

SAMPLE = ROOT / "edge_interpreter/capture/samples/kennedy.flac"
RECOVERY_S = 10


class Box:
    """A process that interprets the sample as it is spoken."""

    def __init__(self, config: Path) -> None:
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "edge_interpreter", "interpret", str(SAMPLE)),
                *("--to", "fr", "--json", "--realtime", "--config", str(config)),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def next_line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def next_caption(self) -> tuple[dict[str, Any], float]:
        """The next line with something heard, and when it came."""
        while "text" not in (line := self.next_line()):
            pass
        return line, time.monotonic()

    def rest(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The lines that are left, and the ledger."""
        lines = [json.loads(line) for line in self.process.communicate(timeout=60)[0].splitlines()]
        return lines[:-1], lines[-1]["ledger"]


@pytest.fixture(scope="module")
def box_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    (second,) = free_ports(1)
    with running_nodes(tmp_path_factory.mktemp("nodes")) as nodes:
        nodes.up_second(second)
        yield nodes.box_file([nodes.inference_port, second])


def said(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What was heard and its translation; other lines tell of a loss."""
    return [(line["text"], line["translations"]["fr"]) for line in lines if "text" in line]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """What a box with its own engines makes of the sample."""
    alone = tmp_path_factory.mktemp("alone") / "config.toml"
    alone.write_text(OWN_ENGINES.format(weights=WEIGHTS.resolve()))
    lines, _ = Box(alone).rest()
    assert len(lines) >= 3
    return said(lines)


def test_a_killed_box_costs_the_other_nothing(
    box_file: Path, expected: list[tuple[str, str]]
) -> None:
    lost, other = Box(box_file), Box(box_file)
    assert said([lost.next_line()]) == expected[:1]
    # The next sentence is being spoken now.
    time.sleep(1.0)
    lost.process.kill()
    lost.process.communicate()
    again = Box(box_file)
    began = again.next_line()
    spoken_s = began["end_ms"] / 1000
    assert said([began]) == expected[:1]
    assert time.monotonic() - again.began - spoken_s < RECOVERY_S
    lines, ledger = other.rest()
    assert said(lines) == expected
    assert ledger["dropped"] == ledger["skipped"] == {}
    assert said([began, *again.rest()[0]]) == expected


def test_a_lost_node_costs_its_boxes_a_retry_at_most(
    tmp_path: Path, expected: list[tuple[str, str]]
) -> None:
    (port,) = free_ports(1)
    with running_nodes(tmp_path) as nodes:
        nodes.up_second(port)
        # The second box asks the node first that will be lost.
        ports = (nodes.inference_port, port)
        boxes = [Box(nodes.box_file(ports)), Box(nodes.box_file(ports[::-1]))]
        firsts = [box.next_line() for box in boxes]
        time.sleep(1.0)
        nodes.kill_second()
        killed = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            nexts = list(pool.map(Box.next_caption, boxes))
            ends = list(pool.map(Box.rest, boxes))
    for first, (second, came), (lines, ledger) in zip(firsts, nexts, ends, strict=True):
        assert came - killed < RECOVERY_S
        heard = said([first, second, *lines])
        lost = sum(ledger["dropped"].values()) + sum(ledger["skipped"].values())
        assert lost <= 1
        assert ledger["in"] == ledger["done"] + sum(ledger["dropped"].values())
        assert set(heard) <= set(expected)
        assert len(heard) >= len(expected) - 1
