"""Set-points of a sorting line: minimum gain of each bin, and the belt's load if measured."""

from __future__ import annotations

from dataclasses import dataclass

from models.sorting.setpoints.replay import OCCUPANCY
from seeds import Seed

LEAST_GAIN = "least_gain."  # of a bin: `least_gain.<bin>`


@dataclass(frozen=True)
class Knob:
    """Set-point of a sorting line.

    Attributes
    ----------
    name, unit, meaning : str
        `least_gain.<bin>` [$/kg] or `occupancy` [1], and what it is.
    """

    name: str
    unit: str
    meaning: str


def line_knobs(seed: Seed) -> tuple[Knob, ...]:
    """Return the line's set-points: bins except the residue, in the seed's order, then the belt's load."""
    gains = [
        Knob(f"{LEAST_GAIN}{one.name}", one.unit, f"least expected gain with which a piece is ejected: {one.title}")
        for one in seed.bins
        if not one.rest
    ]
    loads = [Knob(one.name, str(one.unit), one.meaning) for one in seed.inputs if one.name == OCCUPANCY]
    return (*gains, *loads)
