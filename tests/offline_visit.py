"""Run in a network namespace of its own by `test_offline`: the product, watched by strace.

`python -m tests.offline_visit FOLDER`: starts the server with its real engines, a room with a
speaker and a listener, and an interpreted call over AudioSocket and plain RTP. Prints what was
heard as JSON; `FOLDER/calls.*` are the system calls of the server and of all its processes.
"""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from uuid import uuid4

import numpy as np
import websockets

from edge_interpreter.audio.decode import AudioFile
from edge_interpreter.audio.frames import Samples
from edge_interpreter.audio.pcm import to_pcm16
from edge_interpreter.calls.wire.audiosocket import AudioSocketDecoder, Kind, encode_audiosocket

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "edge_interpreter/capture/samples/kennedy.flac"
ENOUGH = 50
"""Packets that are not silent: a second of speech."""
CONFIG = """
[models]
directory = '{weights}'
[server]
state = "state"
[calls.audiosocket]
port = {audiosocket}
[calls.rtp]
port = {rtp}
[[calls.routes]]
number = "{rtp}"
role = "agent"
[[calls.routes]]
number = "*"
agent = "waiting"
caller_language = "en"
agent_language = "fr"
"""


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def visit_room(address: str, sound: Samples) -> str:
    """A speaker and a listener; the first translation that is heard as well as read."""
    async with (
        websockets.connect(address, proxy=None) as speaker,
        websockets.connect(address, proxy=None) as listener,
    ):
        hello = {"type": "hello", "protocol": 1, "room": "main"}
        await speaker.send(json.dumps({**hello, "speaks": "en"}))
        await listener.send(json.dumps({**hello, "wants": "fr", "audio": True}))
        sending = asyncio.create_task(stream(speaker, sound))
        text, heard = "", 0
        while not (text and heard):
            data = await listener.recv()
            if isinstance(data, bytes):
                heard += len(data)
            elif (message := json.loads(data))["type"] == "caption":
                text = message["text"]
        sending.cancel()
        return text


async def stream(speaker: websockets.ClientConnection, sound: Samples) -> None:
    pcm = to_pcm16(np.concatenate((sound, np.zeros(16_000, np.float32)))).tobytes()
    for at in range(0, len(pcm), 3_200):
        await speaker.send(pcm[at : at + 3_200])
        await asyncio.sleep(0.09)


async def call(audiosocket: int, rtp: int, sound: Samples) -> int:
    """A caller over AudioSocket, an agent over RTP; bytes of sound that the agent heard."""
    loop = asyncio.get_running_loop()
    agent = Agent()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: agent, local_addr=("127.0.0.1", 0), remote_addr=("127.0.0.1", rtp)
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", audiosocket)
    writer.write(encode_audiosocket(Kind.UUID, uuid4().bytes))
    pcm = to_pcm16(np.concatenate((sound, np.zeros(16_000, np.float32)))[::2]).tobytes()
    keep = asyncio.create_task(agent.talk(transport))
    drain = asyncio.create_task(_drain(reader))
    for at in range(0, len(pcm) - 320, 320):
        writer.write(encode_audiosocket(Kind.AUDIO_8K, pcm[at : at + 320]))
        await asyncio.sleep(0.02)
    await agent.heard.wait()
    keep.cancel()
    drain.cancel()
    writer.close()
    transport.close()
    return agent.loud


async def _drain(reader: asyncio.StreamReader) -> None:
    decoder = AudioSocketDecoder()
    while data := await reader.read(4_096):
        list(decoder.feed(data))


class Agent(asyncio.DatagramProtocol):
    """Sends silence as RTP (RFC 3550, payload type 0) and counts packets that are not silent."""

    def __init__(self) -> None:
        self.loud = 0
        self.heard = asyncio.Event()

    def datagram_received(self, data: bytes, address: object) -> None:
        del address
        self.loud += len(set(data[12:])) > 20
        if self.loud >= ENOUGH:
            self.heard.set()

    async def talk(self, transport: asyncio.DatagramTransport) -> None:
        number = 0
        while True:
            head = bytes((0x80, 0)) + number.to_bytes(2) + (number * 160).to_bytes(4) + b"edge"
            transport.sendto(head + b"\xff" * 160)
            number = (number + 1) % 65_536
            await asyncio.sleep(0.02)


async def main(folder: Path) -> None:
    audiosocket, rtp = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    config = folder / "config.toml"
    weights = ROOT / "models/weights"
    config.write_text(CONFIG.format(weights=weights, audiosocket=audiosocket, rtp=rtp))
    watch = (
        "-D",
        "-ff",
        "-qq",
        "--seccomp-bpf",
        "-e",
        "trace=connect,bind,sendto,sendmsg,sendmmsg",
    )
    server = await asyncio.create_subprocess_exec(
        *("strace", *watch, "-o", str(folder / "calls")),
        *(sys.executable, "-m", "edge_interpreter", "serve", "--port", "0"),
        *("--config", str(config)),
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=DEVNULL,
        stdout=PIPE,
    )
    assert server.stdout is not None
    try:
        async with asyncio.timeout(200):
            found = None
            while found is None:
                line = await server.stdout.readline()
                assert line
                found = re.search(rb"Open +http://localhost:(\d+)", line)
            with AudioFile(SAMPLE) as file:
                sound = np.concatenate(list(file.blocks()))
            text = await visit_room(f"ws://127.0.0.1:{int(found[1])}/ws", sound)
            loud = await call(audiosocket, rtp, sound)
        print(json.dumps({"room": text, "call_packets": loud}))
    finally:
        server.send_signal(signal.SIGTERM)
        await server.communicate()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
