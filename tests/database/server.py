"""A PostgreSQL server of the test's own: made, started, killed and brought back."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_interpreter.config.database import Database

PASSWORD = "correct-horse"
WAIT_S = 60.0


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, the latest version's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[4])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class PostgresServer:
    """Runs as user postgres where the tests run as root, since it refuses root."""

    def __init__(self, bin_directory: Path, *, durable: bool = False) -> None:
        self._bin = bin_directory
        self._user: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )
        self.directory = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.data = self.directory / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        word = self.directory / "password"
        word.write_text(PASSWORD)
        if self._user:
            for path in (self.directory, word):
                shutil.chown(path, "postgres", "postgres")
        self._do("initdb", "-D", self.data, "-U", "interpreter", "-A", "scram-sha-256",
                 f"--pwfile={word}", "--no-sync", "--locale=C.UTF-8")  # fmt: skip
        settings = [f"port = {self.port}", "listen_addresses = '127.0.0.1'", "ssl = off"]
        settings += [f"unix_socket_directories = '{self.directory}'", "shared_buffers = 16MB"]
        settings += [] if durable else ["fsync = off"]
        with (self.data / "postgresql.auto.conf").open("a") as file:
            file.write("\n".join(settings) + "\n")
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """As a child of ours: where nobody else reaps it, a killed one would seem to be there."""
        with (self.directory / "log").open("a") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data],
                stdout=log, stderr=log, cwd=self.directory, **self._user,
            )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(WAIT_S)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.directory)

    def kill(self) -> None:
        """As a power failure: SIGKILL to every process of it."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(WAIT_S)
            self._process = None
        deadline = time.monotonic() + WAIT_S
        while self._processes():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def freeze(self) -> None:
        """It is there and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def log(self) -> str:
        return (self.directory / "log").read_text()

    def run(self, statement: str, database: str = "postgres") -> str:
        done = subprocess.run(
            [self._bin / "psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement,
             f"postgresql://interpreter@127.0.0.1:{self.port}/{database}"],
            env={**os.environ, "PGPASSWORD": PASSWORD}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def new(self, box: str = "box") -> Database:
        """The configuration for a database that is empty."""
        self._made += 1
        name = f"interpreter{self._made}"
        self.run(f"CREATE DATABASE {name}")
        return self.settings(name, box)

    def settings(self, name: str, box: str = "box") -> Database:
        url = f"postgresql://interpreter@127.0.0.1:{self.port}/{name}"
        return Database.model_validate({"url": url, "password": PASSWORD, "box": box})

    def _do(self, program: str, *arguments: object) -> None:
        command: Sequence[str] = [str(self._bin / program), *map(str, arguments)]
        with (self.directory / "commands.log").open("a") as log:
            subprocess.run(
                command, check=True, stdout=log, stderr=log, cwd=self.directory, **self._user
            )

    def _processes(self) -> list[int]:
        """The postmaster and its children, as long as they are there."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state = (place / "stat").read_text().rpartition(")")[2].split()[0]
                if (place / "cwd").readlink() == self.data and state != "Z":
                    found.append(int(place.name))
        return found

    def _signal(self, number: int) -> None:
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
