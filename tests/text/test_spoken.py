import datetime
import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from text_to_num import alpha2digit, text2num

from edge_interpreter.text.placeables.numerals import write_number
from edge_interpreter.text.spoken import spoken_form

TABLES = ("en", "fr", "es", "de", "it", "pt", "nl")
POINT = {
    "en": "point",
    "fr": "virgule",
    "es": "coma",
    "de": "Komma",
    "it": "virgola",
    "pt": "vírgula",
    "nl": "komma",
}


def heard(spoken: str, language: str) -> str:
    """Digits that an independent reader of number words finds in them."""
    # What text2num does not know of German and Italian.
    spoken = spoken.replace("eine Milli", "ein Milli") if language == "de" else spoken
    spoken = re.sub("centott", "centoott", spoken) if language == "it" else spoken
    return str(text2num(spoken, language))


def heard_number(spoken: str, language: str) -> Decimal:
    whole, point, fraction = spoken.partition(f" {POINT[language]} ")
    value = Decimal(heard(whole, language))
    if not point:
        return value
    zero, zeros = spoken_form("0", language), 0
    while fraction.startswith(zero):
        zeros, fraction = zeros + 1, fraction.removeprefix(zero).strip()
    if language == "it":
        fraction = fraction.replace("centott", "centoott")
    read = re.sub(r"\D", "", alpha2digit(fraction, language, 0.0))
    return value + Decimal(f"0.{'0' * zeros}{read or 0}")


@pytest.mark.parametrize("language", TABLES)
@given(value=st.integers(0, 10**6 - 1))
def test_a_whole_number_keeps_its_value(language: str, value: int) -> None:
    assert heard_number(spoken_form(str(value), language), language) == value


# text2num does not read Italian above a million.
@pytest.mark.parametrize("language", [tag for tag in TABLES if tag != "it"])
@given(value=st.integers(10**3, 10**9 - 1))
def test_a_number_with_thousands_keeps_its_value(language: str, value: int) -> None:
    written = write_number(Decimal(value), language)
    assert heard_number(spoken_form(written, language), language) == value


@pytest.mark.parametrize("language", TABLES)
@given(cents=st.integers(0, 10**7), places=st.integers(1, 4))
def test_a_decimal_keeps_its_value(language: str, cents: int, places: int) -> None:
    value = Decimal(cents).scaleb(-places)
    written = write_number(value, language, places)
    assert heard_number(spoken_form(written, language), language) == value


@given(st.sampled_from("$€£"), st.integers(0, 10**8))
def test_an_english_amount_keeps_its_value(sign: str, cents: int) -> None:
    spoken = spoken_form(f"{sign}{cents // 100:,}.{cents % 100:02}", "en")
    counts = {"whole": 0, "part": 0}
    for words, unit in re.findall(
        r"(.+?) (dollars?|euros?|pounds?|cents?|penny|pence)(?: and |$)", spoken
    ):
        part = unit.startswith(("cent", "pe"))
        counts["part" if part else "whole"] = int(heard(words, "en"))
    assert counts["whole"] * 100 + counts["part"] == cents


@given(st.integers(0, 10**8))
def test_a_french_amount_keeps_its_value(cents: int) -> None:
    amount = write_number(Decimal(cents).scaleb(-2), "fr", 2)
    spoken = spoken_form(f"Il doit {amount} € à Paul.", "fr")
    found = re.fullmatch(
        r"Il doit (?:(.+?) (?:d')?euros?)?(?: et )?(?:(.+) centimes?)? à Paul\.", spoken
    )
    assert found is not None
    euros, centimes = (int(heard(words, "fr")) if words else 0 for words in found.groups())
    assert euros * 100 + centimes == cents


