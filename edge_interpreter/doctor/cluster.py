"""Whether inference in a cluster is closed to others, in the configuration and as it runs."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from edge_interpreter.cluster.problems import problems
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

_PROCESSES = Path("/proc")
_DAEMONS = (b"/gcs_server", b"/raylet")
_AUTHENTICATED = b"RAY_AUTH_MODE=token"


@dataclass(frozen=True, slots=True)
class Daemons:
    """Ray's processes that want no token, and those of which we may not know it."""

    open: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def check_cluster(patient: Patient, processes: Path = _PROCESSES) -> Iterator[Finding]:
    """Addresses and tokens of `[cluster]`; a Ray that runs here and asks nobody for a token."""
    section = patient.config.cluster
    found = problems(patient.config)
    for line in found:
        yield problem(line, "see docs/scale/inference.md")
    daemons = running(processes)
    if daemons.open:
        yield problem(
            f"Ray runs here ({_listed(daemons.open)}) and lets in whoever reaches its port, to run "
            f"programs",
            "end it (ray stop) and start it with: edge-interpreter cluster up",
        )
    if daemons.hidden:
        yield note(
            f"Ray runs here ({_listed(daemons.hidden)}) as somebody else: whether it is closed to "
            f"others cannot be looked at",
            "run doctor as its user, or with sudo",
        )
    if found or daemons.open or daemons.hidden:
        return
    used = section.endpoints or section.node_token.get_secret_value()
    yield ok("[cluster] is closed to others") if used else note("[cluster] is not used")


def running(processes: Path) -> Daemons:
    """Ray's processes here that do not say that they want a token."""
    found = Daemons()
    for place in processes.glob("[0-9]*"):
        # A process may end while it is looked at.
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            program = (place / "cmdline").read_bytes().split(b"\0", 1)[0]
            if not program.endswith(_DAEMONS):
                continue
            try:
                environment = (place / "environ").read_bytes()
            except PermissionError:
                found.hidden.append(int(place.name))
                continue
            if _AUTHENTICATED not in environment.split(b"\0"):
                found.open.append(int(place.name))
    return found


def _listed(pids: list[int]) -> str:
    return f"process {', '.join(map(str, sorted(pids)))}"
