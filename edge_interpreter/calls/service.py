"""Everything of telephone calls, from the configuration to running doors and back."""

import asyncio
import importlib.util
import logging
from collections.abc import Mapping

from edge_interpreter.audio.jitter import PROFILES
from edge_interpreter.calls.announcer import Announcer
from edge_interpreter.calls.legs.allowed import AllowList
from edge_interpreter.calls.legs.audiosocket import serve_audiosocket
from edge_interpreter.calls.legs.rtp import RtpLine, serve_rtp
from edge_interpreter.calls.minutes import Keep
from edge_interpreter.calls.priority import raise_priority, yield_sooner
from edge_interpreter.calls.records import CallRecords
from edge_interpreter.calls.sip.service import SipService
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.config.calls import Calls
from edge_interpreter.config.tree import Config
from edge_interpreter.errors import UserError
from edge_interpreter.pipeline.pipeline import Pipeline

log = logging.getLogger(__name__)


class CallService:
    """The switchboard and its doors. Event loop only.

    `keep` is given what is said on calls, after `notice` was spoken to both sides.

    The web doors are routes of the web server: see `edge_interpreter.calls.web.router`.
    """

    def __init__(
        self,
        config: Calls,
        pipeline: Pipeline,
        keep: Keep | None = None,
        notice: Mapping[str, str] | None = None,
        records: CallRecords | None = None,
    ) -> None:
        """Raises UserError for parts that are not installed."""
        _check_installed(config)
        self._announcer = Announcer(config.announcements, pipeline.speak, notice)
        self.config = config
        self.board = Switchboard(config, pipeline, self._announcer, records, keep)
        self._allowed_audiosocket = AllowList(config.audiosocket.allow)
        self._allowed_rtp = AllowList(config.rtp.allow)
        self.sip: SipService | None = None
        self._audiosocket: asyncio.Server | None = None
        self._rtp: list[asyncio.DatagramTransport] = []

    def configure(self, whole: Config) -> None:
        """Have a configuration hold from now on; calls that run are left as they are."""
        config = self.config = whole.calls
        self.board.configure(config)
        self.board.admission.configure(config, whole)
        self._announcer.use(config.announcements)
        self._allowed_audiosocket.set(config.audiosocket.allow)
        self._allowed_rtp.set(config.rtp.allow)

    async def start(self) -> None:
        """Open every door that is configured. Raises UserError with none left open."""
        # Engines run on threads of their own, which are not raised with the event loop's.
        log.info("calls are scheduled with %s priority", raise_priority(inherited=False))
        yield_sooner()
        self.board.start()
        try:
            await self._open_audiosocket()
            await self._open_rtp()
            await self._open_sip()
        except (OSError, TimeoutError) as error:
            await self.stop()
            raise UserError(f"telephone calls: {error}") from None

    async def stop(self) -> None:
        """Take no more calls, end those that run, close the doors."""
        if self._audiosocket is not None:
            self._audiosocket.close()
        await self.board.stop()
        if self.sip is not None:
            await self.sip.stop()
        for transport in self._rtp:
            transport.close()

    async def _open_audiosocket(self) -> None:
        door = self.config.audiosocket
        if door.port:
            self._audiosocket = await serve_audiosocket(
                door.host, door.port, self._allowed_audiosocket, self.board.offer
            )
            log.info("AudioSocket on %s port %d", door.host, door.port)

    async def _open_rtp(self) -> None:
        door = self.config.rtp
        if not door.port:
            return
        allowed = self._allowed_rtp
        profile = PROFILES[self.config.audio.link]

        def line() -> RtpLine:
            timeout_s = door.media_timeout_s
            return RtpLine(door.codec, profile, allowed, self.board.offer, timeout_s)

        ports = range(door.port, door.port + 2 * self.board.admission.limit, 2)
        self._rtp = await serve_rtp(door.host, ports, line)
        log.info("RTP on %s ports %d to %d", door.host, ports[0], ports[-1])

    async def _open_sip(self) -> None:
        door = self.config.sip
        if not door.enabled:
            return
        board = self.board
        self.sip = SipService(door, self.config.audio.link, board.offer, board.closed_for_s)
        self.board.diallers["sip"] = self.board.diallers["sips"] = self.sip.dial
        await self.sip.start()
        log.info("SIP on %s port %d", door.listen, door.port)


def is_wanted(config: Calls) -> bool:
    """Whether any door for calls is configured."""
    doors = (config.sip.enabled, config.media_streams.enabled)
    return any(doors) or bool(config.audiosocket.port) or bool(config.rtp.port)


def _check_installed(config: Calls) -> None:
    wanted = (
        (config.sip.enabled, "baresip", "[calls.sip]"),
        (config.rtp.port and config.rtp.codec == "g722", "G722", "[calls.rtp] codec g722"),
        (config.audio.echo_cancellation, "pywebrtc_audio", "[calls.audio] echo_cancellation"),
    )
    for needed, module, setting in wanted:
        if needed and importlib.util.find_spec(module) is None:
            raise UserError(
                f"{setting} needs a part that is not installed:"
                " pip install 'edge-interpreter[telephony]'"
            )
