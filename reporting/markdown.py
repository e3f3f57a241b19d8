"""Tables and figures as Markdown text."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(header: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Lines of a table, an empty one after it."""
    return [_row(header), "|" + "---|" * len(header), *(_row(row) for row in rows), ""]


def span(values: Iterable[float], form: str) -> str:
    """Return the lowest and the highest of some values, or the one that they have in common."""
    ordered = sorted(values)
    ends = dict.fromkeys(format(value, form) for value in (ordered[0], ordered[-1]))
    return " to ".join(ends)


def number(value: float, digits: int = 3) -> str:
    """So many digits of a number, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def figure(metrics: Mapping[str, float], name: str, form: str = ".4g") -> str:
    """A metric as text, `-` where this job has none."""
    return format(metrics[name], form) if name in metrics and np.isfinite(metrics[name]) else "-"
