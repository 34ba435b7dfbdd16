from pathlib import Path

import pytest

from edge_interpreter.appliance.conffiles import place_default


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def beside(file: Path) -> Path:
    return file.with_name("config.toml.new")


def test_unedited_file_follows_the_default(file: Path) -> None:
    assert "written" in place_default(file, "one", None, 0o640)
    assert file.stat().st_mode & 0o777 == 0o640
    assert place_default(file, "one", "one") == ""
    assert "replaced" in place_default(file, "two", "one")
    assert file.read_text() == "two"
    assert not beside(file).exists()


def test_edited_file_stays_and_the_new_default_lies_beside_it(file: Path) -> None:
    file.write_text("mine")
    assert place_default(file, "one", "one") == ""
    assert str(beside(file)) in place_default(file, "two", "one")
    assert (file.read_text(), beside(file).read_text()) == ("mine", "two")
    assert place_default(file, "two", "one") == ""


def test_file_that_nobody_remembers_counts_as_edited(file: Path) -> None:
    file.write_text("from before an uninstallation")
    place_default(file, "one", None)
    assert file.read_text() == "from before an uninstallation"
    assert beside(file).read_text() == "one"


def test_default_beside_goes_once_it_is_taken_over(file: Path) -> None:
    file.write_text("mine")
    place_default(file, "two", "one")
    file.write_text("two")
    assert "no longer needed" in place_default(file, "two", "one")
    assert not beside(file).exists()
