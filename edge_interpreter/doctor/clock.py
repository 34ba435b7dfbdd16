"""Is the time right? Certificates, tokens and retention go by it."""

import ctypes
import time
from collections.abc import Iterator
from pathlib import Path

from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem

_UNSYNCHRONISED = 0x0040  # STA_UNSYNC, adjtimex(2)
_TIMEX_BYTES = 256
_DAY_S = 86_400
_FAR_S = 20 * 365 * _DAY_S


def check_clock(patient: Patient) -> Iterator[Finding]:
    """Whether the clock can be right, and whether something keeps it so."""
    del patient
    now, installed = time.time(), Path(__file__).stat().st_mtime
    if now < installed - _DAY_S or now > installed + _FAR_S:
        yield problem(
            f"the clock says {time.strftime('%Y-%m-%d', time.gmtime(now))}, which cannot be",
            "set it: timedatectl set-time; certificates and tokens go by it",
        )
        return
    kept = synchronised()
    if kept is None:
        yield note("whether the clock is kept right cannot be told here")
    elif kept:
        yield ok("the clock is kept right")
    else:
        yield note(
            "nothing keeps the clock right: it will drift",
            "use the time server of your own network: systemd-timesyncd or chrony",
        )


def synchronised() -> bool | None:
    """What the kernel was told about the clock, None where it may not be asked.

    `struct timex` of adjtimex(2): an int, four longs, then the status (64 bits).
    """
    buffer = ctypes.create_string_buffer(_TIMEX_BYTES)
    if ctypes.CDLL(None).adjtimex(buffer) < 0:
        return None
    at = 5 * ctypes.sizeof(ctypes.c_long)
    status = ctypes.c_int.from_buffer(buffer, at).value
    return not status & _UNSYNCHRONISED
