import importlib.util
import sys
import tomllib
from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models import convert
from tests.models import shop


def pins() -> dict[str, str]:
    lines = convert._REQUIREMENTS.read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_converter_is_pinned_and_holds_what_it_needs() -> None:
    assert pins().keys() >= {"torch", "transformers", "ctranslate2", "sentencepiece"}
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["convert"]
    exact = dict(line.split("==") for line in declared if "==" in line)
    assert {name: pins()[name] for name in ("torch", "ctranslate2")} == {
        name: exact[name] for name in ("torch", "ctranslate2")
    }


def test_product_itself_does_not_hold_torch() -> None:
    if Path(sys.prefix).name == ".venv":
        assert importlib.util.find_spec("torch") is None


def test_no_converter_is_made_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "_NEEDED", ("no_such_package",))
    monkeypatch.setattr(convert, "converter_directory", lambda: tmp_path / "venv")
    assert convert.converter_python() is None
    assert not (tmp_path / "venv").exists()


def test_half_made_converter_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "_NEEDED", ("no_such_package",))
    monkeypatch.setattr(convert, "converter_directory", lambda: tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    assert convert.converter_python() is None
    (tmp_path / "complete.txt").write_text(convert._REQUIREMENTS.read_text())
    assert convert.converter_python() == tmp_path / "bin" / "python"


def test_failed_conversion_names_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "m2m_100"}')
    monkeypatch.setattr(convert, "converter_python", lambda **_: Path(sys.executable))
    monkeypatch.setattr(convert, "_PROGRAM", "raise SystemExit('OSError: no weights here')")
    with pytest.raises(UserError, match="model tiny: the conversion failed: OSError: no weights"):
        convert.convert(tmp_path, tmp_path / "tiny", (), shop.Silent())
