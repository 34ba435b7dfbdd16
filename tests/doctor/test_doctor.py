"""The command as a whole, and that no check takes another one with it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_interpreter.cli import main
from edge_interpreter.doctor.examination import Examination, examine, see
from edge_interpreter.doctor.finding import Finding, Patient, Status, ok
from edge_interpreter.doctor.self_test import check_pipeline

ROOT = Path(__file__).parents[2]


def test_a_check_that_fails_or_hangs_is_a_finding(tmp_path: Path) -> None:
    def broken(patient: Patient) -> Iterator[Finding]:
        yield ok("so far")
        raise RuntimeError("the secret")

    def hanging(patient: Patient) -> Iterator[Finding]:
        time.sleep(2)
        yield ok("at last")

    def sound(patient: Patient) -> Iterator[Finding]:
        yield ok("fine")

    checks = tuple(
        Examination(check.__name__, check, needs_config=False) for check in (broken, hanging, sound)
    )
    found = list(examine(Patient(None, None), checks, longest_s=0.1))
    assert [name for name, _ in found] == ["broken", "broken", "hanging", "sound"]
    assert "RuntimeError" in found[1][1].text
    assert "secret" not in found[1][1].text
    assert found[2][1].status is Status.PROBLEM


def test_a_broken_configuration_is_told_and_the_rest_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[server]\nprot = 1\n")
    assert main(["doctor", "--no-self-test", "--json", "--config", str(path)]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    by_check = {finding["check"]: finding for finding in answer["findings"]}
    assert f"{path}:2: server.prot" in by_check["configuration"]["text"]
    assert by_check["memory"]["details"]["mb"] > 0
    assert by_check["ports"]["text"] == "not looked at"


def test_bad_usage_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--password", "hush"])
    assert ended.value.code == 2


@pytest.mark.models
def test_the_sample_goes_through_the_whole_pipeline() -> None:
    patient = see(ROOT / "config.toml", {})
    ready, heard = check_pipeline(patient)
    assert ready.status is heard.status is Status.OK, heard.text
    assert "ellow" in str(heard.details["recognised"])
    assert heard.details["translated"]
