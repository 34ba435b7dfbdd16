"""The SIP process: one baresip runtime, its calls, and the link to the parent.

It only carries: what to answer, refuse or dial is decided by the parent. When the parent is gone
every call is hung up and the process ends.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

from baresip import (
    Account,
    BaresipError,
    Call,
    Event,
    RegistrationError,
    Runtime,
    StackEvent,
    UserAgent,
)

from edge_interpreter.calls.sip.guard import guard_listeners, guard_media
from edge_interpreter.calls.sip.link import (
    Kind,
    LinkDecoder,
    LinkMessage,
    encode_control,
    encode_sound,
)
from edge_interpreter.calls.sip.native import NativeCalls
from edge_interpreter.calls.sip.options import Openness
from edge_interpreter.calls.sip.packet_filter import dropped_datagrams
from edge_interpreter.calls.sip.sound import NO_SOUND, CallSound, Reserve
from edge_interpreter.calls.sip.stack import listener_accounts, stack_config, trunk_account
from edge_interpreter.config.calls import LinkProfile, Sip, SipTransport

log = logging.getLogger(__name__)

PUMP_S = 0.010
FORMATS_EVERY = 20
"""In rounds of the pump; likewise the next."""
COUNTS_EVERY = 500
REGISTER_AGAIN_S = 30.0


class EndpointCall:
    """One SIP call and its leg number."""

    def __init__(self, leg: int, call: Call, reserve: Reserve) -> None:
        self.leg = leg
        self.call = call
        self.sound = CallSound(call.handle, reserve)
        self.up = False
        self.formats = NO_SOUND
        self.ignored = 0
        self.rtp_port = 0
        self.ended_by_us = False

    def counts(self) -> dict[str, float]:
        """What its sound went through so far."""
        return {
            "ignored": self.ignored,
            "underruns": self.sound.counters.underruns,
            "dropped": self.sound.counters.dropped,
            "lowest_reserve_ms": round(self.sound.counters.lowest_reserve_ms, 1),
        }


class Endpoint:
    """Everything in the SIP process; `run` lasts as long as the parent does."""

    def __init__(self, sip: Sip, link: LinkProfile, connection: socket.socket) -> None:
        self._sip = sip
        self._link = link
        self._connection = connection
        self._runtime = Runtime()
        self._native: NativeCalls | None = None
        self._listeners: dict[SipTransport, UserAgent] = {}
        self._trunks: list[tuple[str, UserAgent]] = []
        self._calls: dict[int, EndpointCall] = {}
        self._by_handle: dict[int, EndpointCall] = {}
        self._next_leg = 2
        self._reserve = Reserve()
        self._openness = Openness()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Start the stack, serve the parent, end with it."""
        reader, self._writer = await asyncio.open_connection(sock=self._connection)
        await self._runtime.start(stack_config(self._sip, self._link))
        self._runtime.on_dead = self._writer.close
        self._native = NativeCalls(self._runtime)
        try:
            ports = {self._sip.port, self._sip.port + 1}
            if self._sip.allow and not guard_listeners(self._sip.allow, ports):
                log.error("the SIP allow-list could not be put in force: no calls are taken")
                return
            if not await self._native.answer_options(self._openness.closed_for_s):
                log.warning("OPTIONS are answered with 200 whether or not calls are taken")
            self._runtime.subscribe(self._on_event)
            for transport, account in listener_accounts(self._sip).items():
                self._listeners[transport] = await self._new_agent(account)
            for number, trunk in enumerate(self._sip.trunks):
                agent = await self._new_agent(trunk_account(trunk, self._sip.codecs))
                self._trunks.append((trunk.domain.lower(), agent))
                if trunk.register_s:
                    self._spawn(self._keep_registered(agent, number))
            self._tell(0, "ready")
            pump = self._spawn(self._pump())
            with contextlib.suppress(ConnectionError):
                await self._serve(reader)
            pump.cancel()
        finally:
            await self._shut_down()

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        decoder = LinkDecoder()
        while data := await reader.read(65_536):
            now = time.monotonic()
            for message in decoder.feed(data):
                if message.kind is Kind.SOUND:
                    call = self._calls.get(message.leg)
                    if call is not None and call.up:
                        call.sound.write(message.payload, now)
                else:
                    self._spawn(self._obey(message))

    async def _shut_down(self) -> None:
        for call in tuple(self._calls.values()):
            with contextlib.suppress(BaresipError):
                await call.call.hangup()
        await asyncio.sleep(0.2 if self._calls else 0)
        for task in tuple(self._tasks):
            task.cancel()
        with contextlib.suppress(BaresipError):
            await self._runtime.close()

    async def _obey(self, message: LinkMessage) -> None:
        wish = message.control()
        if wish["type"] == "dial":
            await self._dial(message.leg, wish)
            return
        if wish["type"] == "open":
            self._openness.tell(int(wish["retry_after_s"]))
            return
        call = self._calls.get(message.leg)
        if call is None:
            return
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "answer": call.call.answer,
            "hang_up": lambda: self._hang_up(call),
            "reject": lambda: self._reject(call, wish),
            "digit": lambda: call.call.send_dtmf(str(wish["digit"])),
            "clear": lambda: self._clear(call),
        }
        try:
            await deeds[wish["type"]]()
        except BaresipError as error:
            log.info("leg %d: %s: %s", call.leg, wish["type"], type(error).__name__)

    async def _dial(self, leg: int, wish: dict[str, Any]) -> None:
        uri = str(wish["uri"])
        try:
            call = await self._agent_for(uri).dial(uri)
        except (BaresipError, ValueError) as error:
            self._tell(leg, "ended", status=0, reason=type(error).__name__, by_us=False)
            return
        self._adopt(leg, call)

    async def _hang_up(self, call: EndpointCall) -> None:
        call.ended_by_us = True
        await call.call.hangup()

    async def _reject(self, call: EndpointCall, wish: dict[str, Any]) -> None:
        call.ended_by_us = True
        headers = f"Retry-After: {int(wish['retry_after_s'])}\r\n" if wish["retry_after_s"] else ""
        call_id = call.call.call_id or ""
        rejected = self._native is not None and await self._native.reject(
            call_id, wish["status"], wish["reason"], headers
        )
        if not rejected:
            await call.call.reject()

    async def _clear(self, call: EndpointCall) -> None:
        call.sound.flush()

    async def _new_agent(self, account: Account) -> UserAgent:
        agent = await UserAgent.create(self._runtime, account, transfer_policy="reject")
        agent.on_incoming(self._incoming)
        return agent

    def _agent_for(self, uri: str) -> UserAgent:
        """The trunk of the URI's domain, else the identity of the transport it asks for."""
        host = uri.partition(":")[2].rpartition("@")[2].partition(";")[0].lower()
        for domain, agent in self._trunks:
            if host == domain or host.partition(":")[0] == domain:
                return agent
        secure = uri.lower().startswith("sips:") or ";transport=tls" in uri.lower()
        wanted: SipTransport = "tcp" if ";transport=tcp" in uri.lower() else "udp"
        return self._listeners.get("tls" if secure else wanted, self._listeners["udp"])

    async def _keep_registered(self, agent: UserAgent, trunk: int) -> None:
        """Register; the stack refreshes by itself once it has succeeded."""
        while True:
            try:
                await agent.register()
            except RegistrationError as error:
                self._tell(0, "registration", trunk=trunk, ok=False, status=error.status or 0)
                await asyncio.sleep(REGISTER_AGAIN_S)
            else:
                self._tell(0, "registration", trunk=trunk, ok=True, status=200)
                return

    def _incoming(self, call: Call) -> None:
        leg, self._next_leg = self._next_leg, self._next_leg + 2
        self._adopt(leg, call)
        self._tell(leg, "incoming", caller=call.peer or "", headers=call.headers)

    def _adopt(self, leg: int, call: Call) -> None:
        adopted = EndpointCall(leg, call, self._reserve)
        self._calls[leg] = self._by_handle[call.handle] = adopted
        self._reserve.legs = len(self._calls)
        call.on_dtmf(lambda press: self._tell(leg, "digit", digit=press.digit))

    def _on_event(self, event: StackEvent) -> None:
        call = self._by_handle.get(event.call)
        if call is None:
            return
        match event.event:
            case Event.CALL_ESTABLISHED:
                call.up = True
                call.sound.settle()
                self._tell_formats(call)
                self._tell(call.leg, "up")
                self._spawn(self._guard_media(call))
            case Event.CALL_REMOTE_SDP if call.up:
                call.sound.settle()
                self._spawn(self._guard_media(call))
            case Event.CALL_HOLD | Event.CALL_RESUME:
                self._tell(call.leg, "held", held=event.event is Event.CALL_HOLD)
            case Event.CALL_CLOSED:
                self._closed(call, event.text or "")

    def _closed(self, call: EndpointCall, reason: str) -> None:
        self._calls.pop(call.leg, None)
        self._by_handle.pop(call.call.handle, None)
        self._reserve.legs = len(self._calls)
        if call.rtp_port:
            call.ignored = dropped_datagrams(call.rtp_port)
        counts = call.counts()
        self._tell(
            call.leg, "ended", reason=reason[:200], up=call.up, by_us=call.ended_by_us, **counts
        )

    def _tell_formats(self, call: EndpointCall) -> None:
        formats = call.sound.formats()
        if formats != call.formats and all(formats):
            call.formats = formats
            self._tell(call.leg, "formats", receive=formats[:2], transmit=formats[2:])

    async def _pump(self) -> None:
        """Bring what peers sent to the parent, every 10 ms on an absolute schedule."""
        loop = asyncio.get_running_loop()
        due, rounds = loop.time(), 0
        while True:
            due += PUMP_S
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due, loop.time() - 10 * PUMP_S)
            rounds += 1
            batch = bytearray()
            for call in self._calls.values():
                if not call.up:
                    continue
                if (rounds + call.leg) % FORMATS_EVERY == 0:
                    self._tell_formats(call)
                if (rounds + call.leg) % COUNTS_EVERY == 0:
                    self._tell(call.leg, "counted", **call.counts())
                pcm = call.sound.read()
                if pcm:
                    batch += encode_sound(call.leg, pcm)
            if batch and self._writer is not None:
                self._writer.write(bytes(batch))

    def _tell(self, leg: int, kind: str, **fields: Any) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode_control(leg, kind, **fields))

    async def _guard_media(self, call: EndpointCall) -> None:
        """Take RTP only from the address and port that the peer named."""
        if self._native is None or not self._sip.strict_media:
            return
        path = await self._native.media_path(call.call.call_id or "")
        if path is not None and path.port and call.leg in self._calls:
            call.rtp_port = guard_media(path)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("SIP endpoint: %s", type(task.exception()).__name__)
