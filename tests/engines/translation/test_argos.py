"""Argos packages: their metadata, their token sequences, and the zh-en package where installed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.engines.translation.argos import ArgosTokeniser, ArgosTranslator
from edge_interpreter.engines.translation.loading import Placement
from edge_interpreter.errors import ModelDamagedError, ModelMissingError
from tests.speech import WEIGHTS

PACKAGE = WEIGHTS / "argos-zh-en"
SPM = WEIGHTS / "opus-mt-en-fr" / "source.spm"


def package(directory: Path, metadata: Any) -> Path:
    directory.mkdir(exist_ok=True)
    (directory / "metadata.json").write_text(json.dumps(metadata), "utf-8")
    return directory


@pytest.mark.models
@pytest.mark.parametrize(("prefix", "expected"), [("", ()), ("__fr__", ("__fr__",))])
def test_sequences_have_no_end_token_and_the_prefix_of_the_package(
    prefix: str, expected: Sequence[str]
) -> None:
    tokeniser = ArgosTokeniser(SPM, prefix)
    affixes = tokeniser.affixes("en", "fr")
    assert (affixes.before, affixes.after, affixes.target_prefix) == ((), (), tuple(expected))
    assert tokeniser.decode(tokeniser.encode("Hello there, you.")) == "Hello there, you."


def test_a_package_without_its_files_or_with_bad_metadata_is_named(tmp_path: Path) -> None:
    place = tmp_path / "argos-xx-en"
    with pytest.raises(ModelMissingError, match=r"metadata\.json missing"):
        ArgosTranslator(place)
    with pytest.raises(ModelDamagedError, match=r"metadata\.json cannot be read"):
        ArgosTranslator(package(place, {"from_code": "en"}))
    with pytest.raises(ModelDamagedError, match="unknown language 'qq'"):
        ArgosTranslator(package(place, {"from_code": "qq", "to_code": "en"}))
    with pytest.raises(ModelMissingError, match=r"sentencepiece\.model, model/model\.bin missing"):
        ArgosTranslator(package(place, {"from_code": "zt", "to_code": "en"}))


@pytest.mark.models
@pytest.mark.skipif(not PACKAGE.is_dir(), reason="argos-zh-en is not installed")
def test_chinese_to_english() -> None:
    translator = ArgosTranslator(PACKAGE, Placement(device="cpu", threads=2))
    assert translator.pairs() == {("zh", "en")}
    requests = [
        TranslationRequest(text, "zh-CN", "en") for text in ("你好。", "我们明天下午三点开会。")
    ]
    answers = [answer.text for answer in translator.translate(requests)]
    assert "Hello" in answers[0]
    assert "tomorrow" in answers[1]
    assert "3" in answers[1]
