from dataclasses import replace

import pytest

from edge_interpreter.cluster.fingerprint import fingerprint, require_same
from edge_interpreter.errors import ModelDamagedError
from edge_interpreter.models.store import FileRecord, Installed

MODEL = Installed(
    "whisper-base", "hub", "MIT", True, "2026-01-01", {"model.bin": FileRecord(3, "aa", 1)}
)


def test_when_and_whence_a_model_was_installed_does_not_matter() -> None:
    later = replace(MODEL, source="bundle", installed_at="2026-02-02")
    touched = replace(later, files={"model.bin": FileRecord(3, "aa", 99)})
    assert fingerprint(touched) == fingerprint(MODEL)


@pytest.mark.parametrize(
    "files",
    [
        {"model.bin": FileRecord(3, "ab", 1)},
        {"other.bin": FileRecord(3, "aa", 1)},
        {"model.bin": FileRecord(3, "aa", 1), "more": FileRecord(0, "", 1)},
    ],
)
def test_any_other_file_is_another_model(files: dict[str, FileRecord]) -> None:
    assert fingerprint(replace(MODEL, files=files)) != fingerprint(MODEL)


@pytest.mark.parametrize("here", [{}, {"whisper-base": "0" * 64}])
def test_a_node_with_other_weights_is_refused_by_name(here: dict[str, str]) -> None:
    with pytest.raises(ModelDamagedError) as refusal:
        require_same({"whisper-base": fingerprint(MODEL)}, here, "10.0.0.12")
    assert "node 10.0.0.12 is refused" in str(refusal.value)
    assert "model whisper-base" in str(refusal.value)


def test_the_same_weights_are_welcome() -> None:
    digest = fingerprint(MODEL)
    require_same({"whisper-base": digest}, {"whisper-base": digest, "more": "x"}, "10.0.0.12")
