"""Whisper's tokens: prompts, languages and text."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import tokenizers

from edge_interpreter import languages
from edge_interpreter.errors import ModelDamagedError, ModelMissingError

MAX_TOKENS = 448
"""The decoder's positions: prompt and answer together."""
_TERM_TOKENS = 48
_CONTEXT_TOKENS = 48
_SECONDS_PER_TIME = 0.02
_LANGUAGE = re.compile(r"<\|([a-z]{2,4})\|>")


class Vocabulary:
    """The tokenizer of one Whisper model (`tokenizer.json`).

    Raises ModelMissingError and ModelDamagedError.
    """

    def __init__(self, model_dir: Path, *, multilingual: bool) -> None:
        path = model_dir / "tokenizer.json"
        if not path.is_file():
            raise ModelMissingError(
                f"model {model_dir.name}: tokenizer.json missing in {model_dir};"
                f" run: edge-interpreter models fetch {model_dir.name}"
            )
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(path))
            self._start = self._special("<|startoftranscript|>")
            self._text_end = self._special("<|endoftext|>")
            self._previous = self._special("<|startofprev|>")
            self._transcribe = self._special("<|transcribe|>")
            self._first_time = self._special("<|notimestamps|>") + 1
        except Exception as failure:  # the tokenizers library raises bare Exception
            raise ModelDamagedError(
                f"model {model_dir.name}: {path} cannot be read;"
                " run: edge-interpreter models verify"
            ) from failure
        self._multilingual = multilingual
        self._by_tag = self._languages() if multilingual else {"en": self._start}

    @property
    def tags(self) -> frozenset[str]:
        """The languages the model knows, as BCP-47 tags."""
        return frozenset(self._by_tag)

    def known_tag(self, tag: str) -> str | None:
        """The model's own tag for a language given in any BCP-47 form, None if it has none."""
        try:
            normal = languages.normalise(tag)
        except languages.UnknownLanguageError:
            normal = tag
        return next((t for t in (tag, normal, normal.partition("-")[0]) if t in self._by_tag), None)

    def tag_of_token(self, token: str) -> str:
        """The BCP-47 tag of a language token such as `<|jw|>`."""
        match = _LANGUAGE.fullmatch(token)
        return _tag(match[1]) if match else token

    def prompt(self, tag: str, bias: Sequence[int] = ()) -> list[int]:
        """The tokens that ask for what was said in a known language.

        Times are asked for too: a model that has to say when speech ends does not say it twice.
        """
        start = [self._previous, *bias, self._start] if bias else [self._start]
        return [*start, self._by_tag[tag], self._transcribe] if self._multilingual else start

    def bias(self, context: str, terms: Sequence[str]) -> list[int]:
        """Tokens of what came before, to favour its words and spellings; bounded in number."""
        favoured = self._encode(", ".join(terms))[:_TERM_TOKENS]
        return favoured + self._encode(context)[-_CONTEXT_TOKENS:]

    def spoken(self, tokens: Sequence[int]) -> list[int]:
        """The tokens of an answer that are words."""
        return [token for token in tokens if token < self._text_end]

    def text(self, tokens: Sequence[int]) -> str:
        """The words of an answer; a character cut off by the token limit is dropped."""
        decoded: str = self._tokenizer.decode(self.spoken(tokens))
        return decoded.replace("\ufffd", "").strip()

    def end(self, tokens: Sequence[int]) -> float | None:
        """Seconds at which speech ended, by the last time in the answer; None without one."""
        times = [token for token in tokens if token >= self._first_time]
        return (times[-1] - self._first_time) * _SECONDS_PER_TIME if times else None

    def _encode(self, text: str) -> list[int]:
        if not text.strip():
            return []
        tokens = self._tokenizer.encode(" " + text.strip(), add_special_tokens=False).ids
        return self.spoken(tokens)

    def _special(self, token: str) -> int:
        found: int | None = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(token)
        return found

    def _languages(self) -> Mapping[str, int]:
        found = {}
        for token in range(self._start + 1, self._transcribe):
            match = _LANGUAGE.fullmatch(self._tokenizer.id_to_token(token) or "")
            if match:
                found[_tag(match[1])] = token
        return found


def _tag(code: str) -> str:
    """Whisper's own code as a BCP-47 tag (`jw` is `jv`)."""
    return languages.normalise(code) if languages.is_known(code) else code
