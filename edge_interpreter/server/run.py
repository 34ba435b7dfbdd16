"""Runs the server: engines, rooms and web application, from start to a clean stop."""

import asyncio
import asyncio.constants
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.config.tree import Config
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.rooms.registry import RECONNECT_AFTER_S
from edge_interpreter.server.app import create_app
from edge_interpreter.server.certificates import expires
from edge_interpreter.server.http import Gate, http_protocol, raise_descriptor_limit
from edge_interpreter.server.listening import Listeners, ServerCertificate, port_of
from edge_interpreter.server.messages import MAX_AUDIO_BYTES
from edge_interpreter.server.placement import Placement
from edge_interpreter.server.reload import Reloader, Reread
from edge_interpreter.server.room_list import RoomList
from edge_interpreter.server.schemas import Reloaded
from edge_interpreter.server.security import MOST_HEADER_BYTES
from edge_interpreter.server.services import make_services
from edge_interpreter.server.state import StateDirectory
from edge_interpreter.server.transport import WebSocketProtocol
from edge_interpreter.server.watchdog import Watchdog
from edge_interpreter.supervision.notify import ServiceManager

log = logging.getLogger(__name__)

PING_S = 20.0
LAST_WORDS_S = 2
END_S = 5
"""More than everything after the delivery takes."""
HANDSHAKE_S = 10.0
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption only; those of TLS 1.3 all are."""


class _Uvicorn(uvicorn.Server):
    """Leaves signals to us, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """The running server around a pipeline, which it starts and stops."""

    def __init__(
        self,
        config: Config,
        pipeline: Pipeline,
        listeners: Listeners,
        manager: ServiceManager | None = None,
        reread: Reread | None = None,
    ) -> None:
        self._manager = manager or ServiceManager()
        self.services = make_services(config, pipeline)
        self.services.port = port_of(listeners.plain)
        self._pipeline = pipeline
        self._stopping = asyncio.Event()
        self._room_list = RoomList(self.services.rooms, StateDirectory(config.server.state))
        self._reloader = Reloader(self.services, reread, self._use_certificate)
        self._reloading: asyncio.Task[Reloaded] | None = None
        self.services.reload = self._reloader.reload
        app = create_app(self.services)
        proxies = config.server.trusted_proxies
        gate = Gate(
            lambda: self.services.config.limits.connections_per_address,
            raise_descriptor_limit(),
            # An empty allow-list would allow everybody.
            AllowList(proxies).allows if proxies else lambda _address: False,
        )
        self._web = [(_Uvicorn(_web_config(app, gate, config)), listeners.plain)]
        if listeners.secure and listeners.certificate:
            self.services.secure_port = port_of(listeners.secure)
            self.services.authority = listeners.certificate.authority or None
            self.services.certificate_expires = _expiry(listeners.certificate)
            secure = _web_config(app, gate, config, listeners.certificate)
            self._web.append((_Uvicorn(secure), listeners.secure))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve; on leaving, deliver what was said, tell everybody, and stop."""
        await self._pipeline.start()
        await asyncio.to_thread(self._room_list.restore)
        calls = self.services.calls
        keeper = self.services.keeper
        work = [
            self.services.rooms.run,
            self._watch_sessions,
            self._room_list.run,
            Placement(self.services).run,
            *([keeper.recorder.run] if keeper is not None else []),
        ]
        loops = [asyncio.create_task(_for_ever(each)) for each in work]
        serving = [asyncio.create_task(web.serve([place])) for web, place in self._web]
        try:
            await asyncio.gather(*(web.up.wait() for web, _ in self._web))
            if calls is not None:
                await calls.start()
            self.services.ready = True
            self._manager.ready("serving")
            watchdog = Watchdog(self.services, self._manager)
            loops.append(asyncio.create_task(_for_ever(watchdog.run)))
            yield
        finally:
            await self._shut_down(serving)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self._pipeline.stop()
            if keeper is not None:
                await keeper.recorder.close()
            await asyncio.to_thread(self.services.audit.close)

    def stop(self) -> None:
        """Ask for a clean stop; safe in a signal handler of the event loop."""
        if not self.services.stopping:
            self._manager.stopping("stopping: delivering what was said")
            self._manager.extend(self.config.server.drain_s + END_S)
        self.services.stopping = True
        self._stopping.set()

    @property
    def config(self) -> Config:
        """What is in force now."""
        return self.services.config

    def reload(self) -> None:
        """Read the configuration again soon; safe in a signal handler of the event loop."""
        self._reloading = asyncio.create_task(self._reloader.reload(), name="reload")

    def _use_certificate(self, certificate: Path, key: Path) -> None:
        """For connections that come from now on."""
        for web, _ in self._web:
            if web.config.ssl is not None:
                web.config.ssl.load_cert_chain(certificate, key)
                self.services.certificate_expires = _expiry(
                    ServerCertificate(certificate, key, b"")
                )

    async def stopped(self) -> None:
        """Wait until `stop` was called."""
        await self._stopping.wait()

    async def _finish(self) -> None:
        """Have everybody hear what was said, as far as the time allows.

        Who comes now is refused, and a proxy is told why by `GET /ready`.
        """
        calls = self.services.calls
        self.services.drain(on=True)
        await self._room_list.finish()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.config.server.drain_s):
                await self.services.rooms.drain()
                if calls is not None:
                    await calls.board.play_out()

    async def _shut_down(self, serving: list[asyncio.Task[None]]) -> None:
        """Deliver what was said, then end every call and connection; people are told."""
        self.stop()
        await self._finish()
        calls = self.services.calls
        ending = [asyncio.create_task(calls.stop())] if calls is not None else []
        # Where there are other boxes, nobody has to wait for this one.
        others = bool(self.config.boxes.front_url)
        await self.services.rooms.dismiss(0 if others else RECONNECT_AFTER_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await asyncio.gather(*(each.ended.wait() for each in self.services.sessions))
        for web, _ in self._web:
            web.should_exit = True
        await asyncio.gather(*serving, *ending, return_exceptions=True)

    async def _watch_sessions(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            for session in list(self.services.sessions):
                session.check_stalled()


def _web_config(
    app: FastAPI, gate: Gate, tree: Config, certificate: ServerCertificate | None = None
) -> uvicorn.Config:
    proxies = tree.server.trusted_proxies
    config = uvicorn.Config(
        app,
        http=http_protocol(gate),
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        ws=WebSocketProtocol,
        ws_max_size=2 * MAX_AUDIO_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        lifespan="off",
        loop="none",
        log_config=None,
        # Levels are set by telemetry.logs.
        log_level=None,
        access_log=tree.logging.requests,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=[form for each in proxies for form in _forms(each)],
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS_S,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        ssl_ciphers=CIPHERS,
    )
    if certificate is not None:
        config.load()
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        # Nothing is counted before the handshake is done, and uvicorn passes no limit on.
        asyncio.constants.SSL_HANDSHAKE_TIMEOUT = HANDSHAKE_S
    return config


def _forms(network: str) -> Iterator[str]:
    """A network as it is written, and as a socket that takes IPv6 too shows those of IPv4."""
    parsed = ip_network(network, strict=False)
    yield str(parsed)
    if parsed.version == 4:
        yield f"::ffff:{parsed.network_address}/{96 + parsed.prefixlen}"


def _expiry(certificate: ServerCertificate) -> float | None:
    try:
        return expires(certificate.certificate.read_bytes())
    except (OSError, ValueError):
        return None  # uvicorn says what is wrong with it


async def _for_ever(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await work()
        except Exception as error:
            log.error("a periodic task failed and goes on: %s", type(error).__name__)
            await asyncio.sleep(1.0)
