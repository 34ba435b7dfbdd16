"""Where values come from, what is said of mistakes, and how secrets are kept."""

import json
import tomllib
from pathlib import Path

import pytest

from edge_interpreter.cli import main
from edge_interpreter.config import Config, ConfigError
from edge_interpreter.config.load import read_config
from edge_interpreter.config.reference import markdown
from edge_interpreter.config.show import as_json, as_toml

DOCUMENT = Path(__file__).parents[2] / "docs/configuration.md"
TRUNK = '[[calls.sip.trunks]]\nuser = "me"\ndomain = "pbx.example"\n'


def write(directory: Path, text: str, name: str = "config.toml") -> Path:
    path = directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o640)
    return path


def problems(path: Path, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read_config(path, environment)
    return str(refused.value).splitlines()


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[server]\nprot = 1\nport = "x"\n\n[[rooms.open]]\nname = "main"\n'
        '[[rooms.open]]\nname = "two"\npreset = "meting"\n',
    )
    drop_in = write(tmp_path, "[endpointing]\nlevel = 3\n[logging\n", "config.d/20.toml")
    write(tmp_path, "[sever]\nx = 1\n", "config.d/10.toml")
    told = problems(path, EDGE_INTERPRETER_SERVER__HTTPS_PORT="99999")
    for part in (
        f"{path}:2: server.prot = 1: unknown key; did you mean port?",
        f"{path}:3: server.port = 'x': should be a valid integer",
        f"{path}:9: rooms.open[1].preset = 'meting'",
        "did you mean 'meeting'?",
        f"{tmp_path}/config.d/10.toml:1: sever: unknown key; did you mean server?",
        f"{drop_in}:3:",
        "environment EDGE_INTERPRETER_SERVER__HTTPS_PORT: server.https_port = 99999",
        "whole number from 0 to 65535",
    ):
        assert part in "\n".join(told)
    assert len(told) == 6


def test_a_key_in_the_wrong_table_is_sent_to_the_right_one(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, "[endpointing]\nlag_budget_ms = 3\n"))
    assert "there is pipeline.lag_budget_ms" in told


def test_a_text_from_the_environment_may_look_like_a_number(tmp_path: Path) -> None:
    environment = {"EDGE_INTERPRETER_BRANDING__TITLE": "2026"}
    assert read_config(write(tmp_path, ""), environment).config.branding.title == "2026"


def test_a_variable_for_a_table_and_for_a_key_in_it(tmp_path: Path) -> None:
    told = problems(
        write(tmp_path, ""),
        EDGE_INTERPRETER_SERVER__PORT="1",
        EDGE_INTERPRETER_SERVER__PORT__X="1",
    )
    assert "server.port" in told[0]


def test_secrets_come_from_files_beside_the_configuration(tmp_path: Path) -> None:
    path = write(tmp_path, TRUNK + 'password_file = "trunk.txt"\n')
    secret = write(tmp_path, "hush\n", "trunk.txt")
    secret.chmod(0o600)
    reading = read_config(path, {})
    assert reading.config.calls.sip.trunks[0].password.get_secret_value() == "hush"
    assert reading.notices == ()
    assert "hush" not in as_toml(reading) + json.dumps(as_json(reading)) + repr(reading.config)
    secret.chmod(0o644)
    assert any("trunk.txt" in notice and "chmod" in notice for notice in read_config(path).notices)


def test_secrets_come_from_systemd_credentials(tmp_path: Path) -> None:
    path = write(tmp_path, TRUNK)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    write(credentials, "hush", "calls.sip.trunks.0.password")
    write(credentials, "whisper", "calls.media_streams.secret")
    config = read_config(path, {"CREDENTIALS_DIRECTORY": str(credentials)}).config
    assert config.calls.sip.trunks[0].password.get_secret_value() == "hush"
    assert config.calls.media_streams.secret.get_secret_value() == "whisper"


def test_a_secret_in_a_file_that_all_can_read_is_pointed_out(tmp_path: Path) -> None:
    path = write(tmp_path, '[calls.media_streams]\nsecret = "hush"\n')
    assert read_config(path, {}).notices == ()
    path.chmod(0o644)
    (notice,) = read_config(path, {}).notices
    assert str(path) in notice
    assert "line 2" in notice
    assert "hush" not in notice
    in_environment = {"EDGE_INTERPRETER_CALLS__MEDIA_STREAMS__SECRET": "hush"}
    path.write_text("")
    (notice,) = read_config(path, in_environment).notices
    assert "secret_file" in notice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRUNK + 'password_file = "none.txt"\n', "none.txt: No such file"),
        (TRUNK + 'password = "hush"\npassword_file = "x"\n', "not both"),
        ('[[calls.sip.trunks]]\nuser = "me"\npassword = "hush"\n', "domain is missing"),
        (TRUNK + "password = 17\npasword = 'hush'\n", "did you mean password?"),
    ],
)
def test_a_mistake_about_a_secret_does_not_tell_it(tmp_path: Path, text: str, said: str) -> None:
    told = "\n".join(problems(write(tmp_path, text))).replace(str(tmp_path), "")
    assert said in told
    assert "hush" not in told
    assert "17" not in told


def test_what_is_shown_is_the_same_configuration(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[branding]\ntitle = "A \\"b\\" é"\n[synthesiser.voices]\nen = "x"\n'
        '[[rooms.open]]\nname = "hall"\n[[calls.routes]]\nnumber = "1*"\n',
    )
    write(tmp_path, "[server]\nport = 9000\n", "config.d/10.toml")
    reading = read_config(path, {"EDGE_INTERPRETER_LOGGING__LEVEL": "debug"})
    shown = as_toml(reading)
    assert Config.model_validate(tomllib.loads(shown)) == reading.config
    lines = {line.split(" = ")[0]: line for line in shown.splitlines() if "#" in line}
    assert lines["port"].endswith("config.d/10.toml:2")
    assert lines["level"].endswith("# environment EDGE_INTERPRETER_LOGGING__LEVEL")
    assert lines["title"].endswith("config.toml:2")
    assert "silence_ms" not in lines
    entry = as_json(reading)["server.port"]
    assert (entry["value"], entry["default"]) == (9000, False)


def test_everything_shipped_is_at_its_default() -> None:
    shipped = read_config(DOCUMENT.parents[1] / "config.toml", {})
    differing = {name for name, entry in as_json(shipped).items() if not entry["default"]}
    # Paths in the shipped file are made absolute.
    assert differing <= {"models.directory", "server.state", "calls.records.database"}


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "[server]\nport = 9000\n")
    assert main(["config", "check", str(good)]) == 0
    assert "in order" in capsys.readouterr().out
    assert main(["config", "show", "--config", str(good)]) == 0
    assert capsys.readouterr().out.startswith("server.port = 9000  # ")
    bad = write(tmp_path, "[server]\nprot = 9000\n")
    assert main(["config", "check", str(bad)]) == 2
    assert "did you mean port?" in capsys.readouterr().err
    assert main(["config", "check", str(bad), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_the_document_shows_every_key() -> None:
    assert markdown() in DOCUMENT.read_text(), "run: edge-interpreter config keys --markdown"
