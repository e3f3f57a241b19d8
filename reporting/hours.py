"""Values by the hour as steps, drawn in SVG that a page holds itself."""

from __future__ import annotations

import html
from collections.abc import Sequence

from reporting.style import GREY

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 1100, 220, 70, 12, 34
_LABELS = 8
_EVERY = (1, 2, 3, 6, 12, 24, 48, 96)  # steps from one label to the next
_LEAST_ROOM = 0.02  # of the largest value: what hardly changes is drawn as a level


def steps(labels: Sequence[str], values: Sequence[float], about: str, colour: str, line: float | None = None) -> str:
    """Steps of equal length, one a value, and where it is given a level line across them.

    Parameters
    ----------
    labels : sequence of str
        What each step is called; some of them are written below.
    values : sequence of float
        One a step.
    about : str
        What is drawn, with its unit.
    colour : str
        Of the steps.
    line : float, optional
        A level to compare with.
    """
    shown = [*values, *([] if line is None else [line])]
    least, most = min(shown), max(shown)
    room = max(most - least, _LEAST_ROOM * abs(most)) or 1.0
    low, high = least - 0.1 * room, least + room
    wide = (_WIDTH - _LEFT) / len(values)

    def up(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / room

    places = [f"{_LEFT + wide * (i + side):.1f},{up(value):.1f}" for i, value in enumerate(values) for side in (0, 1)]
    parts = [f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for value in sorted({least, most}):
        parts.append(_text(_LEFT - 8, up(value) + 4, f"{value:.4g}", "end"))
    parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{up(low):.1f}" y2="{up(low):.1f}" stroke="{GREY}"/>')
    if line is not None:
        y = up(line)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GREY}" stroke-dasharray="5"/>'
        )
    every = next((step for step in _EVERY if len(labels) <= step * _LABELS), len(labels))
    for i in range(0, len(labels), every):
        parts.append(_text(_LEFT + wide * i, _HEIGHT - 12, labels[i], "start"))
    name = html.escape(about)
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" style="width:100%;font:12px system-ui,sans-serif"'
    return f'<h2>{name}</h2><svg {size} role="img" aria-label="{name}">{"".join(parts)}</svg>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#555">{html.escape(words)}</text>'
