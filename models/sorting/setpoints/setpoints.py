"""Set-points of a sorting line: minimum gain of each bin, and the belt's load if measured."""

from __future__ import annotations

from dataclasses import dataclass

from models.sorting.setpoints.replay import OCCUPANCY
from seeds import Seed

LEAST_GAIN = "least_gain."  # of a bin: `least_gain.<bin>`


@dataclass(frozen=True)
class Setpoint:
    """Set-point of a sorting line.

    Attributes
    ----------
    name, unit, description : str
        `least_gain.<bin>` [$/kg] or `occupancy` [1], and what it is.
    """

    name: str
    unit: str
    description: str


def line_setpoints(seed: Seed) -> tuple[Setpoint, ...]:
    """Return the line's set-points: bins except the residue, in the seed's order, then the belt's load."""
    gains = [
        Setpoint(f"{LEAST_GAIN}{one.name}", one.unit, f"least expected gain with which a piece is ejected: {one.title}")
        for one in seed.bins
        if not one.rest
    ]
    loads = [Setpoint(one.name, str(one.unit), one.description) for one in seed.inputs if one.name == OCCUPANCY]
    return (*gains, *loads)
