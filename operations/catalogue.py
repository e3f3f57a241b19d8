"""The operations of each task: the one place that lists them, and what a process offers of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
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
    max_rows : int
        Most rows in one request.
    operations : Mapping of str to Operation
        Operations by name, in the order of the catalogue.
    """

    seed: Seed
    max_rows: int
    operations: Mapping[str, Operation[Any]]

    # Made when first needed: most processes of a folder are in no service, and their types are as large as its models.
    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """Requests and responses by the name of the operation, in the order of the catalogue.

        Raises
        ------
        ValueError
            The seed lacks what an operation needs, or a column has the name of a field.
        """
        return {name: one.form(self.seed, self.max_rows) for name, one in self.operations.items()}

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
    """Operations that a seed's process offers, for at most so many rows in one request."""
    return Offers(seed, max_rows, {one.name: one for one in operations_of(seed) if one.is_offered(seed)})


def predictions_of(seed: Seed) -> Predictions:
    """Predictions of a process's task."""
    return next(one for one in operations_of(seed) if isinstance(one, Predictions))


def states_of(seed: Seed) -> OnlineStates[Any] | None:
    """Updates of the models of a process by outcomes; None where they follow none."""
    return next(one.states for one in operations_of(seed) if isinstance(one, Outcomes))
