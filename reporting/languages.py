"""Languages of pages and reports: their names, tags, and catalogues of translations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel.support import NullTranslations, Translations

from seeds.format.language import Language

LANGUAGES: dict[Language, str] = {"en": "English", "zh": "简体中文"}
"""Name of each language in itself, by its code in addresses, cookies, options and catalogues."""
DEFAULT: Language = "en"
_TAGS = {"en": "en", "zh": "zh-Hans"}


def tag_of(language: Language) -> str:
    """Tag of a language (RFC 5646)."""
    return _TAGS[language]


@dataclass(frozen=True)
class Catalogues:
    """Catalogues of the texts of a subject, one for each language but the default.

    Attributes
    ----------
    folder : Path
        Folder of all languages.
    domain : str
        Name of the files.
    """

    folder: Path
    domain: str

    def place_of(self, language: Language, suffix: Literal["po", "mo"]) -> Path:
        """File of a catalogue: `po` to edit, `mo` compiled."""
        return self.folder / language / "LC_MESSAGES" / f"{self.domain}.{suffix}"

    def translations(self, language: Language) -> NullTranslations:
        """Catalogue of a language; that of the default is empty, since its texts are in the code."""
        return _loaded(self, language)


@lru_cache
def _loaded(of: Catalogues, language: Language) -> NullTranslations:
    if language == DEFAULT:
        return NullTranslations()
    return Translations.load(of.folder, [language], of.domain)
