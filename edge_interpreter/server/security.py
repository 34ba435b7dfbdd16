"""Response headers for every page, and who may ask at all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_interpreter.server.addresses import is_address

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


MOST_BODY_BYTES = 65_536
MOST_HEADER_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    text: str


class Guard:
    """Middleware: known hosts, WebSockets from our own pages, small bodies, strict headers.

    A name that is not ours may point at us (DNS rebinding); `names` are ours, addresses always
    are. `origins` gives the further web addresses whose pages may open a WebSocket.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Callable[[], Collection[str | None]],
        origins: Callable[[], Collection[str]],
    ) -> None:
        self._app = app
        self._names = names
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _head_bytes(scope) > MOST_HEADER_BYTES:
            refusal: _Refusal | None = _Refusal(431, f"a head may have {MOST_HEADER_BYTES} bytes")
        else:
            refusal = self._refusal(scope["type"], headers)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": refusal.text})
        else:
            response = PlainTextResponse(refusal.text, status_code=refusal.status)
            await response(scope, receive, _with_headers(send))

    def _refusal(self, kind: str, headers: Headers) -> "_Refusal | None":
        host = headers.get("host", "")
        if not self._is_ours(host):
            return _Refusal(421, "unknown host name: add it to [server] names in config.toml")
        if kind == "websocket":
            return self._check_origin(headers.get("origin"), host)
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdigit() or int(length) > MOST_BODY_BYTES:
            return _Refusal(413, f"a body may have {MOST_BODY_BYTES} bytes, and says how many")
        return None

    def _check_origin(self, origin: str | None, host: str) -> "_Refusal | None":
        if origin is None or origin in self._origins():
            return None
        parts = urlsplit(origin)
        if parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower():
            return None
        return _Refusal(403, "this page may not connect: see [access] origins in config.toml")

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return is_address(name) or name in self._names()


def _head_bytes(scope: Scope) -> int:
    target = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    return target + sum(len(name) + len(value) for name, value in scope["headers"])


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
