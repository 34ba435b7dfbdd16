"""The database's URL stays on the premises, and its password out of sight."""

from pathlib import Path

import pytest

from edge_interpreter.cli import main
from edge_interpreter.config.load import ConfigError, load_config, read_config
from edge_interpreter.config.show import as_json, as_toml


def write(directory: Path, text: str) -> Path:
    path = directory / "config.toml"
    path.write_text(text)
    path.chmod(0o640)
    return path


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://interpreter@10.0.0.5/interpreter",
        "postgres://interpreter@192.168.1.9:5433/interpreter?sslmode=verify-full",
        "postgresql://[fd00::5]:5432/interpreter",
        "postgresql://me@10.0.0.5:5432,10.0.0.6:5433/db?target_session_attrs=read-write",
        "postgresql://me@db.site.example/db?hostaddr=10.0.0.5&sslmode=verify-full",
        "postgresql:///interpreter?host=/run/postgresql",
        "postgresql://%2Frun%2Fpostgresql/interpreter",
        "postgresql:///interpreter",
        "postgresql://localhost/interpreter",
        "",
    ],
)
def test_servers_of_the_site_are_taken(tmp_path: Path, url: str) -> None:
    path = write(tmp_path, f'[database]\nurl = "{url}"\n')
    assert load_config(path, {}).database.url == url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me@93.184.216.34/db", "names 93.184.216.34, which is no address of a"),
        ("postgresql://me@10.0.0.5,8.8.8.8/db", "names 8.8.8.8"),
        ("postgresql://me@10.0.0.5/db?host=8.8.8.8", "names 8.8.8.8"),
        ("postgresql://me@10.0.0.5/db?hostaddr=8.8.8.8", "names 8.8.8.8"),
        ("postgresql://me@8.8.8.8/db?hostaddr=", "names 8.8.8.8"),
        ("postgresql://me@a.example,b.example/db?hostaddr=10.0.0.5,", "names b.example"),
        ("postgresql://me@[2606:4700::1]/db", "names 2606:4700::1"),
        ("postgresql://me@0.0.0.0/db", "names 0.0.0.0"),
        (
            "postgresql://me@db.example.com/db",
            "names db.example.com, which would have",
        ),
        ("mysql://me@10.0.0.5/db", "must be as postgresql://"),
        ("state/calls.sqlite3", "must be as postgresql://"),
        ("postgresql:///db?service=cloud", "must name the server itself"),
        ("postgresql://me@[10.0.0.5/db", "cannot be read as a URL"),
    ],
)
def test_servers_elsewhere_are_refused(tmp_path: Path, url: str, told: str) -> None:
    path = write(tmp_path, f'[database]\nurl = "{url}"\n')
    with pytest.raises(ConfigError) as refused:
        load_config(path, {})
    assert f"{path}:1: database: url {told}" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hush-hush@10.0.0.5/db",
        "postgresql://me@10.0.0.5/db?password=hush-hush",
        "postgresql://me@10.0.0.5/db?sslpassword=hush-hush",
        "postgresql://me:hush-hush@8.8.8.8/db",
        "mysql://me:hush-hush@10.0.0.5/db",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, f'[database]\nurl = "{url}"\nbogus = 1\n')
    assert main(["config", "check", str(path)]) == 2
    assert main(["config", "show", "--config", str(path)]) == 2
    told = capsys.readouterr()
    assert "hush" not in told.out + told.err
    assert "database" in told.err


def test_the_password_comes_from_a_file_or_a_credential_and_is_masked(tmp_path: Path) -> None:
    path = write(
        tmp_path, '[database]\nurl = "postgresql://me@10.0.0.5/db"\npassword_file = "word"\n'
    )
    word = tmp_path / "word"
    word.write_text("hush-hush\n")
    word.chmod(0o600)
    reading = read_config(path, {})
    assert reading.config.database.password.get_secret_value() == "hush-hush"
    assert reading.notices == ()
    assert "hush" not in as_toml(reading) + str(as_json(reading)) + repr(reading.config)

    write(tmp_path, '[database]\nurl = "postgresql://me@10.0.0.5/db"\n')
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "database.password").write_text("other-word")
    config = load_config(path, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert config.database.password.get_secret_value() == "other-word"
