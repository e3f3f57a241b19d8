"""Recommendations of units, and what users have decided on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.state.process import ProcessState
from dashboard.state.units import UnitResponse, UnitState
from records.database import now
from records.user_decisions import UserDecision


@dataclass(frozen=True)
class Recommendation:
    """Latest recommendation of a unit.

    Attributes
    ----------
    process, unit : str
    response : UnitResponse
        As it was answered.
    decision : UserDecision or None
        Decision of a user on it that is in force.
    """

    process: str
    unit: str
    response: UnitResponse
    decision: UserDecision | None

    @property
    def content(self) -> Mapping[str, Any]:
        """The part of the response that is of the unit."""
        return self.response.content

    @property
    def moves(self) -> dict[str, float]:
        """Moves of the set-points that do not stay [unit of the set-point]."""
        setpoints = self.content.get("setpoints") or {}
        return {name: float(one["move"]) for name, one in setpoints.items() if one.get("move")}

    @property
    def is_open(self) -> bool:
        """Return whether it recommends a move on which no decision is in force."""
        return bool(self.moves) and self.decision is None

    @property
    def choice(self) -> dict[str, str]:
        """Subject of a user's decision, as forms send it."""
        return {"process": self.process, "unit": self.unit, "event": "", "record": self.response.record}


def recommendation_of(state: ProcessState, unit: UnitState) -> Recommendation | None:
    """Latest recommendation of a unit with the decision on it; None without one."""
    response = unit.recommendation
    if response is None:
        return None
    decision = state.latest_decision(unit.name)
    is_about_it = decision is not None and decision.record == response.record and decision.is_in_force(now())
    return Recommendation(state.seed.process.name, unit.name, response, decision if is_about_it else None)