@pytest.mark.parametrize("hour", range(24))
def test_every_time_of_day_can_be_told(hour: int) -> None:
    for minute in range(60):
        spoken = spoken_form(f"à {hour:02} h {minute:02}", "fr")
        found = re.fullmatch(r"à (.+?) heures?(?: (.+))?", spoken)
        assert found is not None
        assert int(heard(found[1].replace("une", "un"), "fr")) == hour
        assert int(heard(found[2] or "zéro", "fr")) == minute
        said = spoken_form(f"{hour}:{minute:02}", "en").replace("oh ", "")
        half = "" if 1 <= hour <= 12 else " PM" if 12 < hour < 24 else " AM"
        clock = spoken_form(str((hour - 1) % 12 + 1), "en")
        minutes = f" {spoken_form(str(minute), 'en')}" if minute else "" if half else " o'clock"
        assert said == clock + minutes + half


MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"


@given(st.dates())
def test_a_date_keeps_its_day_month_and_year(date: datetime.date) -> None:
    spoken = spoken_form(date.isoformat(), "fr").replace("premier", "un")
    found = re.fullmatch(rf"(.+) ({MONTHS.replace(' ', '|')}) (.+)", spoken)
    assert found is not None
    assert int(heard(found[1], "fr")) == date.day
    assert MONTHS.split()[date.month - 1] == found[2]
    assert int(heard(found[3], "fr")) == date.year


@given(st.text("0123456789", min_size=1, max_size=20))
def test_a_string_of_digits_keeps_every_digit(digits: str) -> None:
    # text2num does not read trillions.
    assume(len(digits) <= 12 or not digits.endswith("000"))
    spoken = spoken_form(f"code {digits}.", "en").removeprefix("code ").removesuffix(".")
    if not digits.startswith("0") and (len(digits) <= 6 or digits.endswith("000")):
        assert int(heard(spoken, "en")) == int(digits)
    else:
        assert [heard(word, "en") for word in spoken.split()] == list(digits)


@pytest.mark.parametrize("language", [*TABLES, "ru", "ja", "ar", "xx", ""])
@given(text=st.text(max_size=60) | st.from_regex(r"[\d.,:/€$%+\-'h ap m()]{1,25}"))
def test_any_text_is_read_without_surprise(language: str, text: str) -> None:
    spoken = spoken_form(text, language)
    assert not set(spoken) & set('<>[]{}\\^*_"|`\n\t\x00')
    assert "  " not in spoken
    if language in TABLES:
        assert not re.search(r"[0-9]", spoken)


