"""Several models as one translator: direct, through a third language, or a clear refusal."""

import pytest

from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.engines.translation.routed import Pair, RoutedTranslator
from edge_interpreter.errors import EngineError
from tests.engines.translation.fakes import FakeTranslator


def model(*pairs: Pair) -> FakeTranslator:
    return FakeTranslator(set(pairs), lambda item: f"{item.text}>{item.target}")


def ask(text: str, source: str, target: str) -> TranslationRequest:
    return TranslationRequest(text, source, target)


def test_the_direct_model_is_taken_and_the_first_of_two() -> None:
    small, large = model(("en", "fr")), model(("en", "fr"), ("de", "fr"), ("de", "en"))
    router = RoutedTranslator([small, large])
    answers = router.translate(
        [ask("a", "en", "fr"), ask("b", "de", "fr"), ask("c", "en-GB", "fr")]
    )
    assert [answer.text for answer in answers] == ["a>fr", "b>fr", "c>fr"]
    assert [item.text for item in small.batches[0]] == ["a", "c"]
    assert [item.text for item in large.batches[0]] == ["b"]


def test_a_third_language_is_gone_through_in_batches_with_the_scores_added() -> None:
    first, second = model(("ja", "en"), ("es", "en")), model(("en", "fr"))
    router = RoutedTranslator([first, second])
    requests = [ask("a", "ja", "fr"), ask("b", "es", "fr"), ask("c", "en", "fr")]
    answers = router.translate(requests)
    assert [answer.text for answer in answers] == ["a>en>fr", "b>en>fr", "c>fr"]
    assert [answer.score for answer in answers] == [-1.0, -1.0, -0.5]
    assert len(first.batches) == 1
    assert [len(batch) for batch in second.batches] == [1, 2]


def test_the_order_of_the_pivots_decides() -> None:
    engine = model(("ja", "en"), ("en", "fr"), ("ja", "de"), ("de", "fr"))
    assert RoutedTranslator([engine]).route("ja", "fr") == (("ja", "en"), ("en", "fr"))
    router = RoutedTranslator([engine], pivots=("de", "en"))
    assert router.route("ja", "fr") == (("ja", "de"), ("de", "fr"))
    assert RoutedTranslator([engine], pivots=()).pairs() == engine.pairs()


def test_pairs_are_those_with_a_route() -> None:
    router = RoutedTranslator([model(("ja", "en"), ("en", "fr"), ("fr", "en"))])
    assert router.pairs() == {("ja", "en"), ("en", "fr"), ("fr", "en"), ("ja", "fr")}
    for pair in router.pairs():
        assert router.route(*pair)


def test_care_is_passed_on_and_the_same_language_is_left_alone() -> None:
    engine = model(("en", "fr"))
    careful = TranslationRequest("a", "en", "fr", careful=True)
    answers = RoutedTranslator([engine]).translate([careful, ask("b", "en-US", "en")])
    assert [answer.text for answer in answers] == ["a>fr", "b"]
    assert engine.batches[0][0].careful


def test_a_missing_pair_is_named_with_what_would_give_it() -> None:
    catalogue = {
        ("ja", "fr"): ("opus-mt-ja-fr", "nllb-200-distilled-600m"),
        ("ko", "en"): ("opus-mt-ko-en",),
    }
    router = RoutedTranslator([model(("en", "fr"))], suggest=lambda pair: catalogue.get(pair, ()))
    with pytest.raises(EngineError) as failure:
        router.translate([ask("a", "ja", "fr")])
    assert str(failure.value) == (
        "no installed model translates Japanese (ja) to French (fr); install one with: "
        "edge-interpreter models fetch opus-mt-ja-fr (or nllb-200-distilled-600m)"
    )
    with pytest.raises(EngineError, match=r"through English \(en\) .* fetch opus-mt-ko-en$"):
        router.route("ko", "fr")
    with pytest.raises(EngineError, match="the catalogue has none that would"):
        router.route("fr", "ko")


def test_without_any_model_every_pair_is_missing() -> None:
    router = RoutedTranslator([])
    assert router.pairs() == frozenset()
    with pytest.raises(EngineError, match=r"English \(en\) to French \(fr\)"):
        router.translate([ask("a", "en", "fr")])
