"""What is found in a text: numbers, dates, times, telephone numbers, addresses, codes."""

from itertools import pairwise

import pytest

from edge_interpreter.text.placeables.scan import placeables

CASES = [
    ("en", "It costs $1,234.50.", {"n:1234.5"}),
    ("fr", "Cela coûte 1 234,50 €.", {"n:1234.5"}),
    ("fr", "Cela coûte 1\u202f234,50 €.", {"n:1234.5"}),
    ("de", "Das kostet 1.234,50 Euro.", {"n:1234.5"}),
    ("ar", "السعر ١٢٣٤٫٥", {"n:1234.5"}),
    ("en", "It costs 3.5 million dollars.", {"n:3500000"}),
    ("fr", "Cela coûte 1,4 milliard.", {"n:1400000000"}),
    ("zh", "价格是3.5万元", {"n:35000"}),
    ("en", "twenty-one or two hundred and five", {"n:21", "n:205"}),
    ("fr", "quatre-vingt-dix-neuf pour cent", {"n:99"}),
    ("zh", "二十五个人住在三亚", {"n:25"}),
    ("en", "in nineteen ninety-five", {"n:1995"}),
    ("en", "the code is four seven one one", {"s:4711", "n:4711"}),
    ("fr", "cinq dollars et vingt cents, à deux milles d'ici", {"n:5", "n:20", "n:2"}),
    ("fr", "dix cents, deux mille cinq cents francs", {"n:10", "n:2500"}),
    ("fr", "trois cents personnes, dix-neuf cents francs", {"n:300", "n:1900"}),
    ("fr", "le zéro six douze trente-quatre", {"s:061234"}),
    ("en", "It is -5 degrees, not minus six.", {"n:-5", "n:-6"}),
    ("fr", "au moins 5", {"n:5"}),
    ("en", "at 2:30 p.m.", {"t:14:30"}),
    ("en", "at 7pm", {"t:19:00"}),
    ("en", "at 12 a.m.", {"t:0:00"}),
    ("en", "at 8:15", {"t:8:15", "t:20:15"}),
    ("en", "half past two", {"t:2:30", "t:14:30"}),
    ("en", "at eight o'clock in the evening", {"t:20:00"}),
    ("en", "within 3 to 5 days", {"n:3", "n:5"}),
    ("fr", "à 14 h 30", {"t:14:30"}),
    ("fr", "à 8h05", {"t:8:05"}),
    ("fr", "à huit heures et demie du soir", {"t:20:30"}),
    ("fr", "à onze heures moins le quart", {"t:10:45"}),
    ("de", "um 14.30 Uhr", {"t:14:30"}),
    ("zh", "下午3点30分", {"t:15:30"}),
    ("en", "on 2025-03-04", {"d:2025-3-4", "s:20250304"}),
    ("fr", "le 25/12/2024", {"d:2024-12-25", "s:25/12/2024"}),
    ("zh", "2025年3月4日", {"d:2025-3-4", "s:20250304"}),
    ("en", "on March 3rd, 2025", {"m:3", "n:3", "n:2025"}),
    ("en", "on the 5th of May; it may be", {"m:5", "n:5"}),
    ("fr", "le 1er août", {"m:8", "n:1"}),
    ("en", "call +33 6 12 34 56 78", {"s:33612345678"}),
    ("en", "call (212) 555-0147 or 555-0199", {"s:2125550147", "s:5550199"}),
    ("fr", "le 06.12.34.56.78", {"s:0612345678"}),
    ("en", "PIN 0042", {"s:0042"}),
    ("en", "2020-2025", {"n:2020", "n:2025"}),
    ("en", "Write to Anna.Smith@example.com.", {"email:anna.smith@example.com"}),
    ("en", "See https://example.com/a?b=1, or example.org.",
     {"url:https://example.com/a?b=1", "url:example.org"}),
    ("en", "order AB-1234-X, flight BA117", {"code:ab-1234-x", "code:ba117"}),
    ("en", "version 2.3.1 at 192.168.0.1", {"code:2.3.1", "code:192.168.0.1"}),
    ("zh", "订单AB-12在这里", {"code:ab-12"}),
    ("en", "5G and COVID-19", {"code:5g", "code:covid-19"}),
    ("en", "10km, 5kg, 21st, 90s, a 5-year-old, 24/7",
     {"n:10", "n:5", "n:21", "n:90", "n:24", "n:7"}),
    ("en", "one of us, at first, the second time, zero doubt", {"n:0"}),
    ("en", "press one, the third of May, the second floor", {"n:1", "m:5", "n:3", "n:2"}),
    ("en", "two dozen eggs, half a dozen, dozens of eggs", {"n:24", "n:6"}),
    ("en", "at noon, a midnight snack", {"t:12:00"}),
    ("fr", "à midi et demi, cet après-midi", {"t:12:30"}),
    ("en", "Room twelve twelve, five of them", {"n:1212", "n:5"}),
    ("en", "half of us, two thirds, 1/4", {"f:1/2", "f:2/3", "f:1/4"}),
    ("fr", "Louis XIV, une quinzaine de gens", {"n:14", "n:15"}),
    ("fr", "pour quatre, dix pour cent, pour cent personnes", {"n:4", "n:10", "n:100"}),
    ("en", "the two of us, fifty-fifty", set()),
    ("fr", "dans quinze jours", {"n:15"}),
    ("en", "Hello, how are you?", set()),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "keys"), CASES)
def test_placeables_and_their_values(language: str, text: str, keys: set[str]) -> None:
    certain = [item for item in placeables(text, language) if not item.doubtful]
    assert {key for item in certain for key in item.keys} == keys


def test_they_are_where_they_say_and_do_not_overlap() -> None:
    text = "On 4 May at 3 pm, 1,200 people called 555-0199 or wrote to a@example.com about AB-12."
    found = placeables(text, "en")
    assert [item.text for item in found] == [
        "4", "May", "3 pm", "1,200", "555-0199", "a@example.com", "AB-12",
    ]  # fmt: skip
    assert all(text[item.start : item.end] == item.text for item in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("language", "text", "key"),
    [
        ("fr", "une douzaine d'œufs", "n:10"),
        ("fr", "l'an IX", "n:9"),
        ("en", "12 500 people", "n:12500"),
    ],
)
def test_a_translation_is_read_more_generously(language: str, text: str, key: str) -> None:
    assert key not in {k for i in placeables(text, language) for k in i.keys}
    found = placeables(text, language, translated=True)
    assert key in {k for i in found for k in i.keys | i.loose}
