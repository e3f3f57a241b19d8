"""Page on decisions of users: the newest ones, and the effect of accepted recommendations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.links import ProcessStatus
from dashboard.state.process import ProcessState
from dashboard.views.effects import PERIODS, ComparedRecommendation, Effect, Outcomes, effects
from dashboard.views.warnings import WarningRate, rate
from records.user_decisions import UserDecision

MOST_LISTED = 50
"""Newest decisions that are listed."""


@dataclass(frozen=True)
class DecisionsPage:
    """Content of the page.

    Attributes
    ----------
    status : ProcessStatus
    decisions : sequence of UserDecision
        Newest decisions, the latest first.
    counts : Mapping of str to int
        Decisions on recommendations in memory by action.
    effects : sequence of Effect
        Effects of accepted recommendations whose outcomes are known.
    accepted, periods : int
        Accepted recommendations that are compared; periods of a mean.
    rate : WarningRate
    """

    status: ProcessStatus
    decisions: Sequence[UserDecision]
    counts: Mapping[str, int]
    effects: Sequence[Effect]
    accepted: int
    periods: int
    rate: WarningRate


def decisions_page(
    status: ProcessStatus, state: ProcessState, compared: Sequence[ComparedRecommendation], outcomes: Outcomes
) -> DecisionsPage:
    """Content of the page; `compared` are the accepted recommendations with their periods."""
    newest = list(state.user_decisions.values())[::-1]
    return DecisionsPage(
        status=status,
        decisions=newest[:MOST_LISTED],
        counts=Counter(one.action for one in newest if not one.event),
        effects=effects(compared, outcomes),
        accepted=len(compared),
        periods=PERIODS,
        rate=rate({status.name: state}),
    )
