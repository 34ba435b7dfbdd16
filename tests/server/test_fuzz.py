"""Whatever is asked of any path that the schema knows, the server answers and does not fail."""

import json
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.box import box

EACH = 12
OPEN = ("/test/translate", "/voice/webhook")
NASTY: tuple[Any, ...] = (
    *("", " ", "*", "main", "MAIN", "..", "../main", "a" * 300, "\x00", "\ud7ff\U0010ffff", "%"),
    *("'; DROP TABLE line;--", "{}", "null", "ünï", "\u202egnihtemos", "\r\nx: y", "sip:a@b"),
    *(0, -1, 1, 2**63, 1e308, -0.5, True, None, [], ["x"], {}, {"a": {"b": []}}),
)


def value(dice: random.Random, schema: dict[str, Any]) -> Any:
    """Something that may fit a parameter, or may not."""
    if "enum" in schema and dice.random() < 0.5:
        return dice.choice(schema["enum"])
    return dice.choice(NASTY)


def resolved(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = whole["components"]["schemas"][name] if name else schema
    return found


def request(
    dice: random.Random, path: str, operation: dict[str, Any], whole: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    query = {}
    for parameter in operation.get("parameters", ()):
        given = value(dice, parameter["schema"])
        if parameter["in"] == "path":
            text = "".join(f"%{byte:02x}" for byte in str(given).encode()) or "x"
            path = path.replace(f"{{{parameter['name']}}}", text)
        elif parameter["in"] == "query" and dice.random() < 0.8:
            query[parameter["name"]] = str(given)
    options: dict[str, Any] = {"params": query}
    if "requestBody" in operation:
        schema = resolved(operation["requestBody"]["content"]["application/json"]["schema"], whole)
        body: Any = {
            name: value(dice, each)
            for name, each in schema.get("properties", {}).items()
            if dice.random() < 0.9
        }
        body = body if dice.random() < 0.9 else dice.choice(NASTY)
        options["content"] = json.dumps(body).encode()
        options["headers"] = {"content-type": dice.choice(("application/json", "text/plain"))}
    return path, options


@pytest.mark.parametrize("role", ["nobody", "operator"])
async def test_every_path_answers_whatever_is_asked(tmp_path: Path, role: str) -> None:
    dice = random.Random(role)
    limits = {"requests_per_s": 1e6, "wrong_tokens_per_min": 1e6, "rooms": 1_000}
    calls = {"media_streams": {"enabled": True}, "records": {"database": tmp_path / "c.sqlite3"}}
    config = {"limits": limits, "calls": calls, "transcripts": {"enabled": True}}
    async with box(tmp_path / "state", config) as place:
        token = place.token("operate", room="*") if role == "operator" else ""
        async with place.http(token) as client:
            schema = (await client.get("/openapi.json")).json()
            asked = [
                (path, method, operation)
                for path, methods in schema["paths"].items()
                for method, operation in methods.items()
            ]
            assert len(asked) > 20
            for path, method, operation in asked * EACH:
                target, options = request(dice, path, operation, schema)
                try:
                    answer = await client.request(method, target, **options)
                except httpx.InvalidURL:
                    continue
                known = operation["responses"].keys() | {"400", "404", "405", "413", "421", "503"}
                assert str(answer.status_code) in known, (method, target, options, answer.text)
                assert answer.status_code in (409, 503) or answer.status_code < 500, target
                if role == "nobody" and method != "get":
                    assert answer.status_code >= 400 or path in (
                        "/test/translate",
                        "/voice/webhook",
                    )
            assert (await client.get("/health")).status_code == 200
