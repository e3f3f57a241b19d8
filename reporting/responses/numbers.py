"""Numbers with their significant digits; the full value stays available for copying."""

from __future__ import annotations

import html
import math

from reporting.html import Markup

_DIGITS = 5  # of a number whose doubt is not known
_DIGITS_OF_DOUBT = 2
_MOST_DIGITS = 7
_LONGEST = 1e15  # numbers from here on, and those below the smallest, are written with a power of ten
_SMALLEST = 1e-5


def number(value: float, doubt: float | None = None) -> Markup:
    """A number as text with its full value as the element's.

    Parameters
    ----------
    value : float
    doubt : float, optional
        Half the width of its interval: its second digit is the last that is shown of the value.
    """
    return Markup(f'<data value="{html.escape(repr(value))}">{rounded(value, doubt)}</data>')


def rounded(value: float, doubt: float | None = None) -> str:
    """A number as text.

    Examples
    --------
    >>> rounded(0.1 + 0.2), rounded(93.2417, 1.9), rounded(1234567.8), rounded(3e-9)
    ('0.3', '93.2', '1,234,568', '3e-09')
    """
    if isinstance(value, int):
        return f"{value:,}"
    size, known = abs(value), doubt is not None and math.isfinite(doubt) and doubt > 0
    largest = max(size, doubt) if doubt is not None and known else size
    if not math.isfinite(value) or largest >= _LONGEST or 0 < largest < _SMALLEST:
        return f"{value:.{_DIGITS}g}"
    if doubt is None or not known:
        text = f"{value:,.{max(0, _places(size, _DIGITS))}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    places = min(_places(doubt, _DIGITS_OF_DOUBT), _places(largest, _MOST_DIGITS))
    text = f"{value:,.{max(0, places)}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text


def _places(size: float, digits: int) -> int:
    """Decimal places that show so many digits of a number."""
    return digits if size == 0 else digits - 1 - math.floor(math.log10(size))
