"""A tiny catalogue, a fake index client, and a web server that plays the hub."""

import hashlib
import io
import json
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.hub import HubClient
from edge_interpreter.models.index import IndexClient
from edge_interpreter.models.install import Installer
from edge_interpreter.models.package_clients import Npm, Pip
from edge_interpreter.models.store import CACHE, ModelStore

REVISION = "a" * 40
WEIGHTS = bytes(range(256)) * 4096
CONFIG = b'{"sample_rate": 16000}\n'


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Silent:
    """Shows no progress but keeps the lines."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    @contextmanager
    def task(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        yield lambda done: None


def wheel(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def source_archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def model(model_id: str = "tiny", **changes: Any) -> dict[str, Any]:
    return {
        "id": model_id,
        "role": "recogniser",
        "family": "whisper",
        "languages": ["en"],
        "licence": "MIT",
        "notice": "made for tests",
        "size": len(WEIGHTS) + len(CONFIG),
        "files": {
            "model.bin": {"size": len(WEIGHTS), "sha256": digest(WEIGHTS)},
            "config.json": {},
        },
        "sources": [],
    } | changes


def hub_source() -> dict[str, Any]:
    return {"kind": "hub", "repository": "us/tiny", "revision": REVISION}


INDEX_SOURCE = {"kind": "index", "inside": "tiny-weights!tiny/"}
TINY_WHEEL = wheel({"tiny/model.bin": WEIGHTS, "tiny/config.json": CONFIG})


def package(data: bytes) -> dict[str, Any]:
    return {"name": "tiny-weights", "version": "1.0", "size": len(data), "sha256": digest(data)}


def catalog(*models: dict[str, Any], **tables: Any) -> Catalog:
    return Catalog.model_validate({"models": models} | tables)


def as_toml(value: Any) -> str:
    """Tables as TOML, values as JSON, which TOML reads for what is used here."""
    lines = []
    for entry in value["models"]:
        lines.append("[[models]]")
        lines += [
            f"{k} = {json.dumps(v)}" for k, v in entry.items() if k not in ("files", "sources")
        ]
        lines.append("[models.files]")
        for name, info in entry["files"].items():
            inside = ", ".join(f"{k} = {json.dumps(v)}" for k, v in info.items())
            lines.append(f'"{name}" = {{ {inside} }}')
        for source in entry["sources"]:
            lines.append("[[models.sources]]")
            lines += [f"{k} = {json.dumps(v)}" for k, v in source.items()]
    return "\n".join(lines) + "\n"


def index_client(directory: Path, shelf: dict[str, bytes], script: str = "") -> tuple[str, ...]:
    """A program that is called like the ordinary client and copies from a shelf of packages."""
    shop = directory / "shelf"
    shop.mkdir(parents=True, exist_ok=True)
    for name, data in shelf.items():
        (shop / name).write_bytes(data)
    program = directory / "client.py"
    program.write_text(
        f"""
import pathlib, shutil, sys
arguments = sys.argv[1:]
requirement = pathlib.Path(arguments[arguments.index("--requirement") + 1]).read_text()
name = requirement.partition("==")[0]
destination = pathlib.Path(arguments[arguments.index("--dest") + 1])
log = pathlib.Path({str(directory / "calls")!r})
log.write_text((log.read_text() if log.exists() else "") + name + "\\n")
assert "--no-deps" in arguments and "--require-hashes" in arguments and "sha256:" in requirement
{script}
shutil.copy(pathlib.Path({str(shop)!r}) / name, destination / (name + ".whl"))
"""
    )
    return (sys.executable, str(program))


def npm_client(directory: Path, shelf: dict[str, bytes], script: str = "") -> Npm:
    """The same for the client of the npm registry."""
    shop = directory / "npm-shelf"
    shop.mkdir(parents=True, exist_ok=True)
    for name, data in shelf.items():
        (shop / name).write_bytes(data)
    program = directory / "npm.py"
    program.write_text(
        f"""
import pathlib, shutil, sys
arguments = sys.argv[1:]
assert arguments[0] == "pack" and "--ignore-scripts" in arguments
name, _, version = arguments[1].partition("@")
destination = pathlib.Path(arguments[arguments.index("--pack-destination") + 1])
assert pathlib.Path(arguments[arguments.index("--cache") + 1]).is_relative_to(destination)
{script}
shutil.copy(pathlib.Path({str(shop)!r}) / name, destination / f"{{name}}-{{version}}.tgz")
"""
    )
    return Npm((sys.executable, str(program)))


def calls(directory: Path) -> list[str]:
    log = directory / "calls"
    return log.read_text().split() if log.exists() else []


def installer(
    store: ModelStore,
    client: tuple[str, ...] = (),
    hub: str = "http://127.0.0.1:9",
    npm: Npm | None = None,
) -> Installer:
    progress = Silent()
    pip = Pip(client or (sys.executable, "-c", ""))
    index = IndexClient(store.directory / CACHE, progress, pip, npm or Npm(("no-such-npm",)))
    return Installer(store, progress, index, HubClient(progress, hub))


class Hub:
    """Serves files by path, with ranges; `stall` and `cut` make it fail as networks do."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.requests: list[tuple[str, str]] = []
        self.cut: dict[str, list[int]] = {}
        self.stalled = threading.Event()
        self.stall_after: int | None = None
        self._release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Hub":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.requests.append((request.path, wanted))
        data = self.files.get(request.path)
        if data is None:
            request.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        request.send_response(206 if wanted else 200)
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        end = len(data)
        if self.stall_after is not None:
            end = self.stall_after
        elif self.cut.get(request.path):
            end = start + self.cut[request.path].pop(0)
        request.wfile.write(data[start:end])
        if self.stall_after is not None:
            request.wfile.flush()
            self.stalled.set()
            self._release.wait(20)


def hub_files(files: dict[str, bytes] | None = None) -> dict[str, bytes]:
    contents = files or {"model.bin": WEIGHTS, "config.json": CONFIG}
    return {f"/us/tiny/resolve/{REVISION}/{name}": data for name, data in contents.items()}
