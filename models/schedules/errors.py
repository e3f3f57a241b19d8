"""Orders that no schedule keeps, and limits that would have to give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Relaxation:
    """One limit and how far it alone must give way so that the order becomes possible.

    Attributes
    ----------
    limit : str
        `metal_target`, `highest`, `lowest`, `ramp`, or the name of a constraint.
    stands : float
        The limit as ordered [unit].
    by : float
        How far it must give way [unit]; below 0 where it must fall.
    unit : str
        Unit of both.
    """

    limit: str
    stands: float
    by: float
    unit: str


class ImpossibleError(ValueError):
    """Infeasible order of a schedule; `relaxations` lists the change of each single limit that suffices."""

    def __init__(self, relaxations: Sequence[Relaxation]) -> None:
        self.relaxations = tuple(relaxations)
        ways = [f"{one.limit} {one.stands:g} {one.unit} by {one.by:+.3g}" for one in relaxations]
        way = "; or ".join(ways) or "no single limit that gives way makes it possible"
        super().__init__(f"no schedule keeps the order; it is possible if one of these gives way: {way}")
