from pathlib import Path

import pytest

from edge_interpreter.appliance.layout import Layout
from edge_interpreter.config import load_config
from tests.appliance import site


def test_shipped_configuration_finds_its_places_once_installed(tmp_path: Path) -> None:
    shipped = (site.ROOT / "config.toml").read_text("utf-8")
    adapted = Layout(tmp_path).adapt_config(shipped)
    path = tmp_path / "config.toml"
    path.write_text(adapted, "utf-8")
    config = load_config(path, {})
    assert config.models.directory == tmp_path / "var/lib/edge-interpreter/models"
    assert config.server.state == tmp_path / "var/lib/edge-interpreter/state"
    assert config.calls.records.database.is_relative_to(config.server.state)
    assert '"state' not in adapted


def test_configuration_without_the_places_is_not_passed_on() -> None:
    with pytest.raises(ValueError, match="names no models"):
        Layout().adapt_config('[server]\nstate = "state"\n')


def test_units_stay_as_they_are_but_in_a_trial() -> None:
    unit = "ExecStart=/opt/edge-interpreter/current/bin/edge-interpreter serve\n"
    assert Layout().adapt_unit(unit) == unit
    assert "=/srv/x/opt/edge-interpreter/current" in Layout(Path("/srv/x")).adapt_unit(unit)
