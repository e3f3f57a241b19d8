"""The operations of each task: the one place that lists them, and what a process offers of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from operations.operation import Form, Operation
from operations.outcomes.forms import OutcomeForm
from operations.outcomes.lots import LotStates
from operations.outcomes.numbers import NumberStates
from operations.outcomes.operation import Outcomes
from operations.outcomes.states import OnlineStates
from operations.predictions.classes.operation import ClassPredictions
from operations.predictions.energy.accounting import Energy
from operations.predictions.explanations import ExplainClass
from operations.predictions.lots.explanation import ExplainContents
from operations.predictions.lots.operation import LotPredictions
from operations.predictions.numbers.explanation import ExplainNumbers
from operations.predictions.numbers.operation import NumberPredictions
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads
from operations.predictions.pieces.operation import PiecePredictions
from operations.schedules.operation import Schedules
from operations.set_points import graded_lots, sorting_lines
from operations.set_points.graded_lots import LotRecommendations, LotWhatIf
from operations.set_points.names import EXPERIMENTS, PARETO
from operations.set_points.operation import Withheld
from operations.set_points.sorting_lines import LineRecommendations, LineWhatIf
from operations.set_points.units import UnitExperiments, UnitPareto, UnitRecommendations, UnitWhatIf
from operations.warnings.operation import Warnings
from seeds import Seed

CATALOGUE: dict[str, tuple[Operation[Any], ...]] = {
    "regression": (
        NumberPredictions(ExplainNumbers(), Energy()),
        UnitRecommendations(),
        UnitWhatIf(),
        UnitPareto(),
        UnitExperiments(),
        Schedules(),
        Warnings(),
        Outcomes(NumberStates()),
    ),
    "classification": (ClassPredictions(ExplainClass()), Outcomes()),
    "sorting": (
        PiecePredictions(ExplainClass()),
        LineRecommendations(),
        LineWhatIf(),
        Withheld(PARETO, sorting_lines.NO_PARETO),
        Withheld(EXPERIMENTS, sorting_lines.NO_EXPERIMENTS),
        Outcomes(),
    ),
    "quality": (
        LotPredictions(ExplainContents()),
        LotRecommendations(),
        LotWhatIf(),
        Withheld(PARETO, graded_lots.NO_PARETO),
        Withheld(EXPERIMENTS, graded_lots.NO_EXPERIMENTS),
        Outcomes(LotStates()),
    ),
}


@dataclass(frozen=True, eq=False)
class Offers:
    """Operations that a process offers.

    Attributes
    ----------
    seed : Seed
        The process.
    forms : Mapping of str to Form
        Requests and responses by the name of the operation, in the order of the catalogue.
    """

    seed: Seed
    forms: Mapping[str, Form]

    @property
    def predictions(self) -> Payloads:
        """Requests and responses of predictions, which every process offers."""
        return cast(Payloads, self.forms[Predictions.name])

    @property
    def outcomes(self) -> OutcomeForm:
        """Requests and responses of outcomes, which every process offers."""
        return cast(OutcomeForm, self.forms[Outcomes.name])


def operations_of(seed: Seed) -> tuple[Operation[Any], ...]:
    """All operations of a process's task."""
    return CATALOGUE[seed.process.task]


def offered(seed: Seed, max_rows: int) -> Offers:
    """Operations that a seed's process offers, for at most so many rows in one request.

    Raises
    ------
    ValueError
        The seed lacks what an operation needs, or a column has the name of a field.
    """
    forms = {one.name: one.form(seed, max_rows) for one in operations_of(seed)}
    return Offers(seed, {name: form for name, form in forms.items() if form is not None})


def predictions_of(seed: Seed) -> Predictions:
    """Predictions of a process's task."""
    return next(one for one in operations_of(seed) if isinstance(one, Predictions))


def states_of(seed: Seed) -> OnlineStates[Any] | None:
    """Updates of the models of a process by outcomes; None where they follow none."""
    return next(one.states for one in operations_of(seed) if isinstance(one, Outcomes))
