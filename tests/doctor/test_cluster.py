from pathlib import Path

import pytest

from edge_interpreter.config.load import read_config
from edge_interpreter.doctor.cluster import check_cluster
from edge_interpreter.doctor.finding import Patient, Status

USED = f"""[cluster]
endpoints = ["10.0.0.11:8200"]
token = "{"b" * 32}"
"""


def patient(folder: Path, text: str) -> Patient:
    path = folder / "config.toml"
    path.write_text(text)
    return Patient(path, read_config(path, {}))


def test_as_shipped_there_is_only_a_note(tmp_path: Path) -> None:
    (finding,) = check_cluster(patient(tmp_path, ""))
    assert finding.status is Status.NOTE


def test_ray_for_everybody_without_a_token_is_a_problem(tmp_path: Path) -> None:
    found = list(check_cluster(patient(tmp_path, '[cluster]\nnode = "0.0.0.0"\n')))
    assert {one.status for one in found} == {Status.PROBLEM}
    said = " ".join(one.text for one in found)
    assert "all interfaces" in said
    assert "cluster.node_token is missing" in said


def run(processes: Path, pid: int, program: str, environment: str) -> Path:
    """Somebody runs a program; gives the file with its environment."""
    process = processes / str(pid)
    process.mkdir(parents=True)
    (process / "cmdline").write_text(f"{program}\0--x=1\0")
    (process / "environ").write_text(environment)
    return process / "environ"


@pytest.mark.parametrize(
    ("program", "environment", "is_open"),
    [
        ("/x/ray/core/gcs_server", "A=1\0", True),
        ("/x/ray/raylet/raylet", "A=1\0", True),
        ("/x/ray/core/gcs_server", "A=1\0RAY_AUTH_MODE=token\0", False),
        ("/x/ray/core/gcs_server", "A=1\0RAY_AUTH_MODE=disabled\0", True),
        ("/bin/other", "", False),
    ],
)
def test_a_running_ray_is_asked_whether_it_wants_a_token(
    tmp_path: Path, program: str, environment: str, is_open: bool
) -> None:
    processes = tmp_path / "proc"
    run(processes, 7, program, environment)
    (finding,) = check_cluster(patient(tmp_path, USED), processes)
    assert finding.status is (Status.PROBLEM if is_open else Status.OK)
    assert ("process 7" in finding.text) is is_open


def test_a_ray_of_somebody_else_is_not_said_to_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = tmp_path / "proc"
    theirs = run(processes, 7, "/x/ray/core/gcs_server", "")
    read = Path.read_bytes

    def as_another_user(path: Path) -> bytes:
        if path == theirs:
            raise PermissionError
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", as_another_user)
    (finding,) = check_cluster(patient(tmp_path, USED), processes)
    assert finding.status is Status.NOTE
    assert "process 7" in finding.text
    assert "cannot be looked at" in finding.text
    assert "sudo" in finding.advice
