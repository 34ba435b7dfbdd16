import json
import re
from typing import Any

import pytest

from tests.server.pages.scripted import STATIC

TEXTS = {path.stem: json.loads(path.read_text()) for path in (STATIC / "texts").glob("*.json")}
SOURCES = [*STATIC.glob("*.html"), *(STATIC / "js").glob("*.js")]
NAMED = re.compile(r'data-(?:text|label|hint|placeholder)="([\w.]+)"')
CALLED = re.compile(r'\b(?:text|list|said)\((?:\w+, )?"([\w.]+)"')


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return list(value.values()) if isinstance(value, dict) else list(value)


def _names(value: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", " ".join(_strings(value))))


def test_nine_languages() -> None:
    assert sorted(TEXTS) == ["ar", "de", "en", "es", "fr", "it", "ja", "pt", "zh"]


@pytest.mark.parametrize("tag", sorted(TEXTS))
def test_every_text_is_there_in_every_language(tag: str) -> None:
    english, own = TEXTS["en"], TEXTS[tag]
    assert own.keys() == english.keys()
    for key, value in own.items():
        assert type(value) is type(english[key]), key
        assert _names(value) == _names(english[key]), key
        assert all(text.strip() for text in _strings(value)), key


def test_pages_use_only_texts_that_exist() -> None:
    used = set()
    for path in SOURCES:
        source = path.read_text()
        used |= set(NAMED.findall(source)) | set(CALLED.findall(source))
    used.discard("2d")
    assert used <= TEXTS["en"].keys()


def test_errors_of_the_protocol_have_words_of_their_own() -> None:
    from edge_interpreter.server.messages import CLOSE_CODES

    # These mean a fault of the page itself; the server's own words are shown.
    faults = {"bad_message", "bad_audio", "hello_expected", "hello_repeated", "hello_timeout"}
    faults |= {"too_large", "audio_too_fast"}
    worded = {key.removeprefix("error.") for key in TEXTS["en"] if key.startswith("error.")}
    assert set(CLOSE_CODES) - faults <= worded
