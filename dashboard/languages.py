"""Language of a page: choice by user and browser, translations, numbers and times."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel import Locale, dates, numbers
from babel.support import NullTranslations
from starlette.requests import Request

from reporting.languages import DEFAULT, LANGUAGES, Catalogues, tag_of
from seeds import Bin, ContentSum, Grade, Seed, WarningEvent
from seeds.format.language import ActionPart, DescribedPart, Language, NamedPart, TitledPart

COOKIE = "nonferrous_language"
CATALOGUES = Catalogues(Path(__file__).parent / "locale", "dashboard")
_LOCALES = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", script="Hans")}
_DIGITS, _DIGITS_OF_INTERVAL = 4, 2
_MOST_PLACES = 6


def chosen(request: Request) -> Language:
    """Language of a request: the one that the user has set, else the first of the browser's that exists."""
    own = request.cookies.get(COOKIE, "")
    return next((one for one in LANGUAGES if one == own), of_browser(request.headers.get("accept-language", "")))


def of_browser(accepted: str) -> Language:
    """Language of a header Accept-Language; the default where it names none of ours.

    Examples
    --------
    >>> of_browser("zh-CN,zh;q=0.9,en;q=0.8"), of_browser("de;q=1, zh;q=0.1"), of_browser("*")
    ('zh', 'zh', 'en')
    """
    best, highest = DEFAULT, 0.0
    for part in accepted[:1000].split(","):
        tag, _, weight = part.partition(";")
        code, quality = tag.strip().lower().partition("-")[0], _quality(weight)
        for one in LANGUAGES:
            if one == code and quality > highest:
                best, highest = one, quality
    return best


def _quality(weight: str) -> float:
    name, _, value = weight.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


@dataclass(frozen=True)
class Text:
    """A text and the tag of its language (RFC 5646), empty where it is not known."""

    text: str
    tag: str


def described(part: DescribedPart, language: Language) -> Text:
    """Description of a column or target in a language; the stated one where the seed has no other."""
    return _text(part.description_in(language), language)


def titled(part: TitledPart | NamedPart, language: Language) -> Text:
    """Title of a part of a seed in a language; the stated one where the seed has no other."""
    return _text(part.title_in(language), language)


def acted(part: ActionPart, language: Language) -> Text:
    """Action of an operator on an event in a language; a dash where the seed states none."""
    return _text(part.action_in(language) or "–", language)


def named(seed: Seed, name: str, language: Language) -> Text:
    """Description or title of the part of a seed with a name; the name itself where there is no such part.

    A predicted quantity is described as a target, like its numbers: its column may be that of a first measurement.
    """
    part = seed.targets.get(name) or next((one for one in seed.columns if one.name == name), None)
    if part is not None:
        return described(part, language)
    sums = (one for grade in seed.grades for one in grade.sums)
    others: tuple[WarningEvent | Grade | Bin | ContentSum, ...] = (*seed.warnings, *seed.grades, *seed.bins, *sums)
    other = next((one for one in others if one.name == name), None)
    return Text(name, tag_of(DEFAULT)) if other is None else titled(other, language)


def _text(text: str, language: Language) -> Text:
    """A text of a seed; one of ASCII letters alone is not in Chinese."""
    return Text(text, tag_of(DEFAULT if text.isascii() else language))


def translations(language: Language) -> NullTranslations:
    """Catalogue of a language; that of the default is empty, since its texts are in the templates."""
    return CATALOGUES.translations(language)


class Formats:
    """Numbers and times of a language.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.
    now : callable, optional
        Returns the present time, with its zone; by default that of this machine.
    """

    def __init__(
        self, language: Language, now: Callable[[], dt.datetime] = lambda: dt.datetime.now().astimezone()
    ) -> None:
        self.language, self.tag, self._locale, self._now = language, tag_of(language), _LOCALES[language], now

    def number(self, value: float | None, low: float | None = None, high: float | None = None) -> str:
        """A number with the digits that its interval allows; a dash where there is none.

        Examples
        --------
        >>> formats = Formats("en")
        >>> formats.number(93.2417, 91.5, 95.3), formats.number(12829.3, 12601, 13065), formats.number(None)
        ('93.2', '12,829', '–')
        """
        if value is None or not math.isfinite(value):
            return "–"
        return _decimal(self._locale, value, _places(value, low, high), low is not None)

    def share(self, value: float | None) -> str:
        """A share as a percentage; a dash where there is none."""
        if value is None or not math.isfinite(value):
            return "–"
        return numbers.format_percent(value, format="#,##0.#%" if abs(value) < 0.1 else "#,##0%", locale=self._locale)

    def count(self, value: int) -> str:
        """A count."""
        return numbers.format_decimal(value, locale=self._locale)

    def time(self, at: int) -> str:
        """A time of the records [microseconds since 1970, UTC] in the zone of this machine, with its name."""
        moment = self.moment(at)
        return f"{dates.format_datetime(moment, 'yyyy-MM-dd HH:mm', locale=self._locale)} {moment:%Z}"

    def moment(self, at: int) -> dt.datetime:
        """A time of the records [microseconds since 1970, UTC] in the zone of the present time."""
        return dt.datetime.fromtimestamp(at / 1e6, dt.UTC).astimezone(self._now().tzinfo)

    def age(self, at: int) -> str:
        """Time since a time of the records [microseconds since 1970, UTC] as text."""
        passed = max(dt.timedelta(), self._now() - self.moment(at))
        return dates.format_timedelta(passed, granularity="minute", threshold=1.5, locale=self._locale)

    def period(self, start: str) -> str:
        """Start of a period as a plant wrote it, without a time at midnight.

        Examples
        --------
        >>> formats = Formats("en")
        >>> formats.period("2026-01-01T00:00:00"), formats.period("2026-01-01T06:30")
        ('2026-01-01', '2026-01-01 06:30')
        """
        return start.replace("T", " ", 1).removesuffix(" 00:00:00").removesuffix(" 00:00")


def _places(value: float, low: float | None, high: float | None) -> int:
    """Decimal places: two digits of the half interval, or four of the value where there is none."""
    half = math.nan if low is None or high is None else (high - low) / 2
    size, digits = (half, _DIGITS_OF_INTERVAL) if math.isfinite(half) and half > 0 else (abs(value), _DIGITS)
    if size == 0:
        return 0
    return min(max(0, digits - 1 - math.floor(math.log10(size))), _MOST_PLACES)


@lru_cache(20_000)  # a map of units is drawn again and again
def _decimal(locale: Locale, value: float, places: int, is_measured: bool) -> str:
    """A number with so many decimal places; zeros at its end are shown if it is measured."""
    pattern = "#,##0" + ("." + ("0" if is_measured else "#") * places if places else "")
    return numbers.format_decimal(value, format=pattern, locale=locale)
