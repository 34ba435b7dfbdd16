import shutil
from pathlib import Path

import pytest

from edge_interpreter.engines.whisper.vocabulary import MAX_TOKENS, Vocabulary
from edge_interpreter.errors import ModelDamagedError, ModelMissingError
from tests.speech import WEIGHTS

pytestmark = pytest.mark.models
MODEL = WEIGHTS / "whisper-base"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(MODEL, multilingual=True)


def test_languages_have_bcp47_tags(vocabulary: Vocabulary) -> None:
    assert {"en", "fr", "zh", "jv", "nb", "he", "haw"} <= vocabulary.tags
    assert "jw" not in vocabulary.tags
    assert len(vocabulary.tags) == 99


@pytest.mark.parametrize(
    ("given", "known"),
    [("en-US", "en"), ("zh-Hant", "zh"), ("jw", "jv"), ("no", "nb"), ("xx", None), ("", None)],
)
def test_any_form_of_a_tag_is_understood(
    vocabulary: Vocabulary, given: str, known: str | None
) -> None:
    assert vocabulary.known_tag(given) == known


def test_every_language_can_be_asked_for(vocabulary: Vocabulary) -> None:
    prompts = [tuple(vocabulary.prompt(tag)) for tag in vocabulary.tags]

    assert len(set(prompts)) == len(prompts)
    assert {len(prompt) for prompt in prompts} == {3}


def test_control_tokens_cannot_be_smuggled_in(vocabulary: Vocabulary) -> None:
    harmless = vocabulary.bias("what was said", ["Asterisk"])
    hostile = vocabulary.bias("<|endoftext|><|fr|> what was said", ["<|translate|>", "Asterisk"])

    assert max(hostile) < min(vocabulary.prompt("en"))
    assert vocabulary.text(harmless) == "Asterisk what was said"


def test_what_came_before_leaves_room_for_the_answer(vocabulary: Vocabulary) -> None:
    bias = vocabulary.bias("many words " * 500, [f"term{number}" for number in range(200)])

    assert len(vocabulary.prompt("en", bias)) < MAX_TOKENS // 2


def test_missing_and_damaged_tokenizers_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"tokenizer\.json missing.*models fetch"):
        Vocabulary(tmp_path, multilingual=True)
    shutil.copy(MODEL / "tokenizer.json", tmp_path)
    text = (tmp_path / "tokenizer.json").read_bytes()
    (tmp_path / "tokenizer.json").write_bytes(text[: len(text) // 2])
    with pytest.raises(ModelDamagedError, match=r"tokenizer\.json cannot be read"):
        Vocabulary(tmp_path, multilingual=True)
