"""Answers OPTIONS as an INVITE would be answered now; baresip itself says 200 whatever happens.

Whoever shares out calls over several boxes asks with OPTIONS which of them takes calls
(RFC 3261, 11.2), and within a call whether it is still there (481 when it is not).
"""

import ctypes
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

STALE_S = 5.0
"""A parent that has told nothing for so long does not answer calls either."""
_METHOD, _TO, _CALL_ID = 746, 1449, 3095
"""`enum sip_hdrid` of libre: CSeq, To, Call-ID."""
_TAG = re.compile(rb";\s*tag\s*=", re.IGNORECASE)


@dataclass(slots=True)
class Openness:
    """Whether calls are taken, as the parent last told; written and read by different threads."""

    retry_after_s: int = 1
    """0 while calls are taken."""
    told_at: float = 0.0

    def tell(self, retry_after_s: int) -> None:
        """Note what holds from now on."""
        self.retry_after_s, self.told_at = retry_after_s, time.monotonic()

    def closed_for_s(self) -> int:
        """When to ask again; 0 while calls are taken."""
        stale = time.monotonic() - self.told_at > STALE_S
        return self.retry_after_s or int(stale)


class _Text(ctypes.Structure):
    """`struct pl`."""

    _fields_ = (("start", ctypes.c_void_p), ("length", ctypes.c_size_t))

    def bytes(self) -> bytes:
        return ctypes.string_at(self.start, self.length) if self.start else b""


class _Link(ctypes.Structure):
    """`struct le`, with which `struct sip_lsnr` begins."""

    _fields_ = tuple((name, ctypes.c_void_p) for name in ("before", "after", "list", "data"))


class _Header(ctypes.Structure):
    """`struct sip_hdr`."""

    _fields_ = (("all", _Link), ("same", _Link), ("name", _Text), ("value", _Text))


_Handler = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)


class OptionsAnswer:
    """Sees every request before baresip does, and takes OPTIONS that are to be refused.

    `library` has libre's functions; all of this happens on the SIP thread.
    """

    NAMES = (
        "uag_sip",
        "uag_call_find",
        "sip_listen",
        "sip_msg_hdr",
        "sip_replyf",
        "list_unlink",
        "list_prepend",
    )

    def __init__(self, library: ctypes.CDLL, closed_for_s: Callable[[], int]) -> None:
        self._library = library
        self._closed_for_s = closed_for_s
        self._listener = ctypes.c_void_p()
        self._handler = _Handler(self._on_request)

    def listen(self) -> bool:
        """Begin; False where the library is not as expected, and nothing was changed."""
        library = self._library
        for name in ("uag_sip", "uag_call_find", "sip_msg_hdr"):
            getattr(library, name).restype = ctypes.c_void_p
        self._sip = ctypes.c_void_p(library.uag_sip())
        failed = library.sip_listen(
            ctypes.byref(self._listener), self._sip, ctypes.c_bool(True), self._handler, None
        )
        if failed or not self._listener.value:
            return False
        link = _Link.from_address(self._listener.value)
        if link.data != self._listener.value:
            return False
        # Listeners are asked in turn, and baresip's own takes every OPTIONS.
        whole = ctypes.c_void_p(link.list)
        library.list_unlink(self._listener)
        library.list_prepend(whole, self._listener, self._listener)
        return True

    def _on_request(self, message: int, _argument: int | None) -> bool:
        if self._header(message, _METHOD).rpartition(b" ")[2] != b"OPTIONS":
            return False
        if _TAG.search(self._header(message, _TO)):
            return not self._knows(message) and self._refuse(message, 481, b"No Such Call", 0)
        closed_for_s = self._closed_for_s()
        return bool(closed_for_s) and self._refuse(
            message, 503, b"Service Unavailable", closed_for_s
        )

    def _knows(self, message: int) -> bool:
        return bool(self._library.uag_call_find(self._header(message, _CALL_ID)))

    def _refuse(self, message: int, status: int, reason: bytes, retry_after_s: int) -> bool:
        retry = b"Retry-After: %d\r\n" % retry_after_s if retry_after_s else b""
        self._library.sip_replyf(
            self._sip,
            ctypes.c_void_p(message),
            ctypes.c_uint16(status),
            reason,
            b"%sContent-Length: 0\r\n\r\n",
            retry,
        )
        return True

    def _header(self, message: int, number: int) -> bytes:
        place = self._library.sip_msg_hdr(ctypes.c_void_p(message), ctypes.c_int(number))
        return _Header.from_address(place).value.bytes() if place else b""
