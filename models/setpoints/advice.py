"""Recommendation for a unit and period: set-point moves with their effects, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class GainEstimate:
    """A value and its 90 % interval, all in one unit."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class LimitAfterMoves:
    """A limit of the seed as it stands after the moves.

    Attributes
    ----------
    column, unit : str
        What is limited.
    bound : float
        Its limit [its unit].
    at_most : bool
        Whether the column shall stay below the bound, else above.
    expected : float
        Mean of the period after the moves [its unit].
    chance, allowed : float
        Probability that the period breaks the limit after the moves, and the one that the seed allows [1].
    """

    column: str
    unit: str
    bound: float
    at_most: bool
    expected: float
    chance: float
    allowed: float


@dataclass(frozen=True)
class UnitRecommendation:
    """Advice for one unit and the period to come.

    Attributes
    ----------
    unit : str
        Name of the unit.
    start : Timestamp
        Start of the period.
    plan : Mapping of str to float
        Set-points as planned for the period [their units].
    moves : Mapping of str to float
        Move of each set-point [its unit]; 0 if it stays.
    gain : GainEstimate
        Money that the moves bring, on average over this period and the two after it, their cost taken off
        [money a unit and day].
    effects : Mapping of str to GainEstimate
        Change of each outcome by the moves, by the column's or derived target's name [its unit].
    limits : tuple of LimitAfterMoves
        The seed's limits after the moves.
    cause : str or None
        Largest cause of the gain, as text; None if nothing moves.
    supporting_rows : int
        Rows of history with as large a move in the same direction, minimum over the moved set-points.
    nearest : tuple of (str, Timestamp)
        Unit and period of those rows of history whose situation was most like this one.
    refusal : str or None
        Why nothing is recommended; None where moves are, or where the plan is as good as anything within reach.
    """

    unit: str
    start: pd.Timestamp
    plan: Mapping[str, float]
    moves: Mapping[str, float]
    gain: GainEstimate
    effects: Mapping[str, GainEstimate]
    limits: tuple[LimitAfterMoves, ...]
    cause: str | None
    supporting_rows: int
    nearest: tuple[tuple[str, pd.Timestamp], ...]
    refusal: str | None
