"""Starts the SIP process, watches it, starts it again; makes legs of its calls."""

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Callable
from typing import cast

from edge_interpreter.audio.frames import Samples
from edge_interpreter.calls.leg import Party
from edge_interpreter.calls.legs.codec import decode_together, encode_together
from edge_interpreter.calls.sip.leg import SipLeg, party_of
from edge_interpreter.calls.sip.link import (
    Kind,
    LinkDecoder,
    LinkMessage,
    encode_control,
    encode_sound,
)
from edge_interpreter.calls.wire.malformed import Malformed
from edge_interpreter.config.calls import LinkProfile, Sip
from edge_interpreter.telemetry import logs

log = logging.getLogger(__name__)

READY_S = 15.0
STOP_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
OPENNESS_EVERY_S = 0.5
BACKLOG_BYTES = 512 * 1024
"""What may wait to be written to the SIP process; beyond it new sound is dropped."""


class SipService(asyncio.Protocol):
    """The parent's side of the SIP process. Event loop only.

    `offer` gets every incoming call. OPTIONS are answered by `closed_for_s`: when to try again, 0
    while calls are taken. A process that dies takes its calls with it, is started again, and harms
    nothing else.
    """

    def __init__(
        self,
        sip: Sip,
        link: LinkProfile,
        offer: Callable[[SipLeg], object],
        closed_for_s: Callable[[], int],
    ) -> None:
        self._sip = sip
        self._link = link
        self._offer = offer
        self._closed_for_s = closed_for_s
        self._legs: dict[int, SipLeg] = {}
        self._next_leg = 1
        self._transport: asyncio.Transport | None = None
        self._decoder = LinkDecoder()
        self._heard: dict[SipLeg, list[bytes]] = {}
        self._played: dict[SipLeg, Samples] = {}
        self._ready = asyncio.Event()
        self._gone = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._teller: asyncio.Task[None] | None = None
        self._stopping = False
        self.process: asyncio.subprocess.Process | None = None
        self.starts = 0
        self.dropped = 0
        self.registered: dict[int, bool] = {}

    @property
    def ready(self) -> bool:
        """Whether calls can come and go."""
        return self._ready.is_set()

    async def start(self) -> None:
        """Start the process and wait until it listens; TimeoutError when it does not."""
        self._keeper = asyncio.create_task(self._keep_running(), name="SIP process")
        self._teller = asyncio.create_task(self._keep_telling(), name="SIP openness")
        try:
            await asyncio.wait_for(self._ready.wait(), READY_S)
        except TimeoutError:
            await self.stop()
            raise TimeoutError("the SIP endpoint did not start; is its port free?") from None

    async def stop(self) -> None:
        """End the process, which hangs up what is left."""
        self._stopping = True
        if self._teller is not None:
            self._teller.cancel()
        if self._transport is not None:
            self._transport.close()
        if self._keeper is not None:
            _, pending = await asyncio.wait({self._keeper}, timeout=STOP_S)
            if pending and self.process is not None and self.process.returncode is None:
                self.process.kill()
            await asyncio.gather(self._keeper, return_exceptions=True)

    def dial(self, uri: str) -> SipLeg:
        """A leg that calls a SIP URI; LookupError while the process is down."""
        if not self.ready:
            raise LookupError("the SIP endpoint is down")
        leg = self._new_leg(self._next_leg, Party("sip", uri, uri))
        self._next_leg += 2
        leg.dial(uri)
        return leg

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._decoder = LinkDecoder()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        try:
            for message in self._decoder.feed(data):
                if message.kind is Kind.SOUND:
                    self._hear(message)
                else:
                    self._flush_heard()
                    self._take(message)
            self._flush_heard()
        except Malformed as fault:
            log.error("%s; the SIP process is ended", fault)
            if self._transport is not None:
                self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        del exc
        self._ready.clear()
        self._gone.set()
        legs, self._legs = self._legs, {}
        for leg in legs.values():
            leg.lost()

    # Inside

    def _take(self, message: LinkMessage) -> None:
        leg = self._legs.get(message.leg)
        told = message.control()
        match told["type"]:
            case "ready":
                self._tell_openness()
                self._ready.set()
            case "registration":
                self._registration(int(told["trunk"]), bool(told["ok"]), int(told["status"]))
            case "incoming":
                party = party_of(str(told["caller"]), dict(told["headers"]))
                self._offer(self._new_leg(message.leg, party))
            case kind if leg is not None:
                if kind == "ended":
                    del self._legs[message.leg]
                leg.told(told)

    def _new_leg(self, number: int, party: Party) -> SipLeg:
        leg = SipLeg(number, party, self._write, self._play)
        self._legs[number] = leg
        return leg

    def _write(self, control: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._flush_played()
            self._transport.write(control)

    # Frames of many calls arrive, and are to be played, at the same time: they are computed and
    # written together.

    def _hear(self, message: LinkMessage) -> None:
        leg = self._legs.get(message.leg)
        if leg is not None and leg.receives is not None:
            self._heard.setdefault(leg, []).append(message.payload)

    def _flush_heard(self) -> None:
        heard, self._heard = self._heard, {}
        blocks = [(leg.receives, b"".join(pieces)) for leg, pieces in heard.items()]
        decoded = decode_together((codec, data) for codec, data in blocks if codec is not None)
        for leg, samples in zip(heard, decoded, strict=True):
            leg.heard(samples)

    def _play(self, leg: SipLeg, frame: Samples) -> None:
        if leg in self._played:
            self._flush_played()
        if not self._played:
            asyncio.get_running_loop().call_soon(self._flush_played)
        self._played[leg] = frame

    def _flush_played(self) -> None:
        played, self._played = self._played, {}
        transport = self._transport
        if not played or transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > BACKLOG_BYTES:
            self.dropped += len(played)
            return
        frames = [(leg.transmits, frame) for leg, frame in played.items()]
        encoded = encode_together([(c, frame) for c, frame in frames if c is not None])
        transport.write(
            b"".join(
                [encode_sound(leg.number, pcm) for leg, pcm in zip(played, encoded, strict=True)]
            )
        )

    def _registration(self, trunk: int, ok: bool, status: int) -> None:
        self.registered[trunk] = ok
        if ok:
            log.info("SIP trunk %d is registered", trunk)
        else:
            log.warning("SIP trunk %d could not register: status %d", trunk, status)

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(OPENNESS_EVERY_S)
            self._tell_openness()

    def _tell_openness(self) -> None:
        self._write(encode_control(0, "open", retry_after_s=self._closed_for_s()))

    async def _keep_running(self) -> None:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        while True:
            started = loop.time()
            await self._run_once()
            if self._stopping:
                return
            pause = FIRST_PAUSE_S if loop.time() - started > STEADY_S else pause
            code = self.process.returncode if self.process else None
            log.error("the SIP process ended (%s); it is started again in %.1f s", code, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _run_once(self) -> None:
        ours, theirs = socket.socketpair()
        self.starts += 1
        self._gone.clear()
        with theirs:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "edge_interpreter.calls.sip.child",
                str(theirs.fileno()),
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                # The child is to find this very package, installed or not.
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, sock=ours)
        if self.process.stdin is not None:
            self.process.stdin.write(self._configuration())
            self.process.stdin.close()
        await self._gone.wait()
        await self.process.wait()

    def _configuration(self) -> bytes:
        sip = self._sip.model_dump(mode="json")
        for trunk, told in zip(self._sip.trunks, sip["trunks"], strict=True):
            told["password"] = trunk.password.get_secret_value()
        return json.dumps({"sip": sip, "link": self._link, "log": logs.form()}).encode() + b"\n"
