"""Recommendation for a whole line and the coming period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.setpoints.advice import GainEstimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LineAdvice:
    """Recommendation for the shared set-point, with matching moves of the units' own set-points.

    Attributes
    ----------
    setpoint : str
        The shared set-point.
    start : Timestamp
        Start of the period.
    units, known : int
        Units that run, and those of them whose plan and situation are known; the others count as the mean of the
        known ones with their own set-points as planned.
    limit : float or None
        What the line may take [MW].
    plan, move : float
        The shared set-point as planned, and its move [its unit]; NaN if the line is not known.
    moves : Mapping of str to Mapping of str to float
        Moves of the own set-points of each known unit that moves [their units].
    infeasible_units : Mapping of str to str
        Units that break a limit more often than allowed with any own set-points, and the limit: they do what they can,
        and the line as a whole breaks no limit more often than the seed allows, or than it does by plan.
    gain : GainEstimate or None
        Money that all these moves bring, on average over this period and the two after it, their cost taken off
        [money a day of the line]; None where the line is not known.
    gain_without_shared_move : GainEstimate or None
        The same of the best moves with the shared set-point as planned; None if they cannot keep the limit.
    before, after : float
        Power that the line takes in the period by plan, and after the moves [MW]; NaN where the line is not known.
    worth : float or None
        What one more MW of the limit would bring [money a day and MW]; None where there is no limit.
    binding_constraints : str or None
        What keeps the line from moves that would bring more, beginning with `power_limit`, `limits` or `support`.
    refusal : str or None
        Reason for no move of the shared set-point, also with prefix `doubt` or `line`; None if it moves, or the plan is
        as good as anything within reach.
    """

    setpoint: str
    start: pd.Timestamp
    units: int
    known: int
    limit: float | None = None
    plan: float = float("nan")
    move: float = 0.0
    moves: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    infeasible_units: Mapping[str, str] = field(default_factory=dict)
    gain: GainEstimate | None = None
    gain_without_shared_move: GainEstimate | None = None
    before: float = float("nan")
    after: float = float("nan")
    worth: float | None = None
    binding_constraints: str | None = None
    refusal: str | None = None
