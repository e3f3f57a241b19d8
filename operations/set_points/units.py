"""Set-points of units whose target is a number, as operations."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from models.setpoints.experiments import experiments
from models.setpoints.frontier import CARBON_PRICE, UNPRICED, pareto, prices_carbon
from models.setpoints.line.recommender import recommend_line
from models.setpoints.model import SetpointModel
from models.setpoints.recommender import what_if
from models.setpoints.units import MONEY
from operations.forms.fields import Record
from operations.operation import FromTable
from operations.set_points.answers import advice_rows, pareto_rows, planned_rows, priced
from operations.set_points.flat_rows import flat_rows
from operations.set_points.forms import ASSUMPTIONS, SetPointForm, has_physics, setpoint_forms
from operations.set_points.line import LINE, POWER_LIMIT, line_part
from operations.set_points.moves import chosen
from operations.set_points.names import EXPERIMENTS, PARETO, RECOMMENDATIONS
from operations.set_points.operation import Recommendations, SetpointOperation, WhatIf
from operations.set_points.requests import ParsedSetpointRequest, checked_moves, read, request_of
from seeds import Quantity, Seed

if TYPE_CHECKING:
    import pandas as pd


class UnitSetpointOperation(SetpointOperation[SetPointForm, ParsedSetpointRequest]):
    """An operation on the set-points of units."""

    def is_offered(self, seed: Seed) -> bool:
        """Return whether the physics of a process's set-points is known."""
        return has_physics(seed)

    def form(self, seed: Seed, max_rows: int) -> SetPointForm:
        """Requests and responses of a process that offers the operation."""
        return setpoint_forms(seed, max_rows)[self.name]

    def read(self, form: SetPointForm, body: bytes) -> ParsedSetpointRequest:
        """History and plans as a table; RequestError names every fault."""
        return read(form, body)

    def advised(self, form: SetPointForm, model: SetpointModel, request: ParsedSetpointRequest) -> Record:
        """Response with the prices that it rests on; SetpointError and RequestError as the base says."""
        prices = request.request["prices"]
        stated = priced(model.priced(prices), model.seed)
        return {"assumptions": ASSUMPTIONS, "prices": stated, **self.part(model, request, prices)}

    def options(self, form: SetPointForm, given: Record) -> Record:
        """Fields around the rows, moves among them; RequestError names every field that cannot be."""
        return checked_moves(super().options(form, given), form.alike, form.moves)

    def request_of(self, form: SetPointForm, table: pd.DataFrame, options: Record) -> FromTable[ParsedSetpointRequest]:
        """Plans of a table, or its last set-points for one more period where it has none."""
        return request_of(table, form.seed, options)

    @abstractmethod
    def part(self, model: SetpointModel, request: ParsedSetpointRequest, prices: Record) -> Record:
        """Fields of the response that are of this operation alone."""


class UnitRecommendations(UnitSetpointOperation, Recommendations[SetPointForm, ParsedSetpointRequest]):
    """The moves that bring most."""

    gain: ClassVar[str] = MONEY
    adds_up: ClassVar[bool] = True  # a day's money of several units is one sum
    caption: ClassVar[str] = "mean over the period to come and the next two; 90 % intervals"

    def prices(self, seed: Seed) -> Mapping[str, Quantity]:
        """Prices and factors of the seed's economics."""
        return seed.economics

    def part(self, model: SetpointModel, request: ParsedSetpointRequest, prices: Record) -> Record:
        """Advice on each row, and on what all units share."""
        advices, line = recommend_line(model, request.table, prices, request.request.get(POWER_LIMIT))
        shared = {} if line is None else {LINE: line_part(line, model.seed)}
        return {RECOMMENDATIONS: advice_rows(advices, request, model), **shared}


class UnitWhatIf(UnitSetpointOperation, WhatIf[SetPointForm, ParsedSetpointRequest]):
    """Chosen moves."""

    def part(self, model: SetpointModel, request: ParsedSetpointRequest, prices: Record) -> Record:
        """Gain of the chosen moves of each row."""
        moves = chosen(request, model.seed)
        return {"what_if": advice_rows(what_if(model, request.table, moves, prices), request, model)}


class UnitPareto(UnitSetpointOperation):
    """The best moves at rising shadow prices of all emissions."""

    name: ClassVar[str] = PARETO
    operation_id: ClassVar[str] = "pareto"

    def is_offered(self, seed: Seed) -> bool:
        """Return whether carbon has a price, and the physics of the set-points is known."""
        return super().is_offered(seed) and prices_carbon(seed)

    def why_not(self, seed: Seed) -> str | None:
        """A process without a price of carbon offers the other operations alone."""
        return UNPRICED if super().is_offered(seed) else None

    def part(self, model: SetpointModel, request: ParsedSetpointRequest, prices: Record) -> Record:
        """Moves of each row at each price."""
        return {PARETO: pareto_rows(pareto(model, request.table, prices), request, model)}

    def flat(self, form: SetPointForm, answer: Record) -> list[Record]:
        """A row a unit and price of carbon, numbers under headings with their units."""
        return [
            row | {f"{CARBON_PRICE} [{point['carbon_price']['unit']}]": point["carbon_price"]["value"]}
            for unit in answer[PARETO]
            for point in unit["points"]
            for row in flat_rows([point["advice"]], form.seed)
        ]


class UnitExperiments(UnitSetpointOperation):
    """The next set-point tests."""

    name: ClassVar[str] = EXPERIMENTS
    operation_id: ClassVar[str] = "experiments"

    def part(self, model: SetpointModel, request: ParsedSetpointRequest, prices: Record) -> Record:
        """Tests in pairs, and their value."""
        # Other signs for other periods, and the same ones for a request that is sent again.
        newest = request.table[model.seed.clock.name].max()
        programme = experiments(model, request.table, request.request["share"], prices, newest.toordinal())
        return planned_rows(programme, model)
