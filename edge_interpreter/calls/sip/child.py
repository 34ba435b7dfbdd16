"""`python -m edge_interpreter.calls.sip.child FD`: the SIP process, started by its parent."""

import asyncio
import json
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
    crash_reports.keep_quiet()
    crash_reports.leave_no_core()
    # A terminal's Ctrl-C reaches the whole group; the parent decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise_priority(inherited=True)
    given = json.loads(sys.stdin.readline())
    logs.set_up("warning", given["log"])
    connection = socket.socket(fileno=int(sys.argv[1]))
    asyncio.run(Endpoint(Sip.model_validate(given["sip"]), given["link"], connection).run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
