"""How far the running service is shut in, and whether it could reach the outside at all."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

UNIT = "edge-interpreter.service"
WANTED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "IPAddressDeny": None,
}
"""Properties of the unit and what they must be; None: something must be there to show."""
_ASK_S = 5


def check_sandbox(patient: Patient) -> Iterator[Finding]:
    """The unit as systemd has loaded it."""
    del patient
    shown = _unit()
    if shown is None:
        yield note(
            "systemd does not know the service: nothing shuts the program in",
            "install it with scripts/install; see docs/install.md",
        )
        return
    wrong = [
        f"{name}={shown.get(name, '')}"
        for name, value in WANTED.items()
        if (value is not None and shown.get(name) != value)
        or (value is None and not shown.get(name))
    ]
    if wrong:
        yield problem(
            f"the unit is less strict than the one shipped: {', '.join(wrong)}",
            f"look at: systemctl cat {UNIT}",
        )
    else:
        yield ok(f"the unit has its restrictions ({shown.get('ActiveState', 'unknown')})")


def check_egress(patient: Patient) -> Iterator[Finding]:
    """Whether packets could leave the network at all; the routing table is asked, nothing sent."""
    del patient
    if not _has_route():
        yield ok("there is no way out of the local network", route=False)
        return
    kept_in = bool((_unit() or {}).get("IPAddressDeny"))
    text = "this machine has a route to the outside; the program makes no use of it"
    if kept_in:
        yield ok(f"{text}, and the unit (IPAddressDeny) would not let it", route=True)
    else:
        yield note(text, "the shipped unit closes it off; a firewall can do the same", route=True)


def _has_route() -> bool:
    # RFC 5737: an address that is nobody's. Connecting a datagram socket sends nothing.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return False
    return True


def _unit() -> dict[str, str] | None:
    """The properties of the loaded unit, None where there is none."""
    command = shutil.which("systemctl")
    if command is None or not Path("/run/systemd/system").is_dir():
        return None
    names = ",".join(("LoadState", "ActiveState", *WANTED))
    try:
        answer = subprocess.run(
            [command, "show", UNIT, "-p", names],
            capture_output=True,
            text=True,
            timeout=_ASK_S,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    shown = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    return shown if shown.get("LoadState") == "loaded" else None
