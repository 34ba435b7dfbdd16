"""Raises the scheduling priority of threads that must keep the 20 ms clock of calls."""

import contextlib
import gc
import os
import sys
from typing import Literal

ROUND_ROBIN = 5
NICENESS = -15

SWITCH_S = 0.001

Priority = Literal["real-time", "raised", "normal"]


def raise_priority(*, inherited: bool) -> Priority:
    """Put the calling thread before ordinary work, as far as the system allows (CAP_SYS_NICE).

    `inherited` says whether threads that it starts are raised too. Returns what was reached.
    """
    policy = os.SCHED_RR if inherited else os.SCHED_RR | os.SCHED_RESET_ON_FORK
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, policy, os.sched_param(ROUND_ROBIN))
        return "real-time"
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        return "raised"
    return "normal"


def yield_sooner() -> None:
    """Keep other threads and the garbage collector of this process from stopping the clock.

    Python lets a thread go on for 5 ms before another gets its turn, and looks at every object
    there is when it collects: what has been loaded by now stays for good and is left out.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
