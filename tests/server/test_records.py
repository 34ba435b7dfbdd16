"""A box whose database is away serves, says so, and keeps what it can."""

from pathlib import Path
from typing import Any

import pytest

from tests.server.box import box, said

pytest.importorskip("psycopg", reason="psycopg is not installed (scripts/setup --peers)")
NOBODY = {"url": "postgresql://interpreter@127.0.0.1:1/interpreter", "box": "north"}
AWAY: dict[str, Any] = {
    "database": NOBODY,
    "transcripts": {"enabled": True},
    "calls": {"media_streams": {"enabled": True}},
    "metrics": {"open_to": ["127.0.0.0/8"]},
}


async def test_a_box_without_its_database_goes_on_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with box(tmp_path, AWAY) as place, place.join(name="A", speaks="en", wants="fr") as ana:
        await ana.say(*said("apple"))
        caption = await ana.expect("caption")
        assert caption["text"] == "fr: apple"
        async with place.http(place.token(room="*")) as http:
            assert (await http.get("/ready")).status_code == 200
            calls = (await http.get("/calls")).json()
            assert (calls["active"], calls["past"]) == ([], None)
            for address in ("/api/transcripts", "/api/rooms/main/transcript", "/calls/gone"):
                answer = await http.get(address)
                assert answer.status_code == 503
                assert answer.json()["code"] == "database_away"
                assert answer.headers["retry-after"] == "10"
            deleted = await http.delete("/api/transcripts", params={"person": "A"})
            assert deleted.status_code == 503
            figures = (await http.get("/metrics")).text
    assert 'edge_interpreter_database_up{kind="transcripts"} 0.0' in figures
    assert 'edge_interpreter_database_up{kind="call_records"} 0.0' in figures
    assert 'edge_interpreter_rows_waiting{kind="transcripts"} 2.0' in figures
    assert 'edge_interpreter_rows_lost_total{reason="queue_full"} 0.0' in figures
    told = caplog.messages
    assert any(line.startswith("the database is away at the start: ") for line in told)
    assert "transcripts: 2 rows were lost: stopped" in told
    assert "apple" not in " ".join(told)


async def test_what_is_kept_in_files_is_counted(tmp_path: Path) -> None:
    kept = {"transcripts": {"enabled": True}, "metrics": {"open_to": ["127.0.0.0/8"]}}
    async with box(tmp_path, kept) as place, place.join(name="A", speaks="en", wants="fr") as ana:
        await ana.say(*said("apple"))
        await ana.expect("caption")
        async with place.http(place.token(room="*")) as http:
            [line] = (await http.get("/api/transcripts")).json()
            assert (line["kind"], line["name"], line["lines"]) == ("room", "main", 2)
            figures = (await http.get("/metrics")).text
    assert 'edge_interpreter_database_up{kind="transcripts"} 1.0' in figures
    assert 'edge_interpreter_rows_written_total{kind="transcripts"} 2.0' in figures
