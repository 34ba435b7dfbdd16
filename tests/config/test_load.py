from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from edge_interpreter.config import Config, ConfigError, load_config
from edge_interpreter.config.load import ENVIRONMENT_PREFIX

SHIPPED = Path(__file__).parents[2] / "config.toml"


def write(directory: Path, text: str) -> Path:
    path = directory / "config.toml"
    path.write_text(text)
    return path


def keys(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every key of a configuration section, dotted, lists of tables included."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        inner = next(
            (
                kind
                for kind in (field.annotation, *getattr(field.annotation, "__args__", ()))
                if isinstance(kind, type) and issubclass(kind, BaseModel)
            ),
            None,
        )
        found |= keys(inner, f"{prefix}{name}.") if inner else {f"{prefix}{name}"}
    return found


def test_the_shipped_file_says_the_defaults() -> None:
    shipped, default = load_config(SHIPPED, {}), load_config(None, {})
    assert _plain(shipped) == _plain(Config()), default


def _plain(config: Config) -> dict[str, Any]:
    values = config.model_dump(mode="json")
    # Paths are made absolute from where the file lies.
    values["models"].pop("directory")
    values["server"].pop("state")
    values["calls"]["records"].pop("database")
    return values


def test_the_shipped_file_shows_every_key() -> None:
    text = SHIPPED.read_text()
    hidden = {key for key in keys(Config) if f"{key.rpartition('.')[2]} = " not in text}
    assert hidden <= {
        "synthesiser.voices",
        "calls.announcements.waiting",
        "calls.announcements.connected",
        "calls.phrases",
        "transcripts.notice",
    }


def test_drop_ins_and_environment_override_key_by_key(tmp_path: Path) -> None:
    path = write(tmp_path, "[server]\nport = 1000\nhost = '127.0.0.2'\n")
    (tmp_path / "config.d").mkdir()
    (tmp_path / "config.d/10.toml").write_text("[server]\nport = 2000\n")
    environment = {f"{ENVIRONMENT_PREFIX}SERVER__PORT": "3000", "OTHER__PORT": "1"}
    assert load_config(path, {}).server.port == 2000
    assert load_config(path, environment).server.port == 3000
    assert load_config(path, environment).server.host == "127.0.0.2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nprot = 1\n", ["server.prot", "did you mean port"]),
        ("[sever]\nport = 1\n", ["sever", "did you mean server"]),
        ("[server]\nport = 'x'\n", ["server.port", "'x'", "integer"]),
        ("[recogniser]\ndevice = 'gpu'\n", ["recogniser.device", "'gpu'", "'auto'", "'cuda'"]),
        ("[endpointing]\nmax_utterance_ms = 99\n", ["max_utterance_ms", "99", "2000"]),
        ("[server\n", ["config.toml", "line 1"]),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_config(write(tmp_path, text), {})
    assert all(part in str(refused.value) for part in ["config.toml", *said])


def test_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_config(tmp_path / "none.toml", {})
