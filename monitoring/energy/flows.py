"""Mean energy flow per tonne in a month, and its Sankey diagram."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.interfaces.energy import ELECTRICITY, Kind
from models.processes.direct_current_energy import STEAM
from monitoring.energy.month import EnergyMonth
from physics.arrays import FloatArray
from reporting.sankey import Link, Node, sankey
from reporting.wording import Wording, listed

# Seen on white and on black.
_BLUE, _GREEN, _GREY, _RED = "#3d8fd6", "#2a9d55", "#8c8c8c", "#c9605a"
_COLOURS = (_GREEN, _BLUE, "#7a6fc4", "#3aa6a6", "#d98a2b", "#b58a3c", "#8a6d5a", "#b05f92", _RED, "#9c5a3c")


@dataclass(frozen=True)
class MeanFlow:
    """Mean energy flow per tonne over the rows with complete data [unit of the kind].

    Attributes
    ----------
    kind : Kind
        What the account is one of.
    rows : int
        How many rows these are.
    uses, outside, bound : Mapping of str to float
        As of `models.interfaces.energy.EnergyFlow`.
    heat : float
        What of the first boundary's energy becomes heat.
    """

    kind: Kind
    rows: int
    uses: Mapping[str, float]
    outside: Mapping[str, float]
    bound: Mapping[str, float]
    heat: float

    @property
    def first(self) -> float:
        """Energy within the kind's first boundary [unit of the kind]."""
        return sum(self.uses.values())

    @property
    def comprehensive(self) -> float:
        """All energy that is bought [unit of the kind]."""
        return self.first + sum(self.outside.values())


def mean_flow(month: EnergyMonth) -> MeanFlow | None:
    """Return the mean energy flow per tonne; None if no row is complete."""
    flow = month.flow
    parts = [*flow.uses.values(), *flow.outside.values(), *flow.bound.values(), flow.heat]
    known = np.isfinite(np.array(parts)).all(axis=0)
    if not known.any():
        return None
    weights = month.product[known]

    def means(of: Mapping[str, FloatArray]) -> dict[str, float]:
        return {name: float(np.average(values[known], weights=weights)) for name, values in of.items()}

    heat = float(np.average(flow.heat[known], weights=weights))
    kind = month.physics.KIND
    return MeanFlow(kind, int(known.sum()), means(flow.uses), means(flow.outside), means(flow.bound), heat)


def links(flow: MeanFlow) -> list[Link]:
    """Links of the Sankey diagram: from purchased energy to uses, products and heat losses.

    Uses that are below 0 on average are taken out of the largest one.
    """
    kind, uses = flow.kind, _drawn(flow.uses)
    flows = [Link(kind.source, kind.carrier, flow.first)]
    flows += [Link(ELECTRICITY, name, value) for name, value in flow.outside.items() if name != STEAM]
    flows += [Link(STEAM, kind.heat, flow.outside[STEAM])] if STEAM in flow.outside else []
    flows += [Link(kind.carrier, name, value) for name, value in uses.items()]
    first, *others = uses
    left = dict(uses)
    for name, needed in flow.bound.items():
        # What the first part (of cells the least voltage) does not bind comes out of the heat of all others, one heat.
        taken = min(left[first], needed)
        remaining = sum(left[other] for other in others)
        share = (needed - taken) / remaining if remaining > 0.0 else 0.0
        for part, value in ((first, taken), *((other, share * left[other]) for other in others)):
            flows.append(Link(part, name, value))
            left[part] -= value
    flows += [Link(part, kind.heat, max(value, 0.0)) for part, value in left.items()]
    return [link for link in flows if link.value > 0.0]


def _drawn(uses: Mapping[str, float]) -> dict[str, float]:
    below = sum(min(value, 0.0) for value in uses.values())
    drawn = {name: max(value, 0.0) for name, value in uses.items()}
    drawn[max(drawn, key=lambda name: drawn[name])] += below
    return drawn


def picture(flow: MeanFlow, title: str, say: Wording) -> str:
    """The Sankey diagram as HTML, with what is below 0 and so not drawn."""
    kind = flow.kind
    below = [f"{say(name)} {value:,.{kind.digits + 1}f}" for name, value in flow.uses.items() if value < 0.0]
    note = say(
        "Below 0, and taken out of the largest part: %(parts)s %(unit)s.", parts=listed(below, say), unit=kind.unit
    )
    return f'<div class="wide">{diagram(flow, title, say)}</div>' + (f"<p>{html.escape(note)}</p>" if below else "")


def diagram(flow: MeanFlow, title: str, say: Wording) -> str:
    """The Sankey diagram as SVG, which may stand alone."""
    kind = flow.kind
    elsewhere = [name for name in flow.outside if name != STEAM]
    nodes = [Node(kind.source, 0, _BLUE), Node(kind.carrier, 1, _BLUE), *(Node(one, 1, _GREY) for one in elsewhere)]
    nodes += [Node(name, 0, _RED) for name in (ELECTRICITY, STEAM) if name != kind.source]
    nodes += [Node(name, 2, _COLOURS[number % len(_COLOURS)]) for number, name in enumerate(flow.uses)]
    nodes += [*(Node(name, 3, _GREEN) for name in flow.bound), Node(kind.heat, 3, _RED)]
    drawn = links(flow)
    reached = {name for link in drawn for name in (link.source, link.target)}
    named = [Node(say(node.name), node.column, node.colour) for node in nodes if node.name in reached]
    flows = [Link(say(link.source), say(link.target), link.value) for link in drawn]
    return sankey(named, flows, kind.unit, title, kind.digits)
