"""Every text of the pages has a translation, and the compiled catalogues are those of their sources."""

import gettext
import io
import re
from pathlib import Path
from string import Formatter

import pytest

from dashboard.catalogues import ALL, PAGES, compiled
from dashboard.rendering import FOLDER
from reporting.languages import DEFAULT, LANGUAGES

OTHERS = [code for code in LANGUAGES if code != DEFAULT]
TEMPLATES = sorted(FOLDER.glob("*.html"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
PLAIN = {"nonferrous", "view", "operate", "nonferrous train", "nonferrous monitor"}
"""Names of programs, commands and roles, which are the same in each language."""


@pytest.fixture(params=ALL, ids=lambda one: one.subject)
def sources(request):
    return request.param


def known(sources, language):
    return {(str(one.id), one.context or ""): str(one.string) for one in sources.catalogue(language) if one.id}


def in_chinese(sources):
    return {text: translation for (text, context), translation in known(sources, "zh").items() if not context}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_a_translation_and_none_is_left_over(sources, language):
    translated = known(sources, language)
    assert set(translated) == sources.texts()
    assert all(translated.values())
    assert not any(one.fuzzy for one in sources.catalogue(language) if one.id)


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_of_its_text(sources, language):
    for (text, _), translation in known(sources, language).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(translation)), text


@pytest.mark.parametrize("language", OTHERS)
def test_a_percent_sign_of_the_pages_starts_a_place(language):
    for translation in known(PAGES, language).values():
        assert "%" not in PLACEHOLDER.sub("", translation), translation


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_that_of_its_source(sources, language):
    with sources.catalogues.place_of(language, "mo").open("rb") as file:
        stored = gettext.GNUTranslations(file)
    made = gettext.GNUTranslations(io.BytesIO(compiled(sources.catalogue(language))))
    for (text, context), translation in known(sources, language).items():
        for one in (stored, made):
            assert (one.pgettext(context, text) if context else one.gettext(text)) == translation


def test_chinese_texts_use_the_terms_of_the_field():
    chinese = in_chinese(PAGES)
    assert chinese["set-point"] == "设定值"
    assert chinese["warning"] == "预警"
    assert chinese["release"] == "放行"
    assert chinese["send to the laboratory"] == "送检"


def test_a_unit_of_a_plant_is_no_unit_of_measure(sources):
    assert not any("单位" in one.replace("计量单位", "") for one in in_chinese(sources).values())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_text_of_a_template_escapes_translation(path: Path):
    source = path.read_text(encoding="utf-8")
    source = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    for attribute in re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', source):
        assert not re.search(r"[A-Za-z]{2}", attribute), attribute
    for text in re.sub(r"<[^>]*>", "\n", source, flags=re.DOTALL).split("\n"):
        words = text.strip().strip("–·:;").strip()
        assert not re.search(r"[A-Za-z]{2}", words) or words in PLAIN, words


def test_values_of_texts_are_named():
    for text, _ in PAGES.texts():
        assert not [name for _, name, _, _ in Formatter().parse(text) if name is not None], text
