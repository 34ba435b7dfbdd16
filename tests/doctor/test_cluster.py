from pathlib import Path

import pytest

from edge_interpreter.config.load import read_config
from edge_interpreter.doctor.cluster import check_cluster, unauthenticated
from edge_interpreter.doctor.finding import Patient, Status


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


@pytest.mark.parametrize(
    ("program", "environment", "found"),
    [
        ("/x/ray/core/gcs_server", "A=1\0", [7]),
        ("/x/ray/core/gcs_server", "A=1\0RAY_AUTH_MODE=token\0", []),
        ("/x/ray/core/gcs_server", "A=1\0RAY_AUTH_MODE=disabled\0", [7]),
        ("/bin/other", "", []),
    ],
)
def test_a_running_ray_is_asked_whether_it_wants_a_token(
    tmp_path: Path, program: str, environment: str, found: list[int]
) -> None:
    process = tmp_path / "7"
    process.mkdir()
    (process / "cmdline").write_text(f"{program}\0--x=1\0")
    (process / "environ").write_text(environment)
    assert list(unauthenticated(tmp_path)) == found
