import json
from dataclasses import replace

from edge_interpreter.transcripts.export import export
from edge_interpreter.transcripts.line import ORIGINAL, in_language, lost_line
from tests.transcripts.test_store import FRENCH, LINE

SECOND = replace(
    LINE, utterance="b-0-0", name="Bea", text="bonjour", original="bonjour", time=LINE.time + 2_000
)
LINES = list(in_language([LINE, FRENCH, SECOND], "fr"))


def test_what_was_not_translated_is_given_as_it_was_said() -> None:
    assert [line.text for line in LINES] == ["zanzibar en français", "bonjour"]
    assert [line.text for line in in_language([LINE, FRENCH], ORIGINAL)] == ["zanzibar"]


def test_subtitles_in_two_languages() -> None:
    assert export(LINES, "vtt", bilingual=True) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\n<v Ana Quince>zanzibar en français\nzanzibar\n\n"
        "00:00:02.000 --> 00:00:02.900\n<v Bea>bonjour\n\n"
    )
    srt = export(LINES, "srt", bilingual=True)
    assert srt.startswith(
        "1\n00:00:00,000 --> 00:00:00,900\nAna Quince: zanzibar en français\nzanzibar\n\n2\n"
    )


def test_text_and_json() -> None:
    assert export(LINES, "txt") == "Ana Quince: zanzibar en français\nBea: bonjour\n"
    assert export(LINES, "txt", bilingual=True).splitlines()[1] == "    zanzibar"
    rows = json.loads(export(LINES, "json"))
    assert (rows[0]["text"], rows[0]["original"]) == ("zanzibar en français", "zanzibar")
    assert export([], "vtt") == "WEBVTT\n\n"


def test_an_utterance_that_was_lost_leaves_a_mark_in_every_language() -> None:
    lost = lost_line("room", "main", "b-0-1", "b", "Bea", LINE.time + 4_000, 900)
    lines = list(in_language([LINE, FRENCH, lost], "fr"))
    assert export(lines, "txt") == "Ana Quince: zanzibar en français\nBea: […]\n"
    assert "<v Bea>[…]" in export(lines, "vtt")
    row = json.loads(export(lines, "json"))[1]
    assert (row["fidelity"], row["text"], row["name"]) == ("skipped", "", "Bea")
