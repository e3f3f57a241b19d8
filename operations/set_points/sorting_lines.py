"""Recommended set-points of a sorting line for the next lot: moves and their expected effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from models.setpoints.lot_advice import MONEY, LotAdvice
from models.sorting.setpoints.prices import prices_of
from models.sorting.setpoints.recommender import EFFECT_UNITS, LinePlan, LineSetPoints, recommend, what_if
from models.sorting.setpoints.replay import OCCUPANCY
from models.sorting.setpoints.setpoints import Setpoint, line_setpoints
from operations.forms.bin_values import bin_values, values_example
from operations.forms.fields import Record, row_fields
from operations.forms.plan_rows import start_text
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
from seeds import Quantity, Seed

if TYPE_CHECKING:
    import pandas as pd

ASSUMPTIONS = (
    "gains are of a tonne of feed as planned, in the time that this takes on the belt; chances are shares of the "
    "assayed lots, sorted again with the set-points; what comes along with an ejected piece is the seed's share; "
    "intervals hold 90 % of chance among lots"
)
NO_PARETO = "what sorting emits is not known, so there is nothing to weigh money against"
NO_EXPERIMENTS = "no tests are needed: other least gains are replayed on assayed pieces, loads differ from lot to lot"
MOST_PLANS = 50  # in one request: each may ask for other least gains, which are replayed
GOES_ON = "Warning: a table of pieces holds no plan: each lot's load is assumed as planned, and no least gain"
LOT, START, GAIN = "L-00401", "2026-11-01T06:00", 0.05  # of the examples


@latest
def forms_of(seed: Seed, max_rows: int) -> Mapping[str, LotForm]:
    """Requests and responses by operation of a process whose pieces have lots and times.

    Parameters
    ----------
    seed : Seed
        The process.
    max_rows : int
        Most rows in one request.
    """
    row, example = row_fields(seed.identity, LOT, START)
    setpoints = line_setpoints(seed)
    return lot_forms(
        seed,
        min(max_rows, MOST_PLANS),
        LotFields(
            row=row | {setpoint.name: _planned(setpoint, seed) for setpoint in setpoints},
            about="how the line shall be set for a lot",
            example=example | {setpoints[0].name: 0.0},
            prices=bin_values(seed),
            prices_example=values_example(seed),
            setpoints={
                setpoint.name: LotSetpoint(
                    setpoint.unit, setpoint.description, 0.01 if setpoint.name == OCCUPANCY else GAIN
                )
                for setpoint in setpoints
            },
            recommended=(
                "The least gain of each bin and the load of the belt that bring most by the newest assayed pieces, "
                "each if its gain is significant and at most the guaranteed share of lots violates a limit; else a "
                "refusal that says why. A refusal is an answer."
            ),
            chosen="What other least gains and another load would bring on the assayed pieces, whatever that is.",
            gain="what a tonne of feed as planned is worth more, or the feed that passes in its time",
        ),
    )


def _planned(setpoint: Setpoint, seed: Seed) -> Any:
    """Type of a planned set-point, which is optional."""
    is_load = setpoint.name == OCCUPANCY
    high = seed.column(OCCUPANCY).high if is_load else None
    otherwise = "the mean of the assayed lots" if is_load else "0: any gain will do"
    described = Field(
        default=None,
        ge=None if is_load else 0,
        gt=0 if is_load else None,
        le=high,
        description=f"{setpoint.description} [{setpoint.unit}]. Null or left out: {otherwise}.",
        examples=[0.1 if is_load else 0.0],
        json_schema_extra={"x-unit": setpoint.unit},
    )
    return Annotated[float | None, described]


def _chosen(
    payloads: LotForm, model: LineSetPoints, request: AskedLots, prices: dict[str, float]
) -> list[dict[str, float]]:
    """Moves of each plan, within the range known for its set-points."""
    typical = {name: model.replay(prices).mean_load if name == OCCUPANCY else 0.0 for name in payloads.units}
    rows = [row | {name: value for name, value in typical.items() if row[name] is None} for row in request.rows]
    moves = chosen_within(rows, request.units, request.request[MOVES], model.bounds(prices), payloads.units)
    return [moves.get(unit, {}) for unit in request.units]


class LineSetPointAdvice(LotOperation):
    """An operation on the set-points of a sorting line."""

    assumptions: ClassVar[str] = ASSUMPTIONS

    def is_offered(self, seed: Seed) -> bool:
        """Return whether pieces have lots and times."""
        return seed.has_unit_and_time

    def form(self, seed: Seed, max_rows: int) -> LotForm:
        """Requests and responses of a process that offers the operation."""
        return forms_of(seed, max_rows)[self.name]

    def read(self, form: LotForm, body: bytes) -> AskedLots:
        """Plans of lots; RequestError names every fault."""
        return read_lots(form, body)

    def advices(
        self, form: LotForm, part: LineSetPoints, request: AskedLots, prices: dict[str, float]
    ) -> Sequence[LotAdvice]:
        """Advice on each plan; RequestError where chosen moves cannot be."""
        import pandas as pd

        clock = form.seed.clock.name
        plans = [
            LinePlan(unit, pd.Timestamp(row[clock]), {name: row[name] for name in form.units if row[name] is not None})
            for unit, row in zip(request.units, request.rows, strict=True)
        ]
        if self.name == RECOMMENDATIONS:
            return recommend(part, plans, prices)
        return what_if(part, plans, _chosen(form, part, request, prices), prices)

    def effect_units(self, part: LineSetPoints) -> Mapping[str, str]:
        """Unit of each effect."""
        return EFFECT_UNITS

    def request_of(self, form: LotForm, table: pd.DataFrame, options: Record) -> FromTable[AskedLots]:
        """Each lot of a table of pieces, with its mean load."""
        seed = form.seed
        assert seed.key is not None
        lots = table.groupby(seed.key.name, sort=True)
        loads = lots[OCCUPANCY].mean().dropna().to_dict() if OCCUPANCY in table else {}
        unset = dict.fromkeys(form.units)
        rows: list[Record] = [
            {seed.key.name: str(lot), seed.clock.name: start_text(start, seed)}
            | unset
            | ({OCCUPANCY: float(loads[lot])} if lot in loads else {})
            for lot, start in lots[seed.clock.name].min().items()
        ]
        return FromTable(AskedLots(rows, [], [row[seed.key.name] for row in rows], options), (GOES_ON,))


class LineRecommendations(LineSetPointAdvice, Recommendations[LotForm, AskedLots]):
    """The moves that bring most."""

    gain: ClassVar[str] = MONEY
    adds_up: ClassVar[bool] = False  # tonnes of several lots are others
    caption: ClassVar[str] = "a tonne of feed as planned, in its time on the belt; 90 % intervals"

    def prices(self, seed: Seed) -> Mapping[str, Quantity]:
        """Value of a kilogram of each class in each bin."""
        return prices_of(seed)


class LineWhatIf(LineSetPointAdvice, WhatIf[LotForm, AskedLots]):
    """Chosen moves."""