CASES = {
    "en": {
        "It costs $1,234.50.": "It costs one thousand two hundred and thirty-four dollars "
        "and fifty cents.",
        "$3 million": "three million dollars",
        "£0.01": "one penny",
        "3.50": "three point five zero",
        "1.234,50": "one thousand two hundred and thirty-four point five zero",
        "1.2.3": "one dot two dot three",
        "-5°C": "minus five degrees Celsius",
        "12.5 % of 1/2": "twelve point five percent of one half",
        "at 2:05 p.m. today": "at two oh five PM today",
        "from 9am to 5pm, 10:30-11:45": "from nine AM to five PM, ten thirty to eleven forty-five",
        "the 21st of May, in 1998": "the twenty-first of May, in nineteen ninety-eight",
        "May 3, 2024": "May third, twenty twenty-four",
        "03/04/2026": "three slash four slash twenty twenty-six",
        "20:00, 20:05, 0:30 and 9:00": "eight PM, eight oh five PM, twelve thirty AM "
        "and nine o'clock",
        "v2.10.3 took 1.5h, not 1.5m": "V two dot ten dot three took one point five hours, "
        "not one point five m",
        "10^6, 10⁶, 10⁻³ and 5²": "ten to the power of six, ten to the power of six, "
        "ten to the power of minus three and five squared",
        "the 1990s": "the nineteen nineties",
        "call +1 (555) 123-4567 now": "call plus one, five five five, one two three, "
        "four five six seven, now",
        "jo.smith42@example.co.uk": "jo dot smith forty-two at example dot co dot U K",
        "see https://example.org/a.": "see example dot org slash a.",
        "Dr. Jones vs. Mr Smith, etc.": "Doctor Jones versus Mister Smith, et cetera.",
        "St. John lives on Main St.": "Saint John lives on Main Street.",
        "No. 5, no problem": "number five, no problem",
        "Louis XIV, World War II": "Louis the fourteenth, World War two",
        "AB-1234 and COVID-19": "ay B one two three four and COVID nineteen",
        "pages 10–12, score 3:1": "pages ten to twelve, score three to one",
        "2+2=4, R&B, 5 < 7": "two plus two equals four, R and B, five less than seven",
        "I have 2. You have 3.": "I have two. You have three.",
        "hello 😀 <b>world</b> **now** (yes) — fine": "hello world now, yes, fine",
        "don't “quote” rock 'n' roll": "don't quote rock n roll",
    },
    "fr": {
        "1 234,50 €": "mille deux cent trente-quatre euros et cinquante centimes",
        "1,234.50": "mille deux cent trente-quatre virgule cinquante",
        "3 M€ et 20 000 000 €": "trois millions d'euros et vingt millions d'euros",
        "21 £, 81 pages, 1 heure": "vingt et une livres, quatre-vingt-une pages, une heure",
        "3,05 et -5 °C": "trois virgule zéro cinq et moins cinq degrés Celsius",
        "à 14h30, de 8h-12h": "à quatorze heures trente, de huit heures à douze heures",
        "le 1er mai 2024": "le premier mai deux mille vingt-quatre",
        "21/11/2026": "vingt et un novembre deux mille vingt-six",
        "le 03/04/2026": "le trois, quatre, deux mille vingt-six",
        "le 5 sept. 2024, il en reste sept.": "le cinq septembre deux mille vingt-quatre, "
        "il en reste sept.",
        "03.04.2026": "trois avril deux mille vingt-six",
        "10^6 en 1,5h": "dix puissance six en un virgule cinq heure",
        "au XXIe siècle, François Ier, Louis XIV": "au vingt et unième siècle, François premier, "
        "Louis quatorze",
        "la 2e et la 1re": "la deuxième et la première",
        "01 23 45 67 89": "zéro un, vingt-trois, quarante-cinq, soixante-sept, quatre-vingt-neuf",
        "jean@exemple.fr": "jean arobase exemple point F R",
        "M. Dupont, Mme Petit, n° 5, etc.": "Monsieur Dupont, Madame Petit, numéro cinq, "
        "et cetera.",
        "C'est 12,5 % de l’été « chaud » !": "C'est douze virgule cinq pour cent de l'été chaud!",
        "1 000 000 d'euros": "un million d'euros",
        "R&D, 2/3, 10-12 km": "R et D, deux tiers, dix à douze kilomètres",
    },
    "de": {
        "1.234,50 € am 3. Mai": "eintausendzweihundertvierunddreißig Euro und fünfzig Cent "
        "am dritten Mai",
        "um 14:30, 1 Tag, 1 Frau": "um vierzehn Uhr dreißig, ein Tag, eine Frau",
        "z. B. § 5": "zum Beispiel Paragraf fünf",
    },
    "es": {
        "21 € y 1 libra a las 14:30": "veintiún euros y una libra a las catorce y treinta",
        "Sr. López, n.º 5, 3,5 %": "señor López, número cinco, tres coma cinco por ciento",
    },
    "it": {"1.000 € alle 14:30": "mille euro alle quattordici e trenta"},
    "pt": {"R$ 5,50 às 14h30": "cinco reais e cinquenta centavos às catorze horas e trinta"},
    "nl": {"1.234,50 €": "duizendtweehonderdvierendertig euro en vijftig cent"},
    "ru": {"Стоит 1 234,50 <b>руб</b>. 😀": "Стоит 1 234,50 руб."},
    "ar": {"السعر ٥٠٪ 😀": "السعر ٥٠٪"},
}


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [(language, *case) for language, cases in CASES.items() for case in cases.items()],
)
def test_what_is_read(language: str, text: str, spoken: str) -> None:
    assert spoken_form(text, language) == spoken
    assert spoken_form(spoken, language) == spoken


def test_a_region_is_read_as_its_language() -> None:
    assert spoken_form("3,5 %", "fr-CA") == "trois virgule cinq pour cent"
