"""Recommended set-points of lots that are graded: the plan of a lot in, moves and what they bring out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from models.quality.setpoints.effects import setpoints_of
from models.quality.setpoints.model import LotSetpoints
from models.quality.setpoints.prices import prices_of
from models.quality.setpoints.recommender import LotPlans, recommend, what_if
from models.setpoints.lot_advice import MONEY, LotAdvice
from models.table.derived_columns import lenders, made_columns
from operations.forms import history
from operations.forms.faults import RequestDefect, invalid
from operations.forms.fields import Record, row_fields
from operations.forms.history import known_later
from operations.forms.lot_costs import costs_example, lot_costs
from operations.forms.plan_rows import planned, records, with_plans
from operations.forms.rows import matrix
from operations.operation import FromTable
from operations.set_points.latest import latest
from operations.set_points.lot_operation import LotOperation
from operations.set_points.lots import (
    AskedLots,
    LotFields,
    LotForm,
    LotSetpoint,
    lot_forms,
    read_lots,
)
from operations.set_points.moves import chosen_within
from operations.set_points.names import MOVES, RECOMMENDATIONS
from operations.set_points.operation import Recommendations, WhatIf
from operations.set_points.requests import unplanned
from physics.arrays import FloatArray
from seeds import Column, Quantity, Seed

if TYPE_CHECKING:
    import pandas as pd

ASSUMPTIONS = (
    "the less favourable of what physics says and what history shows of a move counts; a defect that a move avoids is "
    "not counted; chances of grades and limits are of the assay; intervals hold 90 %"
)
NO_PARETO = "what lots emit is not known, so there is nothing to weigh money against"
NO_EXPERIMENTS = "tests are not proposed for lots; support says how many lots of history tried a move"
GOES_ON = "Warning: no row plans a lot: each unit is assumed to make one more, with the set-points of its latest"
UNIT = "A-001"  # of the examples


@latest
def forms_of(seed: Seed, max_rows: int) -> Mapping[str, LotForm]:
    """Requests and responses by operation of a process with set-points, units and times of lots.

    Parameters
    ----------
    seed : Seed
        The process.
    max_rows : int
        Most rows in one request.
    """
    setpoints = setpoints_of(seed)
    time = "2026-11-01" if seed.is_daily else "2026-11-01T06:00"
    row, example = row_fields((*seed.identity, *seed.by_role("before"), *setpoints), UNIT, time)
    made = any(column.calendar is None for column in history.made_inputs(seed))
    return lot_forms(
        seed,
        max_rows,
        LotFields(
            row=row | {setpoint.name: _planned(setpoint, float(example[setpoint.name])) for setpoint in setpoints},
            about="plan of a lot: its set-points, and the values known before it is made",
            example=example,
            prices=lot_costs(seed),
            prices_example=costs_example(seed),
            setpoints={
                setpoint.name: LotSetpoint(str(setpoint.unit), setpoint.description, -(setpoint.step or 1.0) / 2)
                for setpoint in setpoints
            },
            recommended=(
                "For each lot the move of one set-point with the largest mean gain, if that is significant, stays "
                "within bounds, a step and the range of history, and does not make the lot violate its grade more "
                "often than is allowed, or than it does as planned; else a refusal with its reason, which is a result."
            ),
            chosen="Expected effect of given moves of set-points.",
            gain="what a tonne of the lot is worth more, the cost of the moves taken off",
            graded=tuple(grade.name for grade in seed.grades[:-1]),
            past=row_fields(known_later(seed), UNIT, time)[0] if made else {},
        ),
    )


def _planned(setpoint: Column, example: float) -> Any:
    """Type of a planned set-point, which is required."""
    described = Field(
        ge=setpoint.low,
        le=setpoint.high,
        description=f"{setpoint.description}, as planned for the lot [{setpoint.unit}]",
        examples=[example],
        json_schema_extra={"x-unit": str(setpoint.unit), "x-role": setpoint.role},
    )
    return Annotated[float, described]


def _inputs(rows: list[Record], seed: Seed) -> FloatArray:
    """Inputs of planned lots, shape (n, k); what is measured later is NaN."""
    later = dict.fromkeys(column.name for column in seed.inputs)
    return matrix([later | row for row in rows], seed)


def _check_needed(model: LotSetpoints, X: FloatArray) -> None:
    """RequestError where no row has a value that no lot of history lacked."""
    needed = model.columns[model.complete]
    lacking = needed[np.isnan(X[:, needed]).all(axis=0)]
    if len(lacking):
        names = [column.name for column in model.seed.inputs]
        expected = "a value in the rows, or earlier periods that it is made from: no lot of history lacked it"
        raise invalid([RequestDefect(field=names[i], expected=expected) for i in lacking])


class LotSetPointAdvice(LotOperation):
    """An operation on the set-points of lots that are graded."""

    assumptions: ClassVar[str] = ASSUMPTIONS

    def is_offered(self, seed: Seed) -> bool:
        """Return whether lots have set-points, units and times."""
        return bool(setpoints_of(seed)) and seed.has_unit_and_time

    def form(self, seed: Seed, max_rows: int) -> LotForm:
        """Requests and responses of a process that offers the operation."""
        return forms_of(seed, max_rows)[self.name]

    def read(self, form: LotForm, body: bytes) -> AskedLots:
        """Plans of lots, with inputs that are made from earlier periods; RequestError names every fault."""
        request = read_lots(form, body)
        if history.made_inputs(form.seed):
            faults = history.fill(request.rows, request.past, form.seed)
            if faults:
                raise invalid(faults)
        return request

    def advices(
        self, form: LotForm, part: LotSetpoints, request: AskedLots, prices: dict[str, float]
    ) -> Sequence[LotAdvice]:
        """Recommendation for each plan; RequestError for impossible moves or rows without needed inputs."""
        import pandas as pd

        seed, units = part.seed, request.units
        X = _inputs(request.rows, seed)
        _check_needed(part, X)
        plans = LotPlans(X, units, [pd.Timestamp(row[form.seed.clock.name]) for row in request.rows])
        if self.name == RECOMMENDATIONS:
            return recommend(part, plans, prices)
        bounds = {setpoint.name: setpoint.settable for setpoint in setpoints_of(seed)}
        moves = chosen_within(request.rows, units, request.request[MOVES], bounds, form.units)
        return what_if(part, plans, [moves.get(unit, {}) for unit in units], prices)

    def effect_units(self, part: LotSetpoints) -> Mapping[str, str]:
        """Unit of each content; shares of defects."""
        seed = part.seed
        return {element.name: str(element.unit) for element in seed.elements} | dict.fromkeys(seed.defects, "1")

    def request_of(self, form: LotForm, table: pd.DataFrame, options: Record) -> FromTable[AskedLots]:
        """Plans of a table, or one more lot of each unit where it has none."""
        seed = form.seed
        assert seed.key is not None
        carried = [column.name for column in seed.by_role("before") if not column.is_made]
        rows, goes_on = with_plans(table, seed, carried)
        lots = records(planned(_with_made(rows, seed) if goes_on else rows, seed), seed)
        lacking = table[seed.key.name].nunique() - len(lots)
        request = AskedLots(lots, [], [row[seed.key.name] for row in lots], options)
        return FromTable(request, tuple(filter(None, (GOES_ON if goes_on else "", unplanned(lacking)))))


class LotRecommendations(LotSetPointAdvice, Recommendations[LotForm, AskedLots]):
    """The moves that bring most."""

    gain: ClassVar[str] = MONEY
    adds_up: ClassVar[bool] = False  # tonnes of several lots are others
    caption: ClassVar[str] = "a tonne of the lot to come, the cost of the move taken off; 90 % intervals"

    def prices(self, seed: Seed) -> Mapping[str, Quantity]:
        """Costs of an assay and a claim, and the value of each grade."""
        return prices_of(seed)


class LotWhatIf(LotSetPointAdvice, WhatIf[LotForm, AskedLots]):
    """Chosen moves."""


def _with_made(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """A table whose columns that are made from earlier lots are made again, rows sorted by unit and time."""
    import pandas as pd

    assert seed.key is not None
    censored = {column.name for column in seed.columns if column.censored}
    lent_values = {name: table[name].to_numpy(dtype=np.float64) for name in lenders(seed)}
    lent_values = {name: np.abs(values) if name in censored else values for name, values in lent_values.items()}
    unit = pd.factorize(table[seed.key.name], sort=True)[0]
    return table.assign(**made_columns(lent_values, seed, unit, table[seed.clock.name].to_numpy()))
