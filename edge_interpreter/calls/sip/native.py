"""The few things that baresip can do and its Python binding does not offer.

The binding (0.5.2a3, pinned) refuses calls with 486 only, does not tell media addresses and says
yes to all OPTIONS; the library inside it can do better. Its public C functions are called by name,
and only on the SIP thread: the work is queued and done when that thread reports the answer to a
ping, outside of any other handler. Where a name is missing, `available` is False and callers do
without.
"""

import ctypes
import importlib.util
import ipaddress
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from baresip import Runtime
from baresip._events import set_sink
from baresip._native import lib

from edge_interpreter.calls.sip.options import OptionsAnswer

_NAMES = (
    "uag_call_find",
    "call_get_ua",
    "ua_hangupf",
    "call_audio",
    "audio_strm",
    "stream_raddr",
    "stream_rtp_sock",
    "rtp_sock",
    "udp_sock_fd",
    "sa_ntop",
    "sa_port",
    "sa_af",
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MediaPath:
    """Where a call's RTP comes from and arrives: the peer's address, and our socket."""

    address: str
    port: int
    descriptor: int


class NativeCalls:
    """baresip's own functions on calls, by SIP Call-ID."""

    def __init__(self, runtime: Runtime) -> None:
        """`runtime` must be running."""
        self._runtime = runtime
        self._options: OptionsAnswer | None = None
        self._jobs: deque[Callable[[], None]] = deque()
        spec = importlib.util.find_spec("baresip._native")
        self._library = ctypes.CDLL(spec.origin if spec else None)
        names = (*_NAMES, *OptionsAnswer.NAMES)
        self.available = all(hasattr(self._library, name) for name in names)
        if self.available:
            self._declare()
            # The package has no types, and is not there where telephony is not installed.
            replace_sink: Any = set_sink
            self._forward = replace_sink(self._on_sip_thread)

    async def reject(self, call_id: str, status: int, reason: str, headers: str) -> bool:
        """Refuse an incoming call with any status; False when it is gone or cannot be."""
        return bool(await self._run(lambda: self._reject(call_id, status, reason, headers)))

    async def media_path(self, call_id: str) -> MediaPath | None:
        """Where a call's audio comes from; None when it has none."""
        return await self._run(lambda: self._media_path(call_id))

    async def answer_options(self, closed_for_s: Callable[[], int]) -> bool:
        """Refuse OPTIONS while `closed_for_s`, which gets called on the SIP thread, is not 0."""
        answer = self._options = OptionsAnswer(self._library, closed_for_s)
        return bool(await self._run(answer.listen))

    async def _run(self, function: Callable[[], T]) -> T | None:
        if not self.available:
            return None
        answers: list[T] = []
        self._jobs.append(lambda: answers.append(function()))
        await self._runtime.cmd(lib.BP_CMD_PING)
        return answers[0] if answers else None

    def _on_sip_thread(self, event: int, handle: int, payload: bytes | None) -> None:
        try:
            while event == lib.BP_EV_PONG and self._jobs:
                self._jobs.popleft()()
        finally:
            self._forward(event, handle, payload)

    def _reject(self, call_id: str, status: int, reason: str, headers: str) -> bool:
        call = self._library.uag_call_find(call_id.encode())
        if not call:
            return False
        agent = self._library.call_get_ua(call)
        # "%s" keeps the headers from being read as a format.
        self._library.ua_hangupf(
            ctypes.c_void_p(agent),
            ctypes.c_void_p(call),
            ctypes.c_uint16(status),
            reason.encode(),
            b"%s",
            headers.encode(),
        )
        return True

    def _media_path(self, call_id: str) -> MediaPath | None:
        library = self._library
        call = library.uag_call_find(call_id.encode())
        audio = library.call_audio(call) if call else None
        stream = library.audio_strm(audio) if audio else None
        remote = library.stream_raddr(stream) if stream else None
        sock = library.stream_rtp_sock(stream) if stream else None
        if not remote or not sock:
            return None
        descriptor = library.udp_sock_fd(library.rtp_sock(sock), library.sa_af(remote))
        return MediaPath(self._address(remote), library.sa_port(remote), descriptor)

    def _address(self, pointer: int) -> str:
        text = ctypes.create_string_buffer(64)
        if self._library.sa_ntop(pointer, text, len(text)):
            return ""
        try:
            return str(ipaddress.ip_address(text.value.decode("ascii", "replace")))
        except ValueError:
            return ""

    def _declare(self) -> None:
        pointer = ctypes.c_void_p
        for name in _NAMES:
            function = getattr(self._library, name)
            function.restype = pointer
            if name != "ua_hangupf":
                function.argtypes = [pointer]
        self._library.ua_hangupf.restype = None
        self._library.uag_call_find.argtypes = [ctypes.c_char_p]
        self._library.udp_sock_fd.argtypes = [pointer, ctypes.c_int]
        self._library.sa_ntop.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int]
        for name in ("udp_sock_fd", "sa_ntop", "sa_af"):
            getattr(self._library, name).restype = ctypes.c_int
        self._library.sa_port.restype = ctypes.c_uint16
