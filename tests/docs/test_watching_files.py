"""Alerts, rules, dashboard and the pages about them name figures that exist, and all of them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.box import box, said

ROOT = Path(__file__).parents[2]
ALERTS, DASHBOARD = ROOT / "docs/alerts.yml", ROOT / "docs/grafana.json"
RULES = ROOT / "docs/scale/rules.yml"
TRIED_ALERTS, TRIED_RULES = ROOT / "tests/docs/alerts_test.yml", ROOT / "tests/docs/rules_test.yml"
NAME = re.compile(r"edge_interpreter_[a-z_]+")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)"
)


def expressions() -> list[str]:
    """Every expression of the dashboard, with its variables filled in."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    found = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    return [one.replace("$__rate_interval", "5m").replace("$instance", ".*") for one in found]


async def families(tmp_path: Path) -> set[str]:
    async with box(tmp_path) as place, place.join(name="A", speaks="en", wants="fr") as ana:
        await ana.say(*said("apple"))
        await ana.expect("caption")
        async with place.http(place.token(room="*")) as client:
            text = (await client.get("/metrics")).text
    parsed: list[Any] = list(text_string_to_metric_families(text))
    types = {"counter": "_total"}
    return {one.name + types.get(one.type, "") for one in parsed}


def without_suffix(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


async def test_every_name_exists_and_every_figure_is_explained(tmp_path: Path) -> None:
    known = await families(tmp_path)
    recorded = " ".join(re.findall(r"^ +expr: (.*)$", RULES.read_text(), re.M))
    used = NAME.findall(" ".join([ALERTS.read_text(), recorded, *expressions()]))
    assert {without_suffix(name) for name in used} <= known
    explained = set(re.findall(r"^\| `(edge_interpreter_[a-z_]+)`", PAGE.read_text(), re.M))
    assert explained == known


PAGE, RULES_PAGE = ROOT / "docs/watch.md", ROOT / "docs/scale/records.md"


@needs_promtool
def test_the_rules_are_valid_and_say_what_they_should() -> None:
    for command in (
        ["promtool", "check", "rules", str(ALERTS), str(RULES)],
        ["promtool", "test", "rules", str(TRIED_ALERTS), str(TRIED_RULES)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_and_rule_is_tried_and_explained() -> None:
    alerts = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    tried, explained = TRIED_ALERTS.read_text(), PAGE.read_text()
    assert all(name in tried and f"`{name}`" in explained for name in alerts)
    rules = re.findall(r"- record: (\S+)", RULES.read_text())
    tried, explained = TRIED_RULES.read_text(), RULES_PAGE.read_text()
    assert all(name in tried and f"`{name}`" in explained for name in rules)
    assert len(rules) > 15


@needs_promtool
def test_prometheus_understands_the_dashboard(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{i}", "expr": one} for i, one in enumerate(expressions())]
    path = tmp_path / "rules.yml"
    # JSON is YAML.
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(rules) > 30
