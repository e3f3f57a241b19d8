"""Sentences of responses, checks and records in the language of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard.languages import Text, described, named, titled, translations
from dashboard.places import KINDS, UNITS_OF_MEASURE, Kind
from dashboard.sentences import SENTENCES, WORDS
from reporting.languages import DEFAULT, tag_of
from seeds import Seed
from seeds.format.language import Language

LONGEST = 1000
"""Characters of a text above which it is not translated."""
MOST_PARTS = 12
"""Sentences of a text above which it is not translated."""
PLACE = re.compile(r"%\(([a-z_]+)\)s")
_NAME = r"[\w.+\-]{1,100}"
_PATTERNS: dict[Kind, str] = {
    "number": r"[-+]?(?:\d[\d.,]{0,30}(?:e[-+]?\d{1,4})?%?|inf|nan)",
    "name": _NAME,
    "names": r"[\w.+\-, ]{1,400}?",
    "moves": r"[^:;]{1,400}?",
    "unit": r"[^\s,;]{1,30}",
    "moment": r"\d[\d:.T+\- ]{3,40}(?: UTC)?",
    "word": r"[\w ]{1,40}",
    "symbol": _NAME,
    "copied": r"[^;]{1,400}?",
    "remark": r".{1,400}?",
    "description": r"[^;]{1,400}",
    "sentence": r".{1,600}?",
    "detail": r"[^;]{1,600}",
}
_MOVE = re.compile(rf"({_NAME}) ([-+][\d.e+\-]{{1,20}} \S{{1,30}})")
_BETWEEN_NAMES = re.compile(r", | and ")
_BETWEEN: dict[Language, tuple[str, str]] = {"en": (", ", "; "), "zh": ("、", "；")}
"""Marks between names, and between sentences."""
_QUOTES: dict[Language, str] = {"en": "{}", "zh": "“{}”"}
"""A title or description within a sentence; it may contain commas."""


@dataclass(frozen=True)
class _Template:
    """A sentence of `SENTENCES`, and the expression that texts of it match."""

    sentence: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class _Phrase:
    """A text of a known sentence: its values by place, and parsed ones of places that hold sentences."""

    sentence: str
    values: Mapping[str, str]
    within: Mapping[str, Sequence[_Phrase | str]]


def phrase(seed: Seed, words: str, language: Language, tag: str = DEFAULT) -> list[Text]:
    """Text of a response in a language, in parts that each have one language.

    A name alone gives its title or description, also in English.

    Parameters
    ----------
    seed : Seed
        The process, whose titles and descriptions replace its names.
    words : str
        One or more sentences, separated by semicolons.
    language : str
        Language of the page.
    tag : str, optional
        Language of text that has no translation; empty where it is not known.
    """
    name = named(seed, words, language)
    if name.text != words:
        return [name]
    if language == DEFAULT:
        return [_unknown(words, tag)]
    parts: list[Text] = []
    for i, one in enumerate(_parsed(words)):
        if i:
            parts.append(Text(_BETWEEN[language][1], tag_of(language)))
        parts += [_unknown(one, tag)] if isinstance(one, str) else _Translation(seed, language).parts(one)
    return _joined(parts)


def unit_of_measure(unit: str, language: Language) -> str:
    """Return a unit of measure in a language; symbols are the same in each."""
    text = None if language == DEFAULT else UNITS_OF_MEASURE.get(unit)
    return unit if text is None else str(translations(language).gettext(text))


class _Translation:
    """Translation of parsed texts of a process."""

    def __init__(self, seed: Seed, language: Language) -> None:
        self._seed, self._language = seed, language
        self._known, self._tag = translations(language).gettext, tag_of(language)

    def parts(self, one: _Phrase) -> list[Text]:
        """Translated sentence with its values."""
        parts = []
        for i, piece in enumerate(PLACE.split(self._known(one.sentence))):  # odd pieces are names of places
            parts += list(self._value(piece, one)) if i % 2 else [self._own(piece)]
        return parts

    def _value(self, place: str, one: _Phrase) -> Iterator[Text]:
        value, kind = one.values[place], _kind(place)
        if kind == "name":
            yield from self._named(value)
        elif kind == "names":
            for i, name in enumerate(_BETWEEN_NAMES.split(value)):
                yield from [self._own(_BETWEEN[self._language][0])] if i else []
                yield from self._named(name)
        elif kind == "moves":
            for i, move in enumerate(value.split(", ")):
                name, _, size = move.partition(" ")
                yield from [self._own(_BETWEEN[self._language][0])] if i else []
                yield from self._named(name)
                yield self._own(f" {size}")
        elif kind == "description":
            columns = [column for column in self._seed.columns if column.description == value]
            yield described(columns[0], self._language) if columns else Text(value, DEFAULT)
        elif kind in ("sentence", "detail"):
            for i, part in enumerate(one.within[place]):
                yield from [self._own(_BETWEEN[self._language][1])] if i else []
                yield from [_unknown(part, DEFAULT)] if isinstance(part, str) else self.parts(part)
        else:
            yield self._own(self._known(value) if kind == "word" else value)

    def _own(self, text: str) -> Text:
        return Text(text, self._tag)

    def _named(self, name: str) -> list[Text]:
        """Name in a sentence; one that has no title and is no sentence itself is copied."""
        own_name = name == self._seed.process.name
        title = titled(self._seed.process, self._language) if own_name else named(self._seed, name, self._language)
        if title.text != name:
            return [Text(_QUOTES[self._language].format(title.text), title.tag)]
        known = _matched(name)
        return [self._own(name)] if known is None else self.parts(known)


def _unknown(text: str, tag: str) -> Text:
    """A text without a translation; one without letters, such as a date, is of no language."""
    return Text(text, tag if any(map(str.isalpha, text)) else "")


def _joined(parts: Sequence[Text]) -> list[Text]:
    """The same parts, neighbours of one language as one."""
    joined: list[Text] = []
    for part in parts:
        if joined and joined[-1].tag == part.tag:
            joined[-1] = Text(joined[-1].text + part.text, part.tag)
        elif part.text:
            joined.append(part)
    return joined


@lru_cache(4096)  # a page is rendered again and again
def _parsed(words: str) -> tuple[_Phrase | str, ...]:
    """Sentences of a text: the known ones, and as text what lies between them."""
    parts = words.split("; ")
    if len(words) > LONGEST or len(parts) > MOST_PARTS:
        return (words,)
    sentences: list[_Phrase | str] = []
    unknown: list[str] = []
    first = 0
    while first < len(parts):
        # A sentence may have semicolons of its own: the longest one is taken.
        ends = range(len(parts), first, -1)
        last, one = next(
            ((end, known) for end in ends if (known := _matched("; ".join(parts[first:end])))), (first + 1, None)
        )
        if one is None:
            unknown.append(parts[first])
        else:
            sentences += ["; ".join(unknown), one] if unknown else [one]
            unknown = []
        first = last
    return (*sentences, *(["; ".join(unknown)] if unknown else []))


def _matched(words: str) -> _Phrase | None:
    """Return a text as the first sentence that it is of; None if it is of none."""
    for template in _templates():
        match = template.pattern.fullmatch(words)
        if match is None:
            continue
        values = match.groupdict()
        within = {place: _parsed(value) for place, value in values.items() if _kind(place) in ("sentence", "detail")}
        if all(_is_valid(place, value, within.get(place, ())) for place, value in values.items()):
            return _Phrase(template.sentence, values, within)
    return None


def _is_valid(place: str, value: str, within: Sequence[_Phrase | str]) -> bool:
    """Return whether a place may hold a value, as far as its expression does not state it."""
    kind = _kind(place)
    if kind == "word":
        return value in WORDS or value.isdecimal()
    if kind == "names":
        return all(re.fullmatch(_NAME, name) for name in _BETWEEN_NAMES.split(value))
    if kind == "moves":
        return all(_MOVE.fullmatch(move) for move in value.split(", "))
    return kind != "sentence" or not any(isinstance(part, str) for part in within)


def _kind(place: str) -> Kind:
    return KINDS.get(place, "number")


@lru_cache
def _templates() -> tuple[_Template, ...]:
    """All sentences, those with the longest text of their own first."""
    texts = sorted(SENTENCES, key=lambda sentence: (-len(PLACE.sub("", sentence)), sentence))
    return tuple(_Template(text, re.compile(_expression(text), re.DOTALL)) for text in texts)


def _expression(sentence: str) -> str:
    pieces = PLACE.split(sentence)  # odd ones are names of places
    return "".join(
        f"(?P<{piece}>{_PATTERNS[_kind(piece)]})" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)
    )
