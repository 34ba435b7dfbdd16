"""NLLB and M2M100 against Transformers, on tiny models of their real architecture."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edge_interpreter.engines.protocols import TranslationRequest, Translator
from edge_interpreter.engines.translation.batching import BatchingTranslator
from edge_interpreter.engines.translation.loading import Placement, open_model, read_vocabulary
from edge_interpreter.engines.translation.m2m100 import M2M100Translator
from edge_interpreter.engines.translation.nllb import (
    PIECES,
    LanguageTokenTokeniser,
    NllbTranslator,
)
from edge_interpreter.errors import EngineError, ModelDamagedError, ModelMissingError
from edge_interpreter.languages import flores_code
from edge_interpreter.models.convert import converter_python

FAMILIES = ("nllb", "m2m100")
EXACT = Placement(device="cpu", compute_type="float32", threads=1)


@dataclass(frozen=True)
class Tiny:
    """A family's converted tiny model and what Transformers makes of it."""

    directory: Path
    expected: list[dict[str, Any]]
    tokens: dict[str, str]

    def open(self) -> Translator:
        family = self.directory.parent.name
        opened = NllbTranslator if family == "nllb" else M2M100Translator
        return opened(self.directory, EXACT)


@pytest.fixture(scope="module")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tiny]:
    python = converter_python(create=False)
    if not python:
        pytest.skip("no converter environment (models that need conversion make one)")
    place = tmp_path_factory.mktemp("tiny")
    script = Path(__file__).with_name("tiny_checkpoint.py")
    done = subprocess.run(
        [str(python), str(script), str(place)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {family: _tiny(place / family) for family in FAMILIES}


def _tiny(place: Path) -> Tiny:
    expected = json.loads((place / "expected.json").read_text())
    tags = {item[side] for item in expected for side in ("source", "target")}
    tokens = {tag: flores_code(tag) if place.name == "nllb" else f"__{tag}__" for tag in tags}
    return Tiny(place / "ct2", expected, tokens)


@pytest.fixture(params=FAMILIES)
def tiny(request: pytest.FixtureRequest, tiny_models: dict[str, Tiny]) -> Tiny:
    return tiny_models[request.param]


def test_source_and_target_tokens_are_those_of_transformers(tiny: Tiny) -> None:
    tokeniser = LanguageTokenTokeniser(tiny.directory / PIECES, tiny.tokens)
    vocabulary = set(read_vocabulary(tiny.directory))
    for item in tiny.expected:
        affixes = tokeniser.affixes(item["source"], item["target"])
        ours = [*affixes.before, *tokeniser.encode(item["text"]), *affixes.after]
        # A piece outside the vocabulary is the unknown token for the model.
        assert [t if t in vocabulary else "<unk>" for t in ours] == item["tokens"]
        assert list(affixes.target_prefix) == item["output"][1:2]


def test_greedy_output_is_that_of_transformers_token_by_token(tiny: Tiny) -> None:
    class Shown(LanguageTokenTokeniser):
        def decode(self, pieces: Sequence[str]) -> str:
            return " ".join(pieces)

    pairs = frozenset((item["source"], item["target"]) for item in tiny.expected)
    tokeniser = Shown(tiny.directory / PIECES, tiny.tokens)
    model = BatchingTranslator(open_model(tiny.directory, EXACT), tokeniser, pairs, EXACT)
    requests = [TranslationRequest(i["text"], i["source"], i["target"]) for i in tiny.expected]
    outputs = [answer.text.split() for answer in model.translate(requests)]
    # Transformers shows the decoder's start, the forced language and the end as well.
    assert outputs == [item["output"][2:-1] for item in tiny.expected]


def test_sentences_of_several_pairs_share_a_batch_and_read_as_text(tiny: Tiny) -> None:
    requests = [TranslationRequest(i["text"], i["source"], i["target"]) for i in tiny.expected]
    answers = [answer.text for answer in tiny.open().translate(requests)]
    assert answers == [item["answer"] for item in tiny.expected]


def test_pairs_are_those_of_the_language_tokens(tiny: Tiny) -> None:
    pairs = tiny.open().pairs()
    languages = {source for source, _ in pairs}
    assert len(pairs) == len(languages) * (len(languages) - 1)
    if tiny.directory.parent.name == "nllb":
        assert len(languages) == 202
        assert ("zh-Hant", "yue") in pairs
    else:
        assert len(languages) == 100
        assert ("nso", "ff") in pairs


def test_a_region_is_no_obstacle_and_an_unknown_pair_has_a_name(tiny: Tiny) -> None:
    translator = tiny.open()
    answer = translator.translate([TranslationRequest("The weather is nice today.", "en-US", "fr")])
    assert answer[0].text == "Le temps est beau aujourd'hui."
    with pytest.raises(EngineError, match=r"English \(en\) to Latin \(la\)"):
        translator.translate([TranslationRequest("Yes.", "en", "la")])


def test_damaged_and_missing_files_are_named(tiny: Tiny, tmp_path: Path) -> None:
    opened = NllbTranslator if tiny.directory.parent.name == "nllb" else M2M100Translator
    for name in ("model.bin", PIECES, "shared_vocabulary.json"):
        place = tmp_path / name.partition(".")[0]
        place.mkdir()
        for file in tiny.directory.iterdir():
            (place / file.name).write_bytes(file.read_bytes())
        (place / name).write_bytes((place / name).read_bytes()[:100])
        with pytest.raises(ModelDamagedError, match=name):
            opened(place, EXACT)
        (place / name).unlink()
        with pytest.raises(ModelMissingError, match=name):
            opened(place, EXACT)
