"""What lies in the state directory can be read by the service, and by nobody else."""

import os
from pathlib import Path

import pytest

from edge_interpreter.server.audit import Audit
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.tokens import Tokens

SERVICE = 4_711


def test_files_are_the_owners_alone(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path / "state")
    state.write("keys", b"secret")
    assert state.directory.stat().st_mode & 0o777 == 0o700
    assert state.path("keys").stat().st_mode & 0o777 == 0o600
    assert state.read("keys") == b"secret"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for somebody else")
def test_what_root_writes_belongs_to_the_service(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    directory.mkdir(mode=0o700)
    os.chown(directory, SERVICE, SERVICE)
    state = StateDirectory(directory)
    Tokens(state).create("main", "listen", 60)
    audit = Audit(state)
    audit.record_now("token.create")
    audit.close()
    names = {path.name for path in directory.iterdir()}
    assert len(names) >= 3
    assert {path.stat().st_uid for path in directory.iterdir()} == {SERVICE}
