"""uvicorn's HTTP protocol with limits that it lacks: on time, and on connections by address."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from edge_interpreter.server.transport import WebSocketProtocol

REQUEST_S = 15.0
"""A whole request, with its body, has to be here within this time."""
MOST_DESCRIPTORS = 65_536
SPARE_DESCRIPTORS = 256
"""Left for files, model processes and calls when clients hold all others."""
HTTP_CONNECTIONS = 6
"""So many a browser opens beside its WebSocket."""


class Gate:
    """Counts open connections, WebSockets among them, by address and in all.

    `clients` is how many browsers one address may have; `is_proxy` says behind which addresses
    there are many people.
    """

    def __init__(
        self,
        clients: Callable[[], int],
        in_all: int,
        is_proxy: Callable[[str], bool] = lambda _address: False,
    ) -> None:
        self._clients = clients
        self._in_all = in_all
        self._is_proxy = is_proxy
        self._open: Counter[str] = Counter()
        self._count = 0

    def enter(self, address: str) -> bool:
        """Count one more; False where there are too many."""
        most = self._clients() * (1 + HTTP_CONNECTIONS)
        if self._count >= self._in_all:
            return False
        if self._open[address] >= most and not self._is_proxy(address):
            return False
        self._open[address] += 1
        self._count += 1
        return True

    def leave(self, address: str) -> None:
        """Count one less."""
        self._count -= 1
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


def raise_descriptor_limit() -> int:
    """Allow this process as many open files as it may have; how many connections that leaves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(SPARE_DESCRIPTORS, most - SPARE_DESCRIPTORS)


class _HttpProtocol(H11Protocol):
    gate: ClassVar[Gate]
    _address: str | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        address = self.client[0] if self.client else "local"
        if self.gate.enter(address):
            self._address = address
            self._watch()
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_protocol() is self:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._address is not None:
            self.gate.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._disarm()
        super().handle_websocket_upgrade(event)
        protocol, address = self.transport.get_protocol(), self._address
        if isinstance(protocol, WebSocketProtocol) and address is not None:
            # From here on that protocol is told when the connection is lost.
            protocol.on_lost = partial(self.gate.leave, address)
            self._address = None

    def _watch(self) -> None:
        """Give a request that is not here whole its time; more bytes do not make it longer."""
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._disarm()
        elif self._deadline is None and self.timeout_keep_alive_task is None:
            self._deadline = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def http_protocol(gate: Gate) -> type[H11Protocol]:
    """The protocol of a server whose connections `gate` counts."""
    return type("HttpProtocol", (_HttpProtocol,), {"gate": gate})
