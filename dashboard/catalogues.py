"""Catalogues of translations: texts of templates and code, and the compiled file of each language."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dashboard.languages import CATALOGUES
from dashboard.sentences import SENTENCES, UNITS_OF_MEASURE
from reporting.languages import DEFAULT, LANGUAGES, Catalogues
from seeds.format.language import Language

_METHODS = [("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}}


@dataclass(frozen=True)
class CatalogueSources:
    """Texts of a subject, and the catalogues that translate them.

    Attributes
    ----------
    subject : str
        Name of the subject, for the head of the files.
    catalogues : Catalogues
        Their files.
    texts : callable
        Returns all texts.
    """

    subject: str
    catalogues: Catalogues
    texts: Callable[[], set[str]]

    def catalogue(self, language: Language) -> Catalog:
        """Translations of a language as people edit them."""
        with self.catalogues.place_of(language, "po").open(encoding="utf-8") as file:
            return read_po(file, locale=language)

    def update(self, language: Language) -> list[str]:
        """Add new texts to a catalogue, drop unused ones and compile it; return texts without a translation."""
        before = self.catalogue(language)
        header = f"# Texts of the {self.subject} in {LANGUAGES[language]}."
        present = Catalog(locale=language, fuzzy=False, header_comment=header)
        for part in (
            "project",
            "version",
            "copyright_holder",
            "msgid_bugs_address",
            "last_translator",
            "language_team",
        ):
            setattr(present, part, "")
        for text in sorted(self.texts()):
            known = before.get(text)
            present.add(text, known.string if known is not None else "")
        present.revision_date = present.creation_date = before.creation_date
        with self.catalogues.place_of(language, "po").open("wb") as file:
            write_po(file, present, sort_output=True, omit_header=False, width=0)
        self.catalogues.place_of(language, "mo").write_bytes(compiled(self.catalogue(language)))
        return [str(message.id) for message in present if message.id and not message.string]


def _of_pages() -> set[str]:
    """Texts of all templates, sentences of responses, and words in units of measure."""
    folder = CATALOGUES.folder.parent
    of_templates = {str(message) for _, _, message, _, _ in extract_from_dir(folder, _METHODS, _OPTIONS)}
    return of_templates | {*SENTENCES, *UNITS_OF_MEASURE.values()}


def compiled(of: Catalog) -> bytes:
    """Catalogue as gettext reads it."""
    content = io.BytesIO()
    write_mo(content, of)
    return content.getvalue()


PAGES = CatalogueSources("pages", CATALOGUES, _of_pages)
ALL = (PAGES,)


if __name__ == "__main__":
    for sources in ALL:
        for one in LANGUAGES:
            if one != DEFAULT:
                for text in sources.update(one):
                    sys.stderr.write(f"{one}: no translation of: {text}\n")
