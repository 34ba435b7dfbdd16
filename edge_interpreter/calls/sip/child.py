"""`python -m edge_interpreter.calls.sip.child FD`: the SIP process, started by its parent."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys

from edge_interpreter import crash_reports
from edge_interpreter.calls.priority import raise_priority
from edge_interpreter.calls.sip.endpoint import Endpoint
from edge_interpreter.config.calls import Sip
from edge_interpreter.telemetry import logs


def main() -> int:
    """Serve the parent at the other end of the socket whose number is the only argument.

    The first line on standard input is the configuration, so that secrets are in no argument.
    """
    _mute_the_stack()
    crash_reports.keep_quiet()
    # The packet filter finds its sockets by /proc/self/fd.
    crash_reports.leave_no_core(sealed=False)
    # A terminal's Ctrl-C reaches the whole group; the parent decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise_priority(inherited=True)
    given = json.loads(sys.stdin.readline())
    logs.set_up("warning", given["log"])
    connection = socket.socket(fileno=int(sys.argv[1]))
    asyncio.run(Endpoint(Sip.model_validate(given["sip"]), given["link"], connection).run())
    return 0


def _mute_the_stack() -> None:
    """Keep our own log, let go of the stack's warnings, standard output and error.

    It writes a line about every message that it cannot read: whoever may send us packets could
    fill the disk.
    """
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    logging.getLogger("baresip.native").setLevel(logging.ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(nowhere, standard)


if __name__ == "__main__":
    sys.exit(main())
