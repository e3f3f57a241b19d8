"""Catalogues of translations of a subject."""

from pathlib import Path

from reporting.languages import DEFAULT, LANGUAGES, Catalogues, tag_of


def test_every_language_has_a_tag():
    assert [tag_of(language) for language in LANGUAGES] == ["en", "zh-Hans"]


def test_the_default_needs_no_catalogue_and_another_language_does(tmp_path: Path):
    catalogues = Catalogues(tmp_path, "subject")
    assert catalogues.translations(DEFAULT).gettext("unit") == "unit"
    assert catalogues.translations("zh").gettext("unit") == "unit"
    assert catalogues.place_of("zh", "po") == tmp_path / "zh" / "LC_MESSAGES" / "subject.po"
