"""Texts of reports in a language, with their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from reporting.languages import DEFAULT, Catalogues, tag_of
from seeds.format.language import Language

CATALOGUES = Catalogues(Path(__file__).parent / "locale", "reports")
_PLACE = re.compile(r"%\((\w+)\)s")


class Wording:
    """Translation of the texts of a report.

    Code names an instance `say`: the catalogue holds the texts of its calls.

    Parameters
    ----------
    language : str, optional
        Language of the report; English by default.
    """

    def __init__(self, language: Language = DEFAULT) -> None:
        self.language, self.tag = language, tag_of(language)
        self._known = CATALOGUES.translations(language)

    def __call__(self, text: str, **values: object) -> str:
        """Return a text in the language; a text that the catalogue lacks is returned as it is.

        Parameters
        ----------
        text : str
            English text; `%(name)s` is the place of a value.
        **values : object
            Value of each place.

        Raises
        ------
        KeyError
            A place has no value.
        """
        known = self._known.gettext(text) if text else text
        return _PLACE.sub(lambda place: self.stated(values[place[1]]), known)

    def stated(self, value: object) -> str:
        """Return a value as text; a `WordedText` in the language."""
        return value.worded(self) if isinstance(value, WordedText) else str(value)

    def within(self, context: str, text: str) -> str:
        """Return the meaning that a text without values has in a context: English has one word for both."""
        return str(self._known.pgettext(context, text))


def listed(names: Iterable[str], say: Wording) -> str:
    """Return names as one text."""
    return say(", ").join(names)


class WordedText(str):
    """Text in English that a report can state in its language.

    Parameters
    ----------
    text : str
        English text, as a call of `Wording` takes it.
    **values : object
        Value of each place; worded texts among them are stated in the language as well.
    """

    _text: str
    _values: Mapping[str, object]

    def __new__(cls, text: str, **values: object) -> WordedText:
        """Return the text with its values."""
        one = super().__new__(cls, Wording()(text, **values))
        one._text, one._values = text, values
        return one

    def worded(self, say: Wording) -> str:
        """Return the text in the language of a wording."""
        return say(self._text, **self._values)


class WordedError(ValueError):
    """Error whose text a report can state in its language.

    Parameters
    ----------
    text : str
        English text, as a call of `Wording` takes it.
    **values : object
        Value of each place.
    """

    def __init__(self, text: str, **values: object) -> None:
        self._stated = WordedText(text, **values)
        super().__init__(self._stated)

    def worded(self, say: Wording) -> str:
        """Return the text in the language of a wording."""
        return self._stated.worded(say)
