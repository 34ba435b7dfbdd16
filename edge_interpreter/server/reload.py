"""Reads the configuration again while the server runs, and puts in force what can be."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from pathlib import Path

from edge_interpreter.config.change import Change, compare, in_force
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.rooms.speaker import AHEAD_S, FASTEST
from edge_interpreter.server.schemas import Reloaded
from edge_interpreter.server.services import BUSY_CLIENTS, JOINS_AT_ONCE, REQUESTS_AT_ONCE, Services
from edge_interpreter.telemetry import logs

log = logging.getLogger(__name__)

Reread = Callable[[], Config]
"""Reads the configuration as at the start. Raises UserError."""


class Reloader:
    """Changes the settings of a running server. Event loop only.

    Nothing changes unless the whole new configuration is in order. `certificates` is called with
    the new certificate and key where these are one's own.
    """

    def __init__(
        self,
        services: Services,
        reread: Reread | None,
        certificates: Callable[[Path, Path], None],
    ) -> None:
        self._services = services
        self._reread = reread
        self._certificates = certificates
        self._busy = asyncio.Lock()

    async def reload(self) -> Reloaded:
        """Read everything again; the answer says what holds now, and why not where it does not."""
        async with self._busy:
            try:
                new = await asyncio.to_thread(self._read)
            except UserError as error:
                problems = str(error).splitlines()
                log.error("the configuration stays as it was: %s", "; ".join(problems))
                return Reloaded(
                    ok=False, text="the configuration stays as it was", problems=problems
                )
            change = compare(self._services.config, new)
            self._apply(in_force(self._services.config, new))
            log.info("configuration read again; %s", change.describe())
            return _answer(change)

    def _read(self) -> Config:
        if self._reread is None:
            raise UserError("this server was started without a configuration to read again")
        new = self._reread()
        if new.tls.certificate is not None and new.tls.key is not None:
            _check_pair(new.tls.certificate, new.tls.key)
        return new

    def _apply(self, config: Config) -> None:
        services = self._services
        services.config = services.pipeline.config = config
        services.access.mode = config.access.mode
        services.rooms.configure(config)
        set_limits(services)
        if services.calls is not None:
            services.calls.configure(config)
        logs.set_level(config.logging.level)
        if config.tls.certificate is not None and config.tls.key is not None:
            # A renewed certificate has the same name.
            self._certificates(config.tls.certificate, config.tls.key)


def set_limits(services: Services) -> None:
    """Have the limits of the configuration hold from now on."""
    limits = services.config.limits
    texts, sound = limits.messages_per_s * BUSY_CLIENTS, limits.speakers_per_address
    services.joins.allow(limits.joins_per_s, JOINS_AT_ONCE)
    services.requests.allow(limits.requests_per_s, REQUESTS_AT_ONCE)
    services.texts.allow(texts, texts * 4)
    services.sound.allow(sound * FASTEST, sound * AHEAD_S)
    services.connections.most = limits.connections_per_address


def _check_pair(certificate: Path, key: Path) -> None:
    """Raise UserError unless these files can be served."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:
        raise UserError(f"tls.certificate {certificate}, tls.key {key}: {error}") from None


def _answer(change: Change) -> Reloaded:
    return Reloaded(
        ok=True,
        text=change.describe(),
        at_once=list(change.at_once),
        later=list(change.later),
        restart=list(change.restart),
    )
