"""First ideas pass the same gates as what is final: nothing is shown that would be withheld."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge_interpreter.engines.protocols import (
    Recognition,
    RecognitionRequest,
    Translation,
    TranslationRequest,
)
from edge_interpreter.evaluation.virtual_time import run_virtually
from edge_interpreter.pipeline.demand import Demand
from edge_interpreter.pipeline.events import Fidelity, Partial, Transcribed, Translated
from edge_interpreter.pipeline.role import Role
from edge_interpreter.pipeline.stream import StreamSettings
from edge_interpreter.text.glossary import Glossary, Term
from tests.pipeline.box import PAUSE, Box, speak
from tests.pipeline.fakes import CountingRecogniser, Listener, PrefixTranslator, speech

READING_ALONG = Demand(frozenset({"fr"}), partials=True, partial_captions=frozenset({"fr"}))
COSTS = {Role.RECOGNISER: 0.1, Role.TRANSLATOR: 0.05}
FRUIT = ("apple", "plum", "cherry", "lemon", "fig", "pear")


class _Altered(PrefixTranslator):
    """Answers with whatever `answer` makes of a sentence."""

    def answer(self, text: str) -> str:
        raise NotImplementedError

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        return [Translation(self.answer(request.text)) for request in requests]


class _Looping(_Altered):
    def answer(self, text: str) -> str:
        return "et puis voilà " * 8


class _WithoutNumbers(_Altered):
    def answer(self, text: str) -> str:
        return "et puis nous en avons encore beaucoup"


class _Numbers(CountingRecogniser):
    """Hears a number before every word."""

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        heard = super().recognise(requests)
        return [replace(each, text=f"we have 42 of the {each.text}") for each in heard]


@pytest.mark.parametrize(
    ("translator", "recogniser", "fidelity"),
    [
        (_Looping(), CountingRecogniser(), Fidelity.UNTRANSLATED),
        (_WithoutNumbers(), _Numbers(), Fidelity.MARKED),
    ],
)
def test_a_first_idea_whose_translation_fails_a_check_is_not_shown(
    translator: PrefixTranslator, recogniser: CountingRecogniser, fidelity: Fidelity
) -> None:
    async def main() -> None:
        async with Box(COSTS, translator=translator, recogniser=recogniser) as box:
            stream, listener = box.open(READING_ALONG)
            await speak(stream, *(speech(word, 700) for word in FRUIT), PAUSE)
            await stream.close()
        assert [p for p in listener.of(Partial) if not p.translated]
        assert not [p for p in listener.of(Partial) if p.translated]
        assert [caption.fidelity for caption in listener.of(Translated)] == [fidelity]

    run_virtually(main)


def test_a_first_idea_says_the_terms_of_the_glossary() -> None:
    async def main() -> None:
        acme = Term({"en": "apple", "fr": "Pomme SA"}, {})
        async with Box(COSTS) as box:
            listener = Listener()
            settings = StreamSettings("en", glossary=Glossary((acme,)))
            stream = box.pipeline.open("s", settings, lambda: READING_ALONG, listener)
            await speak(stream, *(speech(word, 700) for word in FRUIT), PAUSE)
            await stream.close()
        translated = [p.text for p in listener.of(Partial) if p.translated]
        assert translated
        assert all("Pomme SA" in text for text in translated if len(text.split()) > 2)

    run_virtually(main)


def test_the_boxs_own_voice_is_not_shown_while_it_goes_on() -> None:
    async def main() -> None:
        async with Box(COSTS) as box:
            stream, listener = box.open(READING_ALONG)
            stream.note_played("Apple, plum, cherry, lemon, fig, pear.", 5.0)
            await speak(stream, *(speech(word, 700) for word in FRUIT), PAUSE)
            await stream.close()
        assert not listener.of(Partial)
        assert not listener.of(Transcribed)
        assert box.pipeline.ledger.dropped == {"own_voice": 1}

    run_virtually(main)


def test_what_somebody_says_beside_a_loudspeaker_is_shown_while_they_speak() -> None:
    async def main() -> None:
        async with Box(COSTS) as box:
            stream, listener = box.open(READING_ALONG)
            stream.note_played("Something else was said before.", 1.0)
            await speak(stream, *(speech(word, 700) for word in FRUIT), PAUSE)
            await stream.close()
        assert {p.translated for p in listener.of(Partial)} == {False, True}
        assert all(len(p.text.split()) > 1 for p in listener.of(Partial) if not p.translated)

    run_virtually(main)


class _Unsure(CountingRecogniser):
    """Is sure of nothing."""

    def recognise(self, requests: Sequence[RecognitionRequest]) -> list[Recognition]:
        return [replace(heard, average_logprob=-0.8) for heard in super().recognise(requests)]


def test_a_distant_voice_is_not_shown_while_it_goes_on() -> None:
    async def main() -> None:
        async with Box(COSTS, recogniser=_Unsure()) as box:
            stream, listener = box.open(READING_ALONG)
            for _ in range(3):
                await speak(stream, speech("pear", 1_500), PAUSE)
            await stream.idle()
            near = len(listener.of(Partial))
            await speak(stream, speech("apple", 3_000), PAUSE)
            await stream.close()
        assert near
        assert len(listener.of(Partial)) == near
        assert box.pipeline.ledger.dropped == {"distant": 1}

    run_virtually(main)
