"""Page of pictures of a table for review before a draft is confirmed; it needs no network."""

from __future__ import annotations

import html
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from drafting.columns import DetectedColumn
from drafting.job import Drafted
from drafting.label_period import first_of_runs
from drafting.lengths import length
from drafting.roles import longest_run
from physics.arrays import FloatArray
from reporting.drawing import empty, panelled, settings
from reporting.html import table
from reporting.languages import DEFAULT
from reporting.style import BLUE, GREY, LAYOUT, ORANGE, RED, STYLE
from reporting.wording import WordedText, Wording
from seeds.format.language import Language

_MOST_POINTS = 4000
_MOST_PANELS = 40
_ACROSS = 4
_BINS = 40
_MOST_BARS = 20
_MOST_STRETCHES = 60
_LONG = 20
_TABLE = (
    "table{border-collapse:collapse;font-size:.9rem}th,td{border-bottom:1px solid #ddd;padding:.25rem .6rem;"
    "text-align:left;font-weight:normal;vertical-align:top}.wide{overflow-x:auto}"
)


def page(drafted: Drafted, language: Language = DEFAULT) -> str:
    """Pictures of the table that a draft was made from, as one HTML page that holds plotly.js itself.

    Parameters
    ----------
    drafted : Drafted
        The draft and what it rests on.
    language : str, optional
        Language of the page; names of columns stay as the table has them.

    Returns
    -------
    str
        The page; nothing in it is fetched from anywhere.
    """
    say = Wording(language)
    rows = [
        (say(one.kind), say.stated(one.where), say.stated(one.evidence), say.stated(one.done))
        for one in drafted.suspicions
    ]
    blocks = [
        f"<h2>{say('What is suspected, worst first')}</h2>",
        table((say("what"), say("where"), say("evidence"), say("what the draft does")), rows),
    ]
    drawn = 0
    for heading, caption, draw in _PICTURES:
        figure = draw(drafted, say)
        blocks.append(f"<h2>{html.escape(say.stated(heading))}</h2>")
        if figure is None:
            blocks.append(f"<p>{say('Nothing of this kind in the table.')}</p>")
            continue
        body = figure.to_html(
            full_html=False, include_plotlyjs=not drawn, config=settings(say), div_id=draw.__name__.strip("_")
        )
        blocks.append(f"<p>{html.escape(say.stated(caption))}</p>{body}")
        drawn += 1
    facts = say("; ").join(say("%(item)s: %(value)s", item=item, value=value) for item, value in drafted.summary)
    title = html.escape(say("Draft: %(name)s", name=drafted.name))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}{_TABLE}</style>'
    start = (
        f'<!doctype html><html lang="{say.tag}"><head>{head}</head><body><h1>{title}</h1><p>{html.escape(facts)}</p>'
    )
    return f"{start}{''.join(blocks)}</body></html>"


def _when(drafted: Drafted, say: Wording) -> tuple[np.ndarray, str]:
    """Position of each row on the time axis, and the axis title; the row's number without a time."""
    time = drafted.clock.time
    if time is None or time.times is None:
        return np.arange(1, len(drafted.target.missing) + 1), say("row")
    return time.times.values.to_numpy(), time.text


def _labelled(column: DetectedColumn) -> str:
    unit = column.heading.unit
    return f"{column.text} [{unit}]" if unit and unit not in column.text else column.text


def _target_over_time(drafted: Drafted, say: Wording) -> go.Figure:
    """Each label where it stands."""
    target = drafted.target
    when, axis = _when(drafted, say)
    rows = np.flatnonzero(~target.missing)
    rows = rows[np.argsort(when[rows], kind="stable")]
    rows = rows[:: max(1, math.ceil(len(rows) / _MOST_POINTS))]
    figure = empty(axis, _labelled(target))
    if target.numbers is None:
        assert target.texts is not None
        y = target.texts.to_numpy(dtype=object)[rows]
    else:
        y = target.numbers[rows]
    marker = {"size": 4, "color": BLUE, "opacity": 0.6}
    return figure.add_scatter(x=when[rows], y=y, mode="markers", marker=marker, name=target.text)


