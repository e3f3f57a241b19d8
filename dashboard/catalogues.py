"""Catalogues of translations: texts of templates and code, and the compiled file of each language."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dashboard.languages import DEFAULT, DOMAIN, FOLDER, LANGUAGES
from dashboard.sentences import SENTENCES, UNITS_OF_MEASURE
from seeds.format.language import Language

_METHODS = [("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}}


def place_of(language: Language, suffix: str) -> Path:
    """File of a catalogue: `po` to edit, `mo` compiled."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.{suffix}"


def texts() -> set[str]:
    """Texts of all templates, sentences of responses, and words in units of measure."""
    of_templates = {str(message) for _, _, message, _, _ in extract_from_dir(FOLDER.parent, _METHODS, _OPTIONS)}
    return of_templates | {*SENTENCES, *UNITS_OF_MEASURE.values()}


def catalogue(language: Language) -> Catalog:
    """Translations of a language as people edit them."""
    with place_of(language, "po").open(encoding="utf-8") as file:
        return read_po(file, locale=language)


def compiled(of: Catalog) -> bytes:
    """Catalogue as gettext reads it."""
    content = io.BytesIO()
    write_mo(content, of)
    return content.getvalue()


def update(language: Language) -> list[str]:
    """Add new texts to a catalogue, drop unused ones and compile it; return texts without a translation."""
    before = catalogue(language)
    present = Catalog(locale=language, fuzzy=False, header_comment=f"# Texts of the pages in {LANGUAGES[language]}.")
    for part in ("project", "version", "copyright_holder", "msgid_bugs_address", "last_translator", "language_team"):
        setattr(present, part, "")
    for text in sorted(texts()):
        known = before.get(text)
        present.add(text, known.string if known is not None else "")
    present.revision_date = present.creation_date = before.creation_date
    with place_of(language, "po").open("wb") as file:
        write_po(file, present, sort_output=True, omit_header=False, width=0)
    place_of(language, "mo").write_bytes(compiled(catalogue(language)))
    return [str(message.id) for message in present if message.id and not message.string]


if __name__ == "__main__":
    for one in LANGUAGES:
        if one != DEFAULT:
            for text in update(one):
                sys.stderr.write(f"{one}: no translation of: {text}\n")
