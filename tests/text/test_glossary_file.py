import os
from pathlib import Path

import pytest

from edge_interpreter.text.glossary import GlossaryError
from edge_interpreter.text.glossary_file import GlossaryFile


def write(path: Path, text: str, second: int) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, (second, second))


def test_terms_follow_the_file_and_survive_a_mistake_in_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "terms.csv"
    write(path, "en,fr\nhall,salle\n", 1)
    glossary = GlossaryFile(path)
    assert glossary.terms.spellings("fr") == ("salle",)
    assert not glossary.refresh()
    write(path, "en,fr\nhall,halle\n", 2)
    assert glossary.refresh()
    assert glossary.terms.spellings("fr") == ("halle",)
    path.write_bytes(b"\xff")
    os.utime(path, (3, 3))
    assert not glossary.refresh()
    assert glossary.terms.spellings("fr") == ("halle",)
    assert "terms.csv:" in caplog.text


def test_a_wrong_file_at_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="cannot be read"):
        GlossaryFile(tmp_path / "none.toml")


def test_without_a_file_there_are_no_terms() -> None:
    glossary = GlossaryFile(None)
    assert not glossary.refresh()
    assert glossary.terms.terms == ()