def _distributions(drafted: Drafted, say: Wording) -> go.Figure:
    """Distributions of the columns' values, the target first."""
    used = [one for one in drafted.placed if one.role not in (None, "key", "time")]
    used = sorted(used, key=lambda one: one.role != "target")[:_MOST_PANELS]
    down = math.ceil(len(used) / _ACROSS)
    names = [_cut(_labelled(one.column)) for one in used]
    names = [
        say("%(name)s (late)", name=name) if one.role == "late" else name for name, one in zip(names, used, strict=True)
    ]
    space = min(0.12, 0.5 / max(1, down))
    figure = panelled(rows=down, cols=_ACROSS, subplot_titles=names, vertical_spacing=space, horizontal_spacing=0.05)
    for i, one in enumerate(used):
        colour = {"target": ORANGE, "late": RED}.get(str(one.role), BLUE)
        where = {"row": i // _ACROSS + 1, "col": i % _ACROSS + 1}
        if one.column.numbers is None:
            assert one.column.texts is not None
            counts = one.column.texts.value_counts().iloc[:_MOST_BARS]
            figure.add_bar(
                x=[_cut(str(text), 12) for text in counts.index], y=counts.to_numpy(), marker_color=colour, **where
            )
            figure.update_xaxes(type="category", **where)
            continue
        edges, count = _histogram(one.column.numbers)
        figure.add_bar(x=(edges[1:] + edges[:-1]) / 2, y=count, width=np.diff(edges), marker_color=colour, **where)
    figure.update_layout(**(LAYOUT | {"height": 130 + 190 * down, "showlegend": False, "bargap": 0.02}))
    # The bar of buttons stands above the titles of the first panels.
    figure.update_layout(margin_t=70)
    return figure.update_annotations(font_size=11)


def _cut(text: str, most: int = 30) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _histogram(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Edges and counts of the values between their outermost 0.5 %, so that one outlier hides no shape."""
    there = values[np.isfinite(values)]
    first, last = np.quantile(there, (0.005, 0.995))
    if first == last:
        first, last = there.min(), there.max()
    count, edges = np.histogram(there[(there >= first) & (there <= last)], bins=_BINS)
    return edges, count.astype(np.float64)


def _gaps(drafted: Drafted, say: Wording) -> go.Figure | None:
    """Rows a day or a month, so that what is missing shows."""
    time = drafted.clock.time
    if time is None or time.times is None:
        return None
    when = pd.DatetimeIndex(time.times.values.dropna())
    days = (when.max() - when.min()).days
    span = "h" if days < 4 else "D" if days < 400 else "W"
    about, none = {
        "h": (say("rows a hour"), say("hour without a row")),
        "D": (say("rows a day"), say("day without a row")),
        "W": (say("rows a week"), say("week without a row")),
    }[span]
    counts = pd.Series(1, index=when).resample(span).sum()
    figure = empty(time.text, about)
    figure.add_scatter(
        x=counts.index, y=counts.to_numpy(), mode="lines", line={"color": GREY, "shape": "hvh"}, name=say("rows")
    )
    figure.update_yaxes(rangemode="tozero")
    nothing = counts.index[counts == 0]
    if len(nothing):
        mark = {"color": RED, "symbol": "x", "size": 7}
        figure.add_scatter(x=nothing, y=np.zeros(len(nothing)), mode="markers", marker=mark, name=none)
        figure.update_layout(showlegend=True)
    return figure


def _stuck_stretches(drafted: Drafted, say: Wording) -> go.Figure | None:
    """Long periods with a constant number in a column."""
    clock = drafted.clock
    when, axis = _when(drafted, say)
    figure, names = empty(axis, ""), []
    for one in drafted.placed:
        column = one.column
        if one.role in (None, "target") or column.numbers is None or longest_run(column, clock)[0] < _LONG:
            continue
        starts, ends = _stretches(column, drafted)
        if not len(starts):
            continue
        names.append(column.text)
        x = np.column_stack([when[starts], when[ends], np.full(len(starts), None)]).ravel()
        y = np.repeat(column.text, len(x))
        figure.add_scatter(x=x, y=y, mode="lines", line={"color": RED, "width": 8}, name=column.text, connectgaps=False)
    if not names:
        return None
    figure.update_xaxes(range=[when[clock.order].min(), when[clock.order].max()])
    side = {"automargin": True, "range": [-0.6, len(names) - 0.4]}
    return figure.update_layout(height=130 + 26 * len(names), showlegend=False, yaxis=side)


def _stretches(column: DetectedColumn, drafted: Drafted) -> tuple[np.ndarray, np.ndarray]:
    """First and last row of each long stretch of one number, the longest of them at most."""
    clock = drafted.clock
    assert column.numbers is not None
    rows = clock.order[np.isfinite(column.numbers[clock.order])]
    first = first_of_runs(pd.factorize(column.numbers[rows])[0], clock.unit_code[rows])
    long = np.diff(np.append(first, len(rows)))
    typical = len(rows) / len(first)
    longest = np.flatnonzero(long >= max(_LONG, 20 * typical))
    longest = np.sort(longest[np.argsort(-long[longest], kind="stable")][:_MOST_STRETCHES])
    return rows[first[longest]], rows[first[longest] + long[longest] - 1]


def _repeated_labels(drafted: Drafted, say: Wording) -> go.Figure | None:
    """Numbers of consecutive rows with the same label."""
    clock, target = drafted.clock, drafted.target
    rows = clock.order[~target.missing[clock.order]]
    first = first_of_runs(target.codes[rows], clock.unit_code[rows])
    runs = np.diff(np.append(first, len(rows)))
    if runs.max() == 1:
        return None
    values, count = np.unique(runs, return_counts=True)
    figure = empty(say("rows on end with one label"), say("how often"))
    figure.add_bar(x=values, y=count, marker_color=ORANGE, name=say("runs"))
    figure.update_xaxes(range=[0, 1.03 * float(values.max()) + 1], tickformat="d")
    if values.max() < 10:
        figure.update_xaxes(dtick=1)
    if clock.step is not None and clock.label_step is not None:
        text = say(
            "one label stands for %(period)s, a row for %(step)s",
            period=length(clock.label_step),
            step=length(clock.step),
        )
        figure.add_annotation(text=text, x=0, xanchor="left", y=1.08, xref="paper", yref="paper", showarrow=False)
    return figure


_PICTURES: tuple[tuple[WordedText, WordedText, Callable[[Drafted, Wording], go.Figure | None]], ...] = (
    (
        WordedText("Target over time"),
        WordedText("Each label; at most some thousands are drawn."),
        _target_over_time,
    ),
    (
        WordedText("Distributions"),
        WordedText(
            "The target in orange, what is known only later in red; the outermost 0.5 % at either end are not drawn."
        ),
        _distributions,
    ),
    (WordedText("Gaps"), WordedText("How many rows there are, and where there is none."), _gaps),
    (
        WordedText("Stuck stretches"),
        WordedText("Where a column stays at one number far longer than it usually does."),
        _stuck_stretches,
    ),
    (
        WordedText("Repeated labels"),
        WordedText("A label that stands in many rows is one label, however many rows there are."),
        _repeated_labels,
    ),
)
