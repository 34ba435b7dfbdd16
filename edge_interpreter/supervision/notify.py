"""Tells the service manager how we are, in the protocol of sd_notify(3).

One datagram of `KEY=VALUE` lines to the socket that `NOTIFY_SOCKET` names; nothing is answered.
Without a service manager nothing is sent.
"""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Iterator, MutableMapping

log = logging.getLogger(__name__)

EXTEND_EVERY_S = 5.0
EXTEND_BY_S = 20.0
READY_WAITS_S = 1.0
"""That we serve is told to a busy manager as well; the rest may be lost, since more follows."""
LONGEST_START_S = 600.0
"""Loading is given so much time as long as it goes on; then the manager's own limit holds."""


class ServiceManager:
    """The manager's socket, or nothing; any thread may send.

    Sending does not fail, and waits in `ready` alone. `watchdog_s` is the time within which
    `alive` wants calling, None where no watchdog is set.
    """

    def __init__(self, address: str = "", watchdog_s: float | None = None) -> None:
        # A leading @ stands for the null byte of an abstract address (unix(7)).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = watchdog_s
        self._complained = False

    @classmethod
    def take(cls, environment: MutableMapping[str, str] = os.environ) -> "ServiceManager":
        """The one that the environment names; taken out of it, since children are not to use it."""
        address = environment.pop("NOTIFY_SOCKET", "")
        microseconds = environment.pop("WATCHDOG_USEC", "")
        meant_for = environment.pop("WATCHDOG_PID", str(os.getpid()))
        watched = microseconds.isdigit() and int(microseconds) and meant_for == str(os.getpid())
        return cls(address, int(microseconds) / 1_000_000 if watched else None)

    def ready(self, status: str) -> None:
        """We serve; `status` is one line for people, as in all methods."""
        self._send(READY="1", STATUS=status)

    def status(self, status: str) -> None:
        """What we are doing."""
        self._send(STATUS=status)

    def alive(self) -> None:
        """Not to be restarted before another `watchdog_s` have passed."""
        self._send(WATCHDOG="1")

    def stuck(self, status: str) -> None:
        """To be restarted now (systemd 243 and later)."""
        self._send(STATUS=status, WATCHDOG="trigger")

    def stopping(self, status: str) -> None:
        """We end, on purpose."""
        self._send(STOPPING="1", STATUS=status)

    def extend(self, seconds: float) -> None:
        """Starting or stopping takes so much longer, counted from now."""
        self._send(EXTEND_TIMEOUT_USEC=str(round(seconds * 1_000_000)))

    @contextlib.contextmanager
    def starting(self, status: str) -> Iterator[None]:
        """While this lasts, up to `LONGEST_START_S`, starting is not taken for hanging."""
        self.status(status)
        over = threading.Event()
        thread = threading.Thread(target=self._extend_until, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _extend_until(self, over: threading.Event) -> None:
        for _ in range(round(LONGEST_START_S / EXTEND_EVERY_S)):
            self.extend(EXTEND_BY_S)
            if over.wait(EXTEND_EVERY_S):
                return

    def _send(self, **fields: str) -> None:
        if not self._address:
            return
        text = "\n".join(f"{key}={value}" for key, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(READY_WAITS_S if "READY" in fields else 0)
                sender.sendto(text.encode(), self._address)
        except OSError as error:
            if not self._complained:
                self._complained = True
                log.warning("the service manager cannot be told: %s", error)
