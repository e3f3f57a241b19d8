"""Catalogues of translations: texts of templates and code, and the compiled file of each language."""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dashboard.languages import CATALOGUES
from dashboard.places import UNITS_OF_MEASURE
from dashboard.sentences import SENTENCES
from models.processes.lookup import energy_of
from models.quality.decision import ACTIONS
from reporting import wording
from reporting.languages import DEFAULT, LANGUAGES, Catalogues
from seeds import load_all
from seeds.format.column import Role
from seeds.format.language import Language
from seeds.format.quantity import Verification

_METHODS = [("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}}
_PACKAGES = ("drafting", "monitoring", "reporting")
_GRADES = ("benchmark", "baseline")
"""Grades of documents of the NDRC; those of standards are numbers."""


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
        Returns all texts, each with its context; the context is empty where a text has one meaning.
    """

    subject: str
    catalogues: Catalogues
    texts: Callable[[], set[tuple[str, str]]]

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
        for text, context in sorted(self.texts()):
            known = before.get(text, context or None)
            present.add(text, known.string if known is not None else "", context=context or None)
        present.revision_date = present.creation_date = before.creation_date
        with self.catalogues.place_of(language, "po").open("wb") as file:
            write_po(file, present, sort_output=True, omit_header=False, width=0)
        self.catalogues.place_of(language, "mo").write_bytes(compiled(self.catalogue(language)))
        return [str(message.id) for message in present if message.id and not message.string]


def _of_pages() -> set[tuple[str, str]]:
    """Texts of all templates, sentences of responses, and words in units of measure."""
    extracted = extract_from_dir(CATALOGUES.folder.parent, _METHODS, _OPTIONS)
    of_templates = {str(message) for _, _, message, _, _ in extracted}
    return {(text, "") for text in (*of_templates, *SENTENCES, *UNITS_OF_MEASURE.values())}


def _of_reports() -> set[tuple[str, str]]:
    """Texts of calls of wordings, of energy accounts, decisions, and words of seeds that reports show."""
    root = wording.CATALOGUES.folder.parent.parent
    texts = {(text, "") for text in (*get_args(Role), *get_args(Verification), *_GRADES, *ACTIONS, *_of_accounts())}
    for package in _PACKAGES:
        for path in (root / package).rglob("*.py"):
            texts |= set(_called(path))
    return texts


def _called(path: Path) -> Iterator[tuple[str, str]]:
    """Yield constant texts of wordings and worded texts in a file; Babel reads none inside an f-string."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Name("say" | "WordedText" | "ChartError" | "CapabilityError"), args=[ast.Constant(str(text))]
            ):
                yield text, ""
            case ast.Call(
                func=ast.Attribute(ast.Name("say"), "within"),
                args=[ast.Constant(str(context)), ast.Constant(str(text))],
            ):
                yield text, context


def _of_accounts() -> Iterator[str]:
    """Yield names and meanings of the parts of every energy account."""
    for seed in load_all().values():
        physics = energy_of(seed)
        if physics is None:
            continue
        kind = physics.KIND
        yield from (kind.source, kind.carrier, kind.heat, kind.reading, physics.PRODUCT, physics.MADE_BY)
        yield from (physics.TARGET.replace("_", " "), *([physics.CBAM_GOODS] if physics.CBAM_GOODS else []))
        for parts in (kind.boundaries, kind.outside, physics.USES, physics.BOUND, physics.EMITTED, physics.bought()):
            yield from (*parts, *parts.values())


def compiled(of: Catalog) -> bytes:
    """Catalogue as gettext reads it."""
    content = io.BytesIO()
    write_mo(content, of)
    return content.getvalue()


PAGES = CatalogueSources("pages", CATALOGUES, _of_pages)
REPORTS = CatalogueSources("reports", wording.CATALOGUES, _of_reports)
ALL = (PAGES, REPORTS)


if __name__ == "__main__":
    for sources in ALL:
        for one in LANGUAGES:
            if one != DEFAULT:
                for text in sources.update(one):
                    sys.stderr.write(f"{one}: no translation of: {text}\n")
