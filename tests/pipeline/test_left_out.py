"""A voice that does not say everything says so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import pytest

from edge_interpreter.engines.protocols import Translation, TranslationRequest
from edge_interpreter.evaluation.virtual_time import run_virtually
from edge_interpreter.pipeline.events import (
    Fidelity,
    Finished,
    Lane,
    Skipped,
    Spoken,
    Translated,
)
from edge_interpreter.pipeline.ledger import Ledger
from tests.pipeline.box import Box
from tests.pipeline.fakes import Listener, PrefixTranslator, ToneSynthesiser


class _Unreliable(PrefixTranslator):
    """Has no translation of one sentence, and loses the number of another."""

    _answers: ClassVar = {"It is b": "", "We have": "Nous en avons."}

    def translate(self, requests: Sequence[TranslationRequest]) -> list[Translation]:
        return [
            replace(answer, text=self._answers.get(request.text[:7], answer.text))
            for request, answer in zip(requests, super().translate(requests), strict=True)
        ]


def typed(text: str) -> tuple[Listener, Ledger, list[str]]:
    """What came of a typed line: events, counts, and the texts that were spoken."""

    async def main() -> tuple[Listener, Ledger, list[str]]:
        voice = ToneSynthesiser()
        async with Box(translator=_Unreliable(), synthesiser=voice) as box:
            stream, listener = box.open()
            stream.say(text, "en")
            await stream.idle()
        return listener, box.pipeline.ledger, [request.text for request in voice.spoken]

    return run_virtually(main)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("It is bad. We go. They stay.", ["fr: We go.", "fr: They stay."]),
        ("We go. It is bad. They stay.", ["fr: We go.", "fr: They stay."]),
        ("We go. They stay. It is bad.", ["fr: We go.", "fr: They stay."]),
        ("It is bad.", []),
    ],
)
def test_listeners_are_told_of_a_sentence_that_is_missing_from_the_voice(
    text: str, heard: list[str]
) -> None:
    listener, ledger, spoken = typed(text)

    assert spoken == heard
    (told,) = listener.of(Skipped)
    assert (told.lane, told.target, told.reason) == (Lane.SPEECH, "fr", "untranslated")
    assert ledger.skipped == {"untranslated": 1}
    assert ledger.done == 1
    (caption,) = listener.of(Translated)
    assert caption.fidelity is Fidelity.UNTRANSLATED


def test_what_is_spoken_is_heard_to_its_end_before_the_rest_is_told_to_be_missing() -> None:
    listener, _, _ = typed("We go. It is bad. They stay.")

    kinds = [type(event) for event in listener.events if not isinstance(event, Translated)]
    assert kinds[-3:] == [Spoken, Skipped, Finished]
    assert listener.of(Spoken)[-1].last


def test_listeners_are_told_that_a_voice_lacks_a_number() -> None:
    listener, ledger, spoken = typed("We have 42.")

    assert spoken == ["Nous en avons."]
    (told,) = listener.of(Skipped)
    assert (told.lane, told.reason) == (Lane.SPEECH, "incomplete")
    assert told.untrusted
    assert ledger.skipped == {"incomplete": 1}
    (caption,) = listener.of(Translated)
    assert (caption.fidelity, caption.missing) == (Fidelity.MARKED, ("42",))


def test_a_voice_that_says_everything_is_followed_by_no_mark() -> None:
    listener, ledger, _ = typed("We go. They stay.")

    assert not listener.of(Skipped)
    assert not ledger.skipped
