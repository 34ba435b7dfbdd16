import json
from pathlib import Path

import pytest

from edge_interpreter.cli import main
from tests.models import shop


@pytest.fixture
def tiny(tmp_path: Path) -> list[str]:
    """The start of a command on a store whose catalogue has two models of a small hub."""
    models = [
        shop.model(sources=[shop.hub_source()]),
        shop.model(
            "barred", licence="CC-BY-NC-4.0", non_commercial=True, sources=[shop.hub_source()]
        ),
    ]
    path = tmp_path / "catalog.toml"
    path.write_text(shop.as_toml({"models": models}))
    return ["models", "--catalog", str(path), "--directory", str(tmp_path / "weights")]


def test_fetch_list_verify_remove(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        assert main([*tiny, "fetch", "tiny", "--hub", hub.url]) == 0
    out = capsys.readouterr().out
    assert "tiny: installed from hub us/tiny@" in out
    assert "licence MIT: made for tests" in out
    assert f"config.json: sha256 {shop.digest(shop.CONFIG)} recorded now" in out

    assert main([*tiny, "list"]) == 0
    out = capsys.readouterr().out
    assert "installed MIT" in out
    assert "CC-BY-NC-4.0 *" in out

    assert main([*tiny, "verify"]) == 0
    assert capsys.readouterr().out == "tiny: sound\n"

    assert main([*tiny, "remove", "tiny"]) == 0
    assert main([*tiny, "verify", "tiny"]) == 2
    assert "models fetch tiny" in capsys.readouterr().err


def test_list_as_json(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        main([*tiny, "fetch", "tiny", "--hub", hub.url])
    capsys.readouterr()
    assert main([*tiny, "list", "--json"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["id"], first["state"], first["role"]) == ("tiny", "installed", "recogniser")
    assert first["installed"]["files"]["model.bin"]["sha256"] == shop.digest(shop.WEIGHTS)
    assert second["non_commercial"] is True


def test_damaged_model_is_named_and_verify_fails(
    tiny: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        main([*tiny, "fetch", "tiny", "--hub", hub.url])
    (tmp_path / "weights" / "tiny" / "config.json").write_text("")
    capsys.readouterr()
    assert main([*tiny, "verify"]) == 2
    assert "model tiny is damaged: config.json" in capsys.readouterr().err
    main([*tiny, "list"])
    assert "damaged" in capsys.readouterr().out


def test_non_commercial_model_is_refused_then_accepted(
    tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        assert main([*tiny, "fetch", "barred", "--hub", hub.url]) == 2
        assert hub.requests == []
        assert "--accept barred" in capsys.readouterr().err
        assert main([*tiny, "fetch", "barred", "--accept", "barred", "--hub", hub.url]) == 0


def test_export_and_import(
    tiny: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        main([*tiny, "fetch", "tiny", "--hub", hub.url])
    bundle = tmp_path / "models.tar"
    assert main([*tiny, "export", str(bundle)]) == 0
    assert "sha256 " in capsys.readouterr().out
    elsewhere = [*tiny[:-1], str(tmp_path / "elsewhere")]
    assert main([*elsewhere, "import", str(bundle)]) == 0
    assert "tiny: installed from bundle models.tar" in capsys.readouterr().out
    assert main([*elsewhere, "verify"]) == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["fetch", "tinny"], "did you mean tiny?"),
        (["fetch", "tiny", "--accept", "nothing"], "no model 'nothing'"),
        (["verify"], "no model is installed"),
        (["export", "x.tar"], "nothing to export"),
        (["import", "/no/such/bundle.tar"], "/no/such/bundle.tar: no such file"),
        (["fetch", "tiny", "--hub", "ftp://x"], "no http or https address"),
    ],
)
def test_mistakes_get_one_line(
    tiny: list[str],
    arguments: list[str],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*tiny, *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
