"""The bill of materials names every package and every file of every model."""

import json
from pathlib import Path

import pytest

from edge_interpreter.cli import main

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "models/weights"


def test_it_names_packages_with_version_and_licence(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[models]\ndirectory = 'weights'\n")
    out = tmp_path / "sbom.json"
    assert main(["sbom", "--config", str(config), "--out", str(out)]) == 0
    bill = json.loads(out.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["name"]: part for part in bill["components"]}
    assert parts["pydantic"]["purl"].startswith("pkg:pypi/pydantic@2.")
    assert parts["pydantic"]["licenses"]
    references = [part["bom-ref"] for part in bill["components"]]
    assert len(references) == len(set(references))


@pytest.mark.models
def test_it_names_models_with_licence_and_hashes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", "--config", str(ROOT / "config.toml")]) == 0
    bill = json.loads(capsys.readouterr().out)
    models = {part["name"]: part for part in bill["components"] if "hashes" not in part}
    whisper = models["whisper-base"]
    assert whisper["type"] == "machine-learning-model"
    assert whisper["licenses"] == [{"license": {"name": "MIT"}}]
    recorded = json.loads((WEIGHTS / "whisper-base/installed.json").read_text())["files"]
    hashes = {file["name"]: file["hashes"][0]["content"] for file in whisper["components"]}
    assert hashes == {name: entry["sha256"] for name, entry in recorded.items()}
