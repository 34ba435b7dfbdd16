"""What a running server writes, at its most talkative, while people speak and type."""

import json
import re
import signal
from asyncio.subprocess import Process
from pathlib import Path

import httpx
import pytest
import websockets

from edge_interpreter.audio.pcm import to_pcm16
from tests.cli.serving import CONFIG, line_with, serve
from tests.pipeline.fakes import silence, speech

CHAT, HEARD, NAME, QUERY = "purple giraffe", "apple", "Ana Lovelace", "a-secret-token"


async def use(process: Process) -> str:
    """Speak, type and ask; what was written to standard error until the server ended."""
    url = (await line_with(process, r"Open +(http://localhost:\d+)"))[1]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await client.get("/api/info", params={"token": QUERY})
        body = {"text": CHAT, "source": "en", "target": "xx"}
        await client.post("/test/translate", json=body)
    address = url.replace("http", "ws") + f"/ws?token={QUERY}"
    async with websockets.connect(address, proxy=None) as socket:
        hello = {"type": "hello", "protocol": 1, "room": "main", "name": NAME, "speaks": "en"}
        await socket.send(json.dumps({**hello, "wants": "fr"}))
        for sound in (speech(HEARD), silence(700)):
            pcm = to_pcm16(sound)
            for at in range(0, pcm.size, 1600):
                await socket.send(pcm[at : at + 1600].tobytes())
        await socket.send(json.dumps({"type": "chat", "text": CHAT}))
        captions = 0
        while captions < 2:
            message = await socket.recv()
            captions += isinstance(message, str) and json.loads(message)["type"] == "caption"
    process.send_signal(signal.SIGTERM)
    _, errors = await process.communicate()
    return errors.decode()


@pytest.mark.parametrize("form", ["json", "text"])
async def test_no_word_name_or_token_at_any_level(tmp_path: Path, form: str) -> None:
    logging = f'[logging]\nlevel = "debug"\nformat = "{form}"\nrequests = true\n'
    async with serve(tmp_path, "--port", "0", config=CONFIG + logging) as process:
        written = await use(process)
    for words in (CHAT, "giraffe", HEARD, NAME, QUERY):
        assert words not in written
    assert written.count("utterance delivered") == 2
    assert "/api/info" in written
    if form == "json":
        lines = [json.loads(line) for line in written.splitlines()]
        utterances = [line for line in lines if line.get("event") == "utterance"]
        assert {line["utterance"] for line in utterances} == {0, 1}
        assert all("final_caption_ms" in line for line in utterances)
        assert {line["path"] for line in lines if line.get("event") == "request"} == {
            "/api/info",
            "/test/translate",
        }
    else:
        assert re.search(r"utterance delivered event=utterance session=\S+ utterance=0", written)
