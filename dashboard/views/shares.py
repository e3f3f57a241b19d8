"""Shares of decisions: bins of sorted pieces, classes of units, releases of lots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.state.process import ProcessState
from dashboard.state.units import SortedLot


@dataclass(frozen=True)
class Share:
    """Share of a decision.

    Attributes
    ----------
    kind : str
        `bin`, `class` or `decision`.
    name : str
        Name in responses.
    count : int
        Pieces, units or lots.
    share : float
        Of all of them, by mass where pieces have one [1].
    is_pending : bool
        Whether the decision leaves work to be done: an assay.
    """

    kind: str
    name: str
    count: int
    share: float
    is_pending: bool = False


def of_bins(state: ProcessState) -> list[Share]:
    """Shares of the bins in all lots in memory."""
    return of_lots(state, state.lots.values())


def of_lots(state: ProcessState, lots: Iterable[SortedLot]) -> list[Share]:
    """Shares of the bins in lots, in the order of the seed; by mass where rows state it, else by pieces."""
    pieces: Counter[str] = Counter()
    mass: Counter[str] = Counter()
    for lot in lots:
        pieces.update(lot.pieces)
        mass.update(lot.mass)
    weights = mass if mass else pieces
    total = sum(weights.values())
    names = [one.name for one in state.seed.bins]
    return (
        [
            Share("bin", name, pieces[name], weights[name] / total if total else 0.0)
            for name in dict.fromkeys([*names, *pieces])
        ]
        if pieces
        else []
    )


def of_classes(state: ProcessState) -> list[Share]:
    """Shares of the classes among the latest predictions of all units."""
    seed = state.seed
    if not seed.classes or seed.lots is not None:
        return []
    latest = [unit.latest.content.get(seed.target.name) for unit in state.units.values() if unit.latest is not None]
    counts = Counter(str(one) for one in latest)
    total = sum(counts.values())
    return [Share("class", name, counts[name], counts[name] / total) for name in seed.classes if counts[name]]


def of_decisions(state: ProcessState) -> list[Share]:
    """Shares of the decisions on the lots in memory."""
    counts = Counter(one.action for one in state.decisions.values())
    total = sum(counts.values())
    return [
        Share("decision", action, counts[action], counts[action] / total, action == "laboratory")
        for action in ("release", "downgrade", "laboratory")
        if counts[action]
    ]
