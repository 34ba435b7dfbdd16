import re

import pytest

from tests.server.pages.scripted import STATIC

PAGES = sorted(STATIC.glob("*.html"))
TEXTUAL = [path for path in STATIC.rglob("*") if path.suffix in {".html", ".js", ".css", ".svg"}]
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("path", TEXTUAL, ids=lambda path: path.name)
def test_nothing_comes_from_outside_the_box(path: object) -> None:
    source = path.read_text().replace(NAMESPACE, "")  # type: ignore[attr-defined]
    assert re.findall(r"[\"'(]\s*(?:https?:)?//[\w.]+", source) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_obey_a_strict_policy(path: object) -> None:
    source = path.read_text()  # type: ignore[attr-defined]
    assert re.search(r"<style|\sstyle=|\son\w+=|javascript:", source) is None
    assert re.findall(r"<script(?![^>]*\ssrc=)", source) == []


def test_scripts_make_no_markup_from_text() -> None:
    for path in (STATIC / "js").glob("*.js"):
        source = path.read_text()
        assert (
            re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function", source)
            is None
        )


def test_what_a_page_loads_exists() -> None:
    for path in PAGES:
        for name in re.findall(r'(?:src|href)="/static/([^"]+)"', path.read_text()):
            assert (STATIC / name).is_file(), name
