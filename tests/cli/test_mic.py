from pathlib import Path

import pytest

from edge_interpreter.cli import main


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--server", "ftp://box", "--room", "main"), "--server"),
        (("--server", "box", "--room", "Big Hall"), "room"),
        (("--server", "box", "--room", "main", "--speaks", "xx"), "unknown language"),
        (("--server", "box", "--room", "main", "--token-file", "/nowhere"), "/nowhere"),
        (("--server", "https://box", "--room", "main", "--ca", "/nowhere"), "/nowhere"),
        (("--server", "box", "--room", "main", "--device", "no such one"), "sound input"),
    ],
)
def test_mistakes_get_one_line(
    arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mic", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert text in line


def test_the_token_is_read_from_a_file(tmp_path: Path) -> None:
    import argparse

    from edge_interpreter.cli.mic import _token

    path = tmp_path / "token"
    path.write_text("ei_abc\n")
    assert _token(argparse.Namespace(token_file=path)) == "ei_abc"
