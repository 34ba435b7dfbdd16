from pathlib import Path

import pytest

from edge_interpreter import languages
from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Catalog


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return Catalog.load()


def test_starter_set_interprets_both_ways_without_a_hub(shipped: Catalog) -> None:
    starter = shipped.select(["starter"])
    assert {model.role for model in starter} == {"vad", "recogniser", "translator", "synthesiser"}
    assert {pair for model in starter for pair in model.pairs} == {("en", "fr"), ("fr", "en")}
    for model in starter:
        if model.files:
            assert model.sources[0].kind == "index"
            assert shipped.packages_of(model, model.sources[0])


def test_every_place_in_the_index_is_inside_a_known_package(shipped: Catalog) -> None:
    containers = {package.name for package in shipped.packages}
    volumes = [place for split in shipped.split_zips for place in split.volumes]
    containers |= {split.id for split in shipped.split_zips}
    places = [
        part
        for model in shipped.models
        for source in model.sources
        if source.kind == "index"
        for file in model.taken_from(source)
        for part in file.parts
    ]
    assert {place.partition("!")[0] for place in places + volumes} <= containers


def test_commercial_profile_holds_nothing_that_forbids_commercial_use(shipped: Catalog) -> None:
    assert not [model.id for model in shipped.select(["commercial"]) if model.non_commercial]
    assert shipped.find("nllb-200-distilled-600m").non_commercial


def test_production_speaks_or_says_why_not(shipped: Catalog) -> None:
    spoken = {
        tag
        for model in shipped.select(["production"])
        if model.role == "synthesiser"
        for tag in model.languages
    }
    excused = {gap.language for gap in shipped.missing if gap.role == "synthesiser"}
    wanted = {
        "en",
        "es",
        "fr",
        "de",
        "it",
        "pt",
        "zh",
        "ja",
        "ko",
        "ar",
        "ru",
        "hi",
        "nl",
        "pl",
        "tr",
    }
    assert wanted | {"gl"} <= spoken | excused
    assert not spoken & excused


def test_languages_are_the_products_own_tags(shipped: Catalog) -> None:
    tags = {tag for model in shipped.models for tag in model.languages} - {"*"}
    tags |= {tag for model in shipped.models for pair in model.pairs for tag in pair}
    assert all(languages.normalise(tag) == tag for tag in tags)


def test_every_model_says_whose_it_is(shipped: Catalog) -> None:
    assert all(model.licence and model.notice for model in shipped.models)


def test_typing_error_in_an_id_gets_a_hint(shipped: Catalog) -> None:
    with pytest.raises(UserError, match="did you mean whisper-base"):
        shipped.find("wisper-base")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("models = [", "not valid TOML"),
        ("", "models: Field required"),
        ('[[models]]\nid = "A b"\n', "models.0.id"),
        ('models = []\n[profiles]\nx = ["y"]\n', "unknown models"),
    ],
)
def test_bad_catalogue_is_refused_with_file_and_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=complaint) as caught:
        Catalog.load(path)
    assert str(path) in str(caught.value)


def test_installed_paths_cannot_leave_the_directory(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(
        '[[models]]\nid = "a"\nrole = "vad"\nfamily = "silero"\nlicence = "MIT"\nnotice = "n"\n'
        'size = 1\n[models.files]\n"../b" = {}\n'
    )
    with pytest.raises(UserError, match="not a plain relative path"):
        Catalog.load(path)
