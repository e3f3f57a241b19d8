"""Where a mean tonne's energy goes in a month, and its picture."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.energy.account import AUXILIARIES, ELECTRICITY, RECTIFIER, STEAM
from monitoring.energy.month import EnergyMonth
from pages.sankey import Link, Node, sankey
from physics.arrays import FloatArray

HEAT = "heat of the cells"
CELLS = "direct current"
_OUTSIDE = (RECTIFIER, AUXILIARIES)
# Seen on white and on black.
_BLUE, _GREEN, _GREY, _RED = "#3d8fd6", "#2a9d55", "#8c8c8c", "#c9605a"
_COLOURS = (_GREEN, _BLUE, "#7a6fc4", "#3aa6a6", "#d98a2b", "#b58a3c", "#8a6d5a", "#b05f92", _RED, "#9c5a3c")


@dataclass(frozen=True)
class MeanFlow:
    """Where a mean tonne's energy goes, over the rows in which all of it is known [kWh/t].

    Attributes
    ----------
    rows : int
        How many rows these are.
    cells, outside, bound : Mapping of str to float
        As of `models.energy.account.Flow`.
    heat : float
        The direct current's energy that becomes heat of the cells.
    """

    rows: int
    cells: Mapping[str, float]
    outside: Mapping[str, float]
    bound: Mapping[str, float]
    heat: float

    @property
    def direct(self) -> float:
        """Energy of the direct current [kWh/t]."""
        return sum(self.cells.values())

    @property
    def comprehensive(self) -> float:
        """All energy that is bought [kWh/t]."""
        return self.direct + sum(self.outside.values())


def mean_flow(month: EnergyMonth) -> MeanFlow | None:
    """Where a mean tonne's energy goes; None where no row has all that its parts are computed from."""
    flow = month.flow
    parts = [*flow.cells.values(), *flow.outside.values(), *flow.bound.values(), flow.heat]
    known = np.isfinite(np.array(parts)).all(axis=0)
    if not known.any():
        return None
    weights = month.metal[known]

    def means(of: Mapping[str, FloatArray]) -> dict[str, float]:
        return {name: float(np.average(values[known], weights=weights)) for name, values in of.items()}

    heat = means({HEAT: flow.heat})[HEAT]
    return MeanFlow(int(known.sum()), means(flow.cells), means(flow.outside), means(flow.bound), heat)


def links(flow: MeanFlow) -> list[Link]:
    """What flows from where to where: all that is bought ends in a loss outside the cells, a product or heat.

    Parts of the cells that are below 0 on average are taken out of the largest one.
    """
    cells = _drawn(flow.cells)
    found = [Link(ELECTRICITY, CELLS, flow.direct)]
    found += [Link(ELECTRICITY, name, flow.outside[name]) for name in _OUTSIDE]
    found += [Link(STEAM, HEAT, flow.outside[STEAM])] if STEAM in flow.outside else []
    found += [Link(CELLS, name, value) for name, value in cells.items()]
    first, *others = cells
    left = dict(cells)
    for name, wanted in flow.bound.items():
        # What the least voltage does not bind comes out of the heat of all other parts, which is one heat.
        taken = min(left[first], wanted)
        rest = sum(left[other] for other in others)
        share = (wanted - taken) / rest if rest > 0.0 else 0.0
        for part, value in ((first, taken), *((other, share * left[other]) for other in others)):
            found.append(Link(part, name, value))
            left[part] -= value
    found += [Link(part, HEAT, max(value, 0.0)) for part, value in left.items()]
    return [link for link in found if link.value > 0.0]


def _drawn(cells: Mapping[str, float]) -> dict[str, float]:
    below = sum(min(value, 0.0) for value in cells.values())
    drawn = {name: max(value, 0.0) for name, value in cells.items()}
    drawn[max(drawn, key=lambda name: drawn[name])] += below
    return drawn


def picture(flow: MeanFlow, title: str) -> str:
    """The Sankey diagram as HTML, with what is below 0 and so not drawn."""
    below = [f"{html.escape(name)} {value:,.1f}" for name, value in flow.cells.items() if value < 0.0]
    note = f"<p>Below 0, and taken out of the largest part: {', '.join(below)} kWh/t.</p>" if below else ""
    return f'<div class="wide">{diagram(flow, title)}</div>{note}'


def diagram(flow: MeanFlow, title: str) -> str:
    """The Sankey diagram as SVG, which may stand alone."""
    nodes = [Node(ELECTRICITY, 0, _BLUE), Node(CELLS, 1, _BLUE), *(Node(one, 1, _GREY) for one in _OUTSIDE)]
    if STEAM in flow.outside:
        nodes.append(Node(STEAM, 0, _RED))
    nodes += [Node(name, 2, _COLOURS[number % len(_COLOURS)]) for number, name in enumerate(flow.cells)]
    nodes += [*(Node(name, 3, _GREEN) for name in flow.bound), Node(HEAT, 3, _RED)]
    drawn = links(flow)
    reached = {name for link in drawn for name in (link.source, link.target)}
    return sankey([node for node in nodes if node.name in reached], drawn, "kWh/t", title)
