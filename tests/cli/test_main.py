import argparse
import subprocess
import sys

import pytest

from edge_interpreter import __version__, cli
from edge_interpreter.errors import EngineError, UserError


def run_raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def parser(_: object) -> argparse.ArgumentParser:
        def run(_: argparse.Namespace) -> int:
            raise error

        made = argparse.ArgumentParser()
        made.set_defaults(run=run)
        return made

    monkeypatch.setattr(cli, "_parser", parser)
    return cli.main([])


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"edge-interpreter {__version__}\n"


@pytest.mark.parametrize("arguments", [["no-such-command"], [], ["models"], ["models", "--x"]])
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("error", [UserError("what to do"), EngineError("what to do")])
def test_user_error_is_one_line_and_exit_code_2(
    error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_raising(error, monkeypatch) == 2
    assert capsys.readouterr().err == "edge-interpreter: what to do\n"


def test_file_that_cannot_be_opened_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_raising(PermissionError(13, "Permission denied", "/secret"), monkeypatch) == 2
    assert capsys.readouterr().err == "edge-interpreter: /secret: Permission denied\n"


def test_control_c_gives_130_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_raising(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err == ""


def test_faults_of_our_own_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        run_raising(ZeroDivisionError(), monkeypatch)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom edge_interpreter.cli import main\n"
        "try:\n main(['--help'])\nexcept SystemExit:\n pass\n"
        "heavy = {'numpy', 'ctranslate2', 'onnxruntime', 'fastapi', 'pydantic', 'av', 'rich'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
    assert "models" in done.stdout


def test_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m edge_interpreter models list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
