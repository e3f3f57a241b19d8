"""Traces over time, as lines or steps, and two distributions, as inline SVG for light and dark themes."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from reporting.style import GREY, ORANGE
from reporting.wording import Wording

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 1100, 240, 70, 12, 40, 34
_LABELS = 8
_EVERY = (1, 2, 3, 6, 12, 24, 48, 96)  # steps from one label to the next: hours of a day
_FEWEST_TICKS = 3
_STEPS = (5.0, 2.0, 1.0)  # of a power of ten, between two ticks
_LETTER = 6.6  # px, a little more than a letter is wide
_LEAST_ROOM = 0.02  # of the largest value: what hardly changes is drawn as a level


@dataclass(frozen=True)
class Trace:
    """A line of a picture.

    Attributes
    ----------
    name : str
        What it is called.
    values : sequence of float or None
        One a place on the axis; None where there is none, which breaks the line.
    colour : str
        Of the line.
    dash : bool
        Whether it is broken, as what is expected or promised.
    """

    name: str
    values: Sequence[float | None]
    colour: str
    dash: bool = False


def lines(labels: Sequence[str], drawn: Sequence[Trace], about: str, marks: Mapping[int, str] | None = None) -> str:
    """Lines over the same places.

    Parameters
    ----------
    labels : sequence of str
        What each place is called; some of them are written below.
    drawn : sequence of Trace
        The lines, each with as many values.
    about : str
        What is drawn, with its unit.
    marks : Mapping of int to str, optional
        Places with a line from top to bottom, each with its word.
    """
    known = [value for line in drawn for value in line.values if value is not None]
    if not known:
        return ""
    low, high = _room(known)
    wide = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels) - 1)

    def place(i: int, value: float) -> str:
        return f"{_LEFT + wide * i:.1f},{_up(value, low, high):.1f}"

    parts = _axis(low, high)
    for i, word in sorted((marks or {}).items()):
        x = _LEFT + wide * i
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{_HEIGHT - _BOTTOM}" stroke="{GREY}" '
            f'stroke-dasharray="2 3"/>'
        )
        is_near_end = x + _length(word) > _WIDTH - _RIGHT
        parts.append(_text(x - 3 if is_near_end else x + 3, _TOP + 6, word, "end" if is_near_end else "start"))
    for line in drawn:
        for run in _runs(line.values):
            parts.append(_polyline([place(i, value) for i, value in run], line))
            parts += [
                f'<circle cx="{place(i, value).split(",")[0]}" cy="{place(i, value).split(",")[1]}" r="2.5" '
                f'fill="{line.colour}"><title>{html.escape(f"{labels[i]}: {value:.4g}")}</title></circle>'
                for i, value in run
                if not line.dash
            ]
    return _picture(about, _named(drawn) + parts + _labelled(labels, wide, max(1, math.ceil(len(labels) / _LABELS))))


def steps(labels: Sequence[str], drawn: Sequence[Trace], about: str) -> str:
    """Values that last from one place to the next, such as those of hours.

    Parameters
    ----------
    labels : sequence of str
        Name of each step; some of them are written below.
    drawn : sequence of Trace
        The lines, each with as many values; limits are dashed.
    about : str
        What is drawn, with its unit.
    """
    low, high = _room([value for line in drawn for value in line.values if value is not None])
    wide = (_WIDTH - _LEFT - _RIGHT) / len(labels)
    parts = _axis(low, high)
    for line in drawn:
        for run in _runs(line.values):
            ends = ((_LEFT + wide * (i + side), _up(value, low, high)) for i, value in run for side in (0, 1))
            parts.append(_polyline([f"{x:.1f},{y:.1f}" for x, y in ends], line))
    every = next((step for step in _EVERY if len(labels) <= step * _LABELS), len(labels))
    return _picture(about, _named(drawn) + parts + _labelled(labels, wide, every))


def distributions(
    edges: Sequence[float], before: Sequence[float], now: Sequence[float], about: str, say: Wording
) -> str:
    """Two distributions in the same bins: an area for what was, a line for what is.

    Parameters
    ----------
    edges : sequence of float
        Ends of the bins, one more than shares.
    before, now : sequence of float
        Shares of the bins.
    about : str
        What is drawn, with its unit.
    say : Wording
        Language of the picture.
    """
    high = max([*before, *now, 1e-9])
    span = (edges[-1] - edges[0]) or 1.0

    def across(value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - edges[0]) / span

    def outline(shares: Sequence[float]) -> str:
        ends = zip(edges, edges[1:], shares, strict=False)
        return " ".join(f"{across(x):.1f},{_up(share, 0, high):.1f}" for a, b, share in ends for x in (a, b))

    floor = f"{_up(0, 0, high):.1f}"
    area = f"{_LEFT},{floor} {outline(before)} {across(edges[-1]):.1f},{floor}"
    parts = [
        *_named([Trace(say("training rows"), (), GREY), Trace(say("latest window"), (), ORANGE)]),
        *_axis(0.0, high),
        f'<polygon points="{area}" fill="{GREY}" fill-opacity="0.45"/>',
        f'<polyline points="{outline(now)}" fill="none" stroke="{ORANGE}" stroke-width="2"/>',
    ]
    for value, written in _ticks(edges[0], edges[0] + span):
        is_near_end = across(value) + 0.5 * _LETTER * len(written) > _WIDTH
        parts.append(_text(across(value), _HEIGHT - 12, written, "end" if is_near_end else "middle"))
    return _picture(about, parts)


def _room(known: Sequence[float]) -> tuple[float, float]:
    least, most = min(known), max(known)
    room = max(most - least, _LEAST_ROOM * abs(most)) or 1.0
    middle = (least + most) / 2
    return middle - 0.58 * room, middle + 0.58 * room


def _up(value: float, low: float, high: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / ((high - low) or 1.0)


def _axis(low: float, high: float) -> list[str]:
    """Level lines with their values."""
    parts = []
    for value, written in _ticks(low, high):
        y = _up(value, low, high)
        ends = f'x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
        parts.append(f'<line {ends} stroke="{GREY}" stroke-opacity="0.3"/>')
        parts.append(_text(_LEFT - 8, y + 4, written, "end"))
    return parts


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Round numbers in equal steps between two ends, at least FEWEST_TICKS, and how each is written."""
    power = math.floor(math.log10(high - low))
    sizes = ((step, exponent) for exponent in (power, power - 1) for step in _STEPS)
    for step, exponent in sizes:
        size = step * 10.0**exponent
        first, last = math.ceil(low / size), math.floor(high / size)
        if last - first + 1 >= _FEWEST_TICKS:
            break
    return [(i * size, f"{i * size:,.{max(0, -exponent)}f}") for i in range(first, last + 1)]


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Places and values between those that are missing."""
    runs: list[list[tuple[int, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((i, value))
    return [run for run in runs if run]


def _polyline(points: Sequence[str], line: Trace) -> str:
    dash = ' stroke-dasharray="6 4"' if line.dash else ""
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{line.colour}" stroke-width="2"{dash}/>'


def _labelled(labels: Sequence[str], wide: float, every: int) -> list[str]:
    """Some labels below a picture; one that would be cut off is left out."""
    places = ((_LEFT + wide * i, labels[i]) for i in range(0, len(labels), every))
    fitting = ((x, label) for x, label in places if x + _LETTER * len(label) <= _WIDTH)
    return [_text(x, _HEIGHT - 12, label, "start") for x, label in fitting]


def _named(drawn: Sequence[Trace]) -> list[str]:
    """A short stroke and the name of each line, above the picture."""
    parts, x = [], float(_LEFT)
    for line in drawn:
        dash = ' stroke-dasharray="6 4"' if line.dash else ""
        parts.append(
            f'<line x1="{x:.0f}" x2="{x + 22:.0f}" y1="14" y2="14" stroke="{line.colour}" stroke-width="3"{dash}/>'
        )
        parts.append(_text(x + 28, 18, line.name, "start"))
        x += 28 + _length(line.name) + 24
    return parts


def _length(words: str) -> float:
    """Length of a text [px]; a Chinese character is as wide as two letters."""
    return _LETTER * sum(2 if east_asian_width(one) in "WF" else 1 for one in words)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{html.escape(words)}</text>'


def _picture(about: str, parts: Sequence[str]) -> str:
    name = html.escape(about)
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" style="width:100%;font:12px system-ui,sans-serif"'
    return f'<h3>{name}</h3><svg {size} role="img" aria-label="{name}">{"".join(parts)}</svg>'
