from edge_interpreter.telemetry.labels import Labels


def test_words_are_themselves_and_sentences_are_not() -> None:
    label = Labels()
    assert [label(each) for each in ("too_late", "I said this", "", "x" * 40)] == [
        "too_late",
        "other",
        "other",
        "other",
    ]


def test_there_are_never_more_than_a_few() -> None:
    label = Labels(most=2)
    assert [label(each) for each in ("one", "two", "three", "one")] == [
        "one",
        "two",
        "other",
        "one",
    ]
