import pytest

from edge_interpreter.pipeline.partials import StableWords


@pytest.mark.parametrize(
    ("hypotheses", "shown"),
    [
        (
            ["please leave", "Please, leave the", "please leave the room"],
            [("", "please leave"), ("Please, leave", " the"), ("please leave the", " room")],
        ),
        (
            ["今天", "今天天气", "今天天气很好。"],
            [("", "今天"), ("今天", "天气"), ("今天天气", "很好。")],
        ),
        (["วันนี้", "วันนี้อากาศ"], [("", "วันนี้"), ("วันนี้", "อากาศ")]),
    ],
)
def test_what_two_hypotheses_agree_on_is_stable(
    hypotheses: list[str], shown: list[tuple[str, str]]
) -> None:
    words = StableWords()
    assert [words.push(hypothesis) for hypothesis in hypotheses] == shown


def test_what_is_stable_is_never_taken_back() -> None:
    words = StableWords()
    for hypothesis in ("今天天气", "今天天气"):
        words.push(hypothesis)
    assert words.push("昨天下雨") == ("今天天气", "")
