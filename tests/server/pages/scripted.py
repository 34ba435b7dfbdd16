"""A small server that speaks the protocol from a script, so that pages can be seen and tried.

It interprets nothing: a test says what it sends, and reads what the pages sent.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

import edge_interpreter.server

STATIC = Path(edge_interpreter.server.__file__).parent / "static"
PAGES = ("wall", "overlay", "kiosk", "face", "operator", "certificate")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Message = dict[str, Any]

LANGUAGES = [
    ("en", "English", "English", False),
    ("fr", "French", "Français", False),
    ("es", "Spanish", "Español", False),
    ("de", "German", "Deutsch", False),
    ("it", "Italian", "Italiano", False),
    ("pt", "Portuguese", "Português", False),
    ("ar", "Arabic", "العربية", True),
    ("zh", "Chinese", "中文", False),
    ("ja", "Japanese", "日本語", False),
]
SPOKEN = {"en", "fr", "es", "de", "it"}


@dataclass(eq=False)
class Client:
    """One connection: what its page said, and what it is told."""

    socket: WebSocket
    participant: str
    hello: Message = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    sound: bytearray = field(default_factory=bytearray)
    settings: Message = field(default_factory=dict)

    @property
    def wants(self) -> str:
        return str(self.settings["wants"])


class ScriptedServer:
    """Runs in a thread of its own; `on_join(client)` gives messages to send after `roster`."""

    def __init__(self, port: int = 0) -> None:
        self.clients: list[Client] = []
        self.on_join: Callable[[Client], list[Message]] = lambda client: []
        self.refuse: Message | None = None
        self.room = {
            "name": "main",
            "title": "Main room",
            "preset": "meeting",
            "paused": False,
            "own_language_audio": False,
        }
        self.others: list[Message] = []
        self.info: Message = _info()
        self.status: Callable[[], Message] | None = None
        self.looked = 0
        self.port = port
        self.joined = 0
        self.known: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = uvicorn.Config(
            self._app(),
            host="127.0.0.1",
            port=self.port,
            log_config=None,
            log_level="critical",
            ws="websockets-sansio",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self.close_all(1001)
        self._server.should_exit = True
        self._thread.join(5)

    def forget_and_start(self) -> None:
        """Start again at the same port; nobody who was here before is known."""
        self.known.clear()
        self.start()

    def move(self, client: Client, room: str, title: str) -> None:
        """Put a client into another room, as after `/join`."""
        info = {**self.room, "name": room, "title": title}
        self.send(_welcome(client, info, "speak", resumed=False), to=client)

    def send(self, message: Message, sound: bytes | None = None, to: Client | None = None) -> None:
        """To one client, or to all."""
        for client in [to] if to else list(self.clients):
            self._run(self._deliver(client, message, sound))

    def close_all(self, code: int) -> None:
        for client in list(self.clients):
            # It may be leaving at this moment.
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                self._run(client.socket.close(code))

    def _run(self, action: Any) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(action, self._loop).result(5)

    async def _deliver(self, client: Client, message: Message, sound: bytes | None) -> None:
        await client.socket.send_text(json.dumps(message))
        if sound is not None:
            await client.socket.send_bytes(sound)

    def _app(self) -> Starlette:
        routes = [
            *(Route(f"/{name}", _page(name)) for name in PAGES),
            Route("/", _page("index")),
            Route("/api/info", lambda request: JSONResponse(self.info)),
            Route("/api/languages", lambda request: JSONResponse(_languages())),
            Route("/api/status", self._status),
            Route("/api/rooms", lambda request: JSONResponse([self._room_details()])),
            Route("/api/rooms/{room}", lambda request: JSONResponse(self._room_details())),
            Route("/api/rooms/{room}/link", self._link),
            Route("/api/rooms/{room}/qr.svg", _qr),
            WebSocketRoute("/ws", self._socket),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        return Starlette(routes=routes, middleware=[Middleware(_Policy)])

    async def _link(self, request: Request) -> Response:
        room, role = request.path_params["room"], request.query_params.get("role", "listen")
        url = f"http://192.168.1.20:8080/?room={room}"
        secure = f"https://192.168.1.20:8443/?room={room}"
        suffix = "" if role == "listen" else "&part=speak"
        return JSONResponse({"url": url + suffix, "secure_url": secure + suffix})

    async def _status(self, request: Request) -> Response:
        if self.status is None:
            problem = {"code": "forbidden", "text": "not for you", "retry_after_s": None}
            return JSONResponse(problem, 403)
        self.looked += 1
        return JSONResponse(self.status())

    def _room_details(self) -> Message:
        people = self.others
        languages: dict[str, int] = {}
        for one in people:
            languages[one["wants"]] = languages.get(one["wants"], 0) + 1
        details = {"access": "open", "participants": len(people), "speakers": len(people)}
        return {**self.room, **details, "languages": languages}

    async def _socket(self, socket: WebSocket) -> None:
        self._loop = asyncio.get_running_loop()
        await socket.accept()
        self.joined += 1
        client = Client(socket, f"page{self.joined:04d}")
        try:
            client.hello = json.loads(await socket.receive_text())
            if self.refuse:
                await socket.send_text(json.dumps(self.refuse["error"]))
                await socket.close(self.refuse["close"])
                return
            await self._welcome(client)
            while True:
                await self._take(client, await socket.receive())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if client in self.clients:
                self.clients.remove(client)

    async def _welcome(self, client: Client) -> None:
        hello = client.hello
        before = str(hello.get("resume", "")).split(".")[0]
        resumed = before in self.known
        if resumed:
            client.participant = before
        self.known.add(client.participant)
        speaks = hello.get("speaks", "none")
        role = hello.get("role") or ("listen" if speaks == "none" else "speak")
        client.settings = {
            "name": hello.get("name") or "Guest 7",
            "role": role,
            "speaks": speaks,
            "wants": hello.get("wants", "none"),
            "captions": True,
            "audio": hello.get("audio", False),
            "partials": hello.get("partials", True),
            "with_original": hello.get("with_original", False),
            "hear_self": hello.get("hear_self", False),
            "timings": False,
            "muted": False,
        }
        room = {**self.room, "name": hello["room"]}
        await self._deliver(client, _welcome(client, room, role, resumed=resumed), None)
        self.clients.append(client)
        await self._settled(client)
        for message in self.on_join(client):
            sound = message.pop("sound", None)
            await self._deliver(client, message, sound)

    async def _settled(self, client: Client) -> None:
        voice = client.wants in SPOKEN
        you = {"type": "you", "participant": client.participant, **client.settings, "voice": voice}
        await self._deliver(client, you, None)
        await self._deliver(client, self._roster(client), None)

    def _roster(self, client: Client) -> Message:
        own = {key: client.settings[key] for key in ("name", "role", "speaks", "wants", "muted")}
        people = [*self.others, {"participant": client.participant, **own, "away": False}]
        languages: dict[str, int] = {}
        for one in people:
            if one["wants"] not in ("none", "original"):
                languages[one["wants"]] = languages.get(one["wants"], 0) + 1
        total = len(people)
        return {"type": "roster", "participants": people, "total": total, "languages": languages}

    async def _take(self, client: Client, event: Any) -> None:
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        if event.get("bytes") is not None:
            client.sound += event["bytes"]
            return
        message = json.loads(event["text"])
        client.messages.append(message)
        kind = message["type"]
        if kind == "settings":
            client.settings.update({k: v for k, v in message.items() if k != "type"})
            await self._settled(client)
        elif kind == "mute":
            client.settings["muted"] = message["on"]
            await self._settled(client)
        elif kind == "operator_pause":
            self.room["paused"] = message["on"]
            state = {"type": "room_state", "room": self.room}
            await self._deliver(client, state, None)
        elif kind == "ping":
            await self._deliver(client, {"type": "pong", "id": message["id"], "time": 0}, None)
        elif kind == "bye":
            await client.socket.close(1000)


class _Policy(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response


def _page(name: str) -> Callable[[Request], Response]:
    return lambda request: FileResponse(STATIC / f"{name}.html")


def _welcome(client: Client, room: Message, role: str, *, resumed: bool) -> Message:
    return {
        "type": "welcome",
        "protocol": 1,
        "server": "edge-interpreter test",
        "participant": client.participant,
        "role": role,
        "room": room,
        "limits": {},
        "speech_rate": 24000,
        "sequence": 0,
        "resume": f"{client.participant}.0.secret",
        "resumed": resumed,
    }


def _info() -> Message:
    return {
        "name": "edge-interpreter",
        "version": "0.1.0",
        "protocol": 1,
        "access": "open",
        "default_room": "main",
        "on_demand": True,
        "https_port": 8443,
        "local_authority": True,
        "transcripts": True,
        "branding": {
            "title": "Edge Interpreter",
            "contact": "",
            "logo": None,
            "accent": None,
            "background": None,
            "text": None,
        },
    }


def _languages() -> Message:
    languages = [
        {
            "tag": tag,
            "name": name,
            "native_name": native,
            "right_to_left": right_to_left,
            "recognise": True,
            "translate_from": True,
            "translate_to": True,
            "speak": tag in SPOKEN,
        }
        for tag, name, native, right_to_left in LANGUAGES
    ]
    notice = {"model": "m", "licence": "MIT", "non_commercial": False, "text": "m: MIT"}
    return {"languages": languages, "notices": [notice]}


def _qr(request: Request) -> Response:
    cells = [(x, y) for x in range(25) for y in range(25) if (x * 7 + y * 11 + x * y) % 3 == 0]
    path = "".join(f"M{x} {y}h1v1h-1z" for x, y in cells)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 29 29">'
        f'<path fill="#fff" d="M-2-2h29v29h-29z"/><path d="{path}"/></svg>'
    )
    return Response(svg, media_type="image/svg+xml")
