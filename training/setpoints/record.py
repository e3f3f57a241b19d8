"""What is kept of a trial of set-points in MLflow: figures, all of them as JSON, and a page of pictures."""

import html
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pages.drawing import empty, with_diagonal
from pages.style import BLUE, CONFIG, GREY, ORANGE, RED, STYLE
from training.setpoints.arms import OPERATORS
from training.setpoints.runs import SetpointTrial
from training.setpoints.tables import WORDS

FIGURES, PAGE = "setpoints.json", "setpoints.html"
METRICS = ("gain", "gain_low", "gain_high", "per_tonne", "oracle_share", "late", "worse", "moved", "covered")
COLOURS = (GREY, RED, ORANGE, "#9467bd", BLUE, "#17becf", "#2ca02c", "#bcbd22", "#222222")
MIDDLE = 0.95  # of the units stand within the colours; a fault that flips may bring ten times as much
LEAST = 1e-9  # $/d


def metrics(found: SetpointTrial) -> dict[str, float]:
    """Figures of each arm over plants, as `<arm>/<figure>`; those that are not known are left out."""
    named = {f"{arm}/{name}": one[name] for arm, one in found.arms.items() for name in METRICS}
    return {name: float(value) for name, value in named.items() if np.isfinite(value)}


def files(found: SetpointTrial) -> dict[str, str]:
    """All figures, and a page of pictures that needs no network."""
    return {FIGURES: json.dumps(plain(asdict(found)), indent=1) + "\n", PAGE: page(found)}


def plain(value: Any) -> Any:
    """The same for JSON, which has no NaN."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def page(found: SetpointTrial) -> str:
    """Pictures of a trial as one HTML page that holds plotly.js itself."""
    pictures = (
        ("Gain over time", "Mean over units and plants beside the operators, by period.", over_time(found)),
        (
            "Map of units",
            "Gain of each unit over all periods, by plant: the recommendations as they are.",
            unit_map(found),
        ),
        (
            "Stated and realised",
            "Mean gain of the units that were moved, a point an arm and plant.",
            stated_realised(found),
        ),
    )
    blocks = [
        f"<h2>{html.escape(heading)}</h2><p>{html.escape(caption)}</p>"
        + figure.to_html(full_html=False, include_plotlyjs=not number, config=CONFIG, div_id=f"picture{number}")
        for number, (heading, caption, figure) in enumerate(pictures)
    ]
    title = html.escape(f"Trial of set-points: {found.process}")
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    note = "A simulation at the seed's prices: no claim about a plant."
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1><p>{note}</p>'
        f"{''.join(blocks)}</body></html>"
    )


def over_time(found: SetpointTrial) -> go.Figure:
    """Gain of each arm by period, a mean over plants."""
    figure = empty("period", "gain [$/unit/d]")
    for colour, name in zip(COLOURS, found.arms, strict=False):
        by_period = np.array([list(plant[name]["by_period"].values()) for plant in found.plants.values()])
        periods = np.arange(1, by_period.shape[1] + 1)
        line = {"color": colour}
        figure.add_scatter(x=periods, y=by_period.mean(axis=0), mode="lines+markers", line=line, name=WORDS[name])
    return figure


def unit_map(found: SetpointTrial, arm: str = "ours") -> go.Figure:
    """Gain of each unit of each plant, as a field of colours."""
    arm = arm if arm in found.arms else list(found.arms)[-1]
    figure = empty("unit", "")
    gains = [plant[arm]["by_unit"] for plant in found.plants.values()]
    units = sorted({unit for one in gains for unit in one})
    field = np.array([[one.get(unit, np.nan) for unit in units] for one in gains])
    most = float(np.nanquantile(np.abs(field), MIDDLE)) or LEAST
    bar = {"title": "$/d", "nticks": 4}
    figure.add_heatmap(x=units, y=list(found.plants), z=field, zmin=-most, zmax=most, colorscale="RdBu", colorbar=bar)
    return figure.update_layout(height=240 + 40 * len(found.plants))


def stated_realised(found: SetpointTrial) -> go.Figure:
    """What was stated of the moved units over what they realised, with the stated interval."""
    figure, ends = empty("realised [$/unit/d]", "stated [$/unit/d]"), [0.0]
    for colour, name in zip(COLOURS, found.arms, strict=False):
        known = [plant[name] for plant in found.plants.values() if np.isfinite(plant[name]["stated"])]
        if name == OPERATORS.name or not known:
            continue
        realised, stated, low, high = (
            np.array([one[part] for one in known]) for part in ("realised", "stated", "stated_low", "stated_high")
        )
        bars = {"array": high - stated, "arrayminus": stated - low, "color": colour}
        figure.add_scatter(
            x=realised, y=stated, error_y=bars, mode="markers", marker={"color": colour, "size": 8}, name=WORDS[name]
        )
        ends += [*realised, *stated]
    return with_diagonal(figure, np.array(ends))
