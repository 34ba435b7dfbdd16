from pathlib import Path

import pytest

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import FileInfo, Source, SourceFile
from edge_interpreter.models.hub import DEFAULT_BASE, HubClient, hub_base
from tests.models import shop

SOURCE = Source.model_validate(shop.hub_source())
FILE = SourceFile("model.bin", ("model.bin",), FileInfo())
PATH = f"/us/tiny/resolve/{shop.REVISION}/model.bin"


def test_file_is_downloaded(tmp_path: Path) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        HubClient(shop.Silent(), hub.url).fetch(SOURCE, FILE, tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == shop.WEIGHTS
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_broken_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        hub.cut[PATH] = [1000, 5000]
        HubClient(shop.Silent(), hub.url).fetch(SOURCE, FILE, tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == shop.WEIGHTS
    assert [wanted for _, wanted in hub.requests] == ["", "bytes=1000-", "bytes=6000-"]


def test_download_that_keeps_breaking_is_left_for_the_next_time(tmp_path: Path) -> None:
    with shop.Hub(shop.hub_files()) as hub:
        hub.cut[PATH] = [10] * 9
        with pytest.raises(UserError, match=r"model\.bin: cannot be reached"):
            HubClient(shop.Silent(), hub.url).fetch(SOURCE, FILE, tmp_path / "m")
        hub.cut.clear()
        HubClient(shop.Silent(), hub.url).fetch(SOURCE, FILE, tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == shop.WEIGHTS
    assert hub.requests[-1][1] == "bytes=40-"


def test_absent_file_is_named(tmp_path: Path) -> None:
    with shop.Hub({}) as hub, pytest.raises(UserError, match=r"model\.bin: 404"):
        HubClient(shop.Silent(), hub.url).fetch(SOURCE, FILE, tmp_path / "m")


def test_unreachable_hub_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"http://127\.0\.0\.1:9/us/tiny/.*cannot be reached"):
        HubClient(shop.Silent(), "http://127.0.0.1:9").fetch(SOURCE, FILE, tmp_path / "m")


def test_only_web_addresses_are_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no http or https address"):
        HubClient(shop.Silent(), "file:///etc")
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert hub_base() == "https://mirror.example"
    monkeypatch.delenv("HF_ENDPOINT")
    assert hub_base() == DEFAULT_BASE
