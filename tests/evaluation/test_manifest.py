from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.manifest import Segment, read_manifest


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_every_kind_of_line_is_read(tmp_path: Path) -> None:
    speech, switch, music, crosstalk = read_manifest(
        written(
            tmp_path,
            '{"audio":"a.wav","language":"en-US","text":"Hi","translations":{"fr":"Salut"},"to":["fr","de"]}',
            '{"audio":"b.wav","segments":[{"language":"fr","text":"Oui","start_s":0,"end_s":1.5}]}',
            "",
            '{"audio":"c.wav","language":"none","kind":"music"}',
            '{"audio":"d.wav","language":"en","text":"Hi","background":"over there"}',
        )
    )
    assert speech.audio == tmp_path / "a.wav"
    assert (speech.language, speech.to) == ("en", ("fr", "de"))
    assert switch.segments == (Segment("fr", "Oui", 0.0, 1.5),)
    assert (music.language, music.kind) == ("none", "music")
    assert crosstalk.background == "over there"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"language":"en"}',
        '{"audio":"a.wav"}',
        '{"audio":"a.wav","language":"xx-nonsense"}',
        '{"audio":"a.wav","segments":[{"language":"en","text":"Hi"}]}',
        "[]",
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    good = '{"audio":"a.wav","language":"en"}'
    with pytest.raises(UserError, match=r"set\.jsonl, line 2"):
        read_manifest(written(tmp_path, good, line))
