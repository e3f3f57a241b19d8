"""The table and the picture of time and memory over the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from reporting.drawing import panelled
from reporting.markdown import table
from reporting.style import BLUE, GREY, LAYOUT, ORANGE

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = DOCS / "results" / "training_size.json"
PICTURE = DOCS / "pictures" / "training_size.png"
HEIGHT = 380


def section() -> list[str]:
    """Lines of docs/results/benchmarks.md; none before anything was measured."""
    if not RESULTS.exists():
        return []
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    return ["## Training time by table size", "", *_lines(stored)]


def _lines(figures: dict[str, Any]) -> list[str]:
    jobs = figures["jobs"]
    heads = (
        "labelled rows",
        "whole job [s]",
        "LightGBM fits in it [s]",
        "job / fits",
        "rows per second",
        "memory [MiB]",
    )
    rows = (
        (
            f"{one['rows']:,}",
            f"{one['seconds']:.0f}",
            f"{one['fit_seconds']:.0f}",
            f"{one['seconds'] / one['fit_seconds']:.1f}",
            f"{one['rows'] / one['seconds']:,.0f}",
            f"{one['memory']:,.0f}",
        )
        for one in jobs
    )
    return [
        f"`python -m benchmarks.training_size` on {figures['measured']}, {figures['processors']} processors. Complete "
        f"training jobs of `{figures['process']}` in one process, with an existing store and without parallel fits. "
        "Models of set-points and warnings use at most 50,000 rows.",
        "",
        *table(heads, rows),
        f"![Time and memory over rows](../pictures/{PICTURE.name})",
        "",
    ]


def figure(jobs: Sequence[dict[str, float]]) -> go.Figure:
    """Time and memory over rows on logarithmic axes, with a dotted line of proportional growth."""
    drawn = panelled(1, 2, subplot_titles=("time [s]", "memory [MiB]"), horizontal_spacing=0.1)
    rows = [one["rows"] for one in jobs]
    for key, name, colour, column in (
        ("seconds", "whole job", BLUE, 1),
        ("fit_seconds", "LightGBM's fits", ORANGE, 1),
        ("memory", "held at most", BLUE, 2),
    ):
        values = [one[key] for one in jobs]
        drawn.add_scatter(x=rows, y=values, name=name, mode="lines+markers", line={"color": colour}, row=1, col=column)
    for key, column in (("seconds", 1), ("memory", 2)):
        last = jobs[-1]
        line = [last[key] * one / last["rows"] for one in rows]
        drawn.add_scatter(
            x=rows,
            y=line,
            mode="lines",
            line={"color": GREY, "dash": "dot"},
            name="as the rows grow",
            showlegend=column == 1,
            row=1,
            col=column,
        )
    drawn.update_xaxes(type="log", dtick=1, title="labelled rows")
    drawn.update_yaxes(type="log", dtick=1)
    return drawn.update_layout(LAYOUT, height=HEIGHT, margin={"t": 80}, legend={"y": 1.13})
