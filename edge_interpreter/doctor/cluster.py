"""Whether inference in a cluster is closed to others, in the configuration and as it runs."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from edge_interpreter.cluster.problems import problems
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

_AUTHENTICATED = b"RAY_AUTH_MODE=token"


def check_cluster(patient: Patient) -> Iterator[Finding]:
    """Addresses and tokens of `[cluster]`; a Ray that runs here and asks nobody for a token."""
    section = patient.config.cluster
    found = problems(patient.config)
    for line in found:
        yield problem(line, "see docs/scale/inference.md")
    open_to_all = list(unauthenticated())
    for pid in open_to_all:
        yield problem(
            f"Ray runs here (process {pid}) and lets in whoever reaches its port, to run programs",
            "end it (ray stop) and start it with: edge-interpreter cluster up",
        )
    if found or open_to_all:
        return
    used = section.endpoints or section.node_token.get_secret_value()
    yield ok("[cluster] is closed to others") if used else note("[cluster] is not used")


def unauthenticated(processes: Path = Path("/proc")) -> Iterator[int]:
    """Ray's control processes that want no token, as far as we may look at them."""
    for place in processes.glob("[0-9]*"):
        with suppress(OSError):
            program = (place / "cmdline").read_bytes().split(b"\0", 1)[0]
            if not program.endswith(b"/gcs_server"):
                continue
            if _AUTHENTICATED not in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)
