"""Language tags as people, recognisers and translation models write them."""

import pytest

from edge_interpreter import languages
from edge_interpreter.languages import UnknownLanguageError


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("en", "en"),
        ("EN_us", "en"),
        ("en-GB", "en"),
        ("pt-BR", "pt"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("cmn-Hans-CN", "zh"),
        ("zh-Hant", "zh-Hant"),
        ("zh-hant-tw", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("chi-HK", "zh-Hant"),
        ("cmn_Hant", "zh-Hant"),
        ("yue", "yue"),
        ("fra_Latn", "fr"),
        ("fre", "fr"),
        ("zho_Hant", "zh-Hant"),
        ("no", "nb"),
        ("jw", "jv"),
        ("iw", "he"),
        ("sr-Latn-RS", "sr"),
        ("fa-AF", "prs"),
        ("de-1996", "de"),
        ("es-419", "es"),
        ("ace_Arab", "ace-Arab"),
        (" fr ", "fr"),
    ],
)
def test_any_usual_way_to_write_a_language_is_understood(written: str, tag: str) -> None:
    assert languages.normalise(written) == tag
    assert languages.is_known(written)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("zh", "zho_Hans"),
        ("zh-Hant", "zho_Hant"),
        ("pt-BR", "por_Latn"),
        ("ar", "arb_Arab"),
        ("fa", "pes_Arab"),
        ("no", "nob_Latn"),
        ("sw", "swh_Latn"),
        ("tl", "tgl_Latn"),
        ("yue", "yue_Hant"),
        ("ko", "kor_Hang"),
    ],
)
def test_nllb_codes(tag: str, code: str) -> None:
    assert languages.flores_code(tag) == code


def test_all_202_nllb_codes_go_both_ways() -> None:
    coded = [item for item in languages.all_languages() if item.flores]
    assert len(coded) == len({item.flores for item in coded}) == 202
    for item in coded:
        assert languages.normalise(item.tag) == item.tag
        assert item.flores is not None
        assert languages.find(item.flores) is item


def test_every_language_whisper_can_report_is_known() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES as CODES

    assert [code for code in CODES if not languages.is_known(code)] == []


def test_a_language_without_a_nllb_code_says_so() -> None:
    with pytest.raises(UnknownLanguageError, match=r"NLLB does not know Breton \(br\)"):
        languages.flores_code("br")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("French", "write fr for French"),
        ("deutsch", "write de for German"),
        ("frech", r"did you mean fr \(French\)"),
        ("xx", "expected a BCP-47 tag"),
        ("qq9!", "expected a BCP-47 tag"),
        ("", "expected a BCP-47 tag"),
        ("\x1b[31m" + "z" * 500, "unknown language"),
    ],
)
def test_an_unknown_language_gets_one_clear_line(written: str, says: str) -> None:
    with pytest.raises(UnknownLanguageError, match=says) as failure:
        languages.find(written)
    line = str(failure.value)
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 200


def test_regions_do_not_make_another_language_but_scripts_do() -> None:
    assert languages.same_language("en-US", "en-GB")
    assert languages.same_language("no", "nb")
    assert not languages.same_language("zh", "zh-TW")


def test_names_and_direction() -> None:
    arabic = languages.find("ar")
    assert (arabic.native_name, arabic.right_to_left) == ("العربية", True)
    assert languages.find("he").right_to_left
    assert languages.find("ur").right_to_left
    assert not languages.find("ja").right_to_left
    assert languages.display_name("pt-BR") == "Portuguese (pt)"
