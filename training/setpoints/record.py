"""MLflow record of a set-point trial: metrics, all results as JSON, and a page of plots."""

import html
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import plotly.graph_objects as go

from reporting.drawing import empty, panelled, with_diagonal
from reporting.style import BLUE, CONFIG, GREY, LAYOUT, ORANGE, RED, STYLE
from training.setpoints.policies import NAIVE, OPERATORS
from training.setpoints.runs import SetpointTrial
from training.setpoints.tables import WORDS

ENDS = ("", "_low", "_high")
FIGURES, PAGE = "setpoints.json", "setpoints.html"
METRICS = (
    *(f"{name}{end}" for name in ("gain", "per_tonne", "energy_per_tonne", "co2e_per_tonne") for end in ENDS),
    *("oracle_share", "late", "worse", "moved", "stated_over_realised", "covered"),
)
COLOURS = (GREY, RED, ORANGE, "#9467bd", BLUE, "#17becf", "#2ca02c", "#bcbd22", "#222222")
MAPPED = "ours"  # the arm whose units are mapped
MIDDLE = 0.95  # of the units stand within the colours; a fault that flips may bring ten times as much
LEAST = 1e-9  # $/d
MARGIN = 0.05  # of an axis, outside the outermost points
OVER_TIME = 620  # px high


def metrics(result: SetpointTrial) -> dict[str, float]:
    """Return metrics `<arm>/<figure>` of each policy over plants, and of stated gains; known ones only."""
    named = {f"{policy}/{name}": one[name] for policy, one in result.arms.items() for name in METRICS}
    named |= {f"statements/{name}": value for name, value in result.statements.items()}
    return {name: float(value) for name, value in named.items() if np.isfinite(value)}


def files(result: SetpointTrial) -> dict[str, str]:
    """All figures, and a page of pictures that needs no network."""
    return {FIGURES: json.dumps(plain(asdict(result)), indent=1) + "\n", PAGE: page(result)}


def plain(value: Any) -> Any:
    """The same for JSON, which has no NaN."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def page(result: SetpointTrial) -> str:
    """Pictures of a trial as one HTML page that holds plotly.js itself."""
    pictures = (
        (
            "Gain over time",
            "Mean over units and plants against the operators, by period; prediction models have a panel of their own.",
            over_time(result),
        ),
        (
            "Map of units",
            "Gain of each unit over all periods, by plant: the recommendations as they are.",
            unit_map(result),
        ),
        (
            "Stated and realised",
            "Mean gain of the units that were moved, a point an arm and plant, with the stated interval. What "
            "prediction models state is not shown: it lies far off.",
            stated_realised(result),
        ),
    )
    blocks = [
        f"<h2>{html.escape(heading)}</h2><p>{html.escape(caption)}</p>"
        + figure.to_html(full_html=False, include_plotlyjs=not number, config=CONFIG, div_id=f"picture{number}")
        for number, (heading, caption, figure) in enumerate(pictures)
    ]
    title = html.escape(f"Trial of set-points: {result.process}")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    note = "A simulation at the seed's prices: no claim about a plant."
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1><p>{note}</p>'
        f"{''.join(blocks)}</body></html>"
    )


def over_time(result: SetpointTrial) -> go.Figure:
    """Gain of each arm by period, a mean over plants; what loses much has a panel of its own."""
    panels = {name: 2 if name in NAIVE else 1 for name in result.arms}
    figure = panelled(max(panels.values()), 1, shared_xaxes=True, vertical_spacing=0.06)
    figure.update_layout(LAYOUT).update_layout(height=OVER_TIME)
    for colour, (name, panel) in zip(COLOURS, panels.items(), strict=False):
        by_period = np.array([list(plant[name]["by_period"].values()) for plant in result.plants.values()])
        drawn = go.Scatter(
            x=np.arange(1, by_period.shape[1] + 1),
            y=by_period.mean(axis=0),
            mode="lines+markers",
            line={"color": colour},
            name=WORDS[name],
        )
        figure.add_trace(drawn, panel, 1)
    if result.second:
        figure.add_vline(result.periods + 0.5, line={"color": GREY, "dash": "dot"})
    figure.update_yaxes(title="gain [$/unit/d]")
    return figure.update_xaxes(title="period", row=max(panels.values()))


def unit_map(result: SetpointTrial) -> go.Figure:
    """Gain of each unit of each plant, as a field of colours."""
    policy = MAPPED if MAPPED in result.arms else list(result.arms)[-1]
    figure = empty("unit", "")
    gains = [plant[policy]["by_unit"] for plant in result.plants.values()]
    units = sorted({unit for one in gains for unit in one})
    field = np.array([[one.get(unit, np.nan) for unit in units] for one in gains])
    most = float(np.nanquantile(np.abs(field), MIDDLE)) or LEAST
    bar = {"title": "gain [$/d]", "nticks": 5}
    figure.add_heatmap(x=units, y=list(result.plants), z=field, zmin=-most, zmax=most, colorscale="RdBu", colorbar=bar)
    figure.update_xaxes(tickangle=0, nticks=12).update_yaxes(autorange="reversed")
    return figure.update_layout(height=240 + 40 * len(result.plants))


def stated_realised(result: SetpointTrial) -> go.Figure:
    """Plot the stated gain of moved units over the realised gain, with the stated interval."""
    figure, ends, across = empty("realised [$/unit/d]", "stated [$/unit/d]"), [0.0], [0.0]
    for colour, name in zip(COLOURS, result.arms, strict=False):
        known = [plant[name] for plant in result.plants.values() if np.isfinite(plant[name]["stated"])]
        if name in (OPERATORS.name, *NAIVE) or not known:
            continue
        realised, stated, low, high = (
            np.array([one[part] for one in known]) for part in ("realised", "stated", "stated_low", "stated_high")
        )
        bars = {"array": high - stated, "arrayminus": stated - low, "color": colour, "thickness": 1, "width": 2}
        figure.add_scatter(
            x=realised, y=stated, error_y=bars, mode="markers", marker={"color": colour, "size": 8}, name=WORDS[name]
        )
        ends += [*realised, *stated]
        across += [*realised]
    room = MARGIN * (max(across) - min(across)) or LEAST
    figure.update_xaxes(range=[min(across) - room, max(across) + room])
    return with_diagonal(figure, np.array(ends))
