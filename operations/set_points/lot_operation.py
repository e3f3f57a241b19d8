"""Operations on set-points of lots, graded or sorted: what both do alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from models.setpoints.lot_advice import LotAdvice
from operations.forms.fields import Record
from operations.set_points.lots import AskedLots, LotForm, flattened, lot_rows, prices_stated
from operations.set_points.operation import SetpointOperation
from operations.set_points.requests import checked_moves


class LotOperation(SetpointOperation[LotForm, AskedLots]):
    """An operation on set-points of lots.

    Attributes
    ----------
    assumptions : str
        Sentence on what its advice assumes.
    """

    assumptions: ClassVar[str]

    @abstractmethod
    def advices(self, form: LotForm, part: Any, request: AskedLots, prices: dict[str, float]) -> Sequence[LotAdvice]:
        """Recommendation for each plan at the requested prices; raises SetpointError and RequestError."""

    @abstractmethod
    def effect_units(self, part: Any) -> Mapping[str, str]:
        """Unit of each effect of a move."""

    def advised(self, form: LotForm, part: Any, request: AskedLots) -> Record:
        """Recommendation for each plan, with its prices; raises SetpointError and RequestError."""
        prices = flattened(request.request["prices"])
        reckoned = part.priced(prices)
        advices = self.advices(form, part, request, prices)
        return {
            "assumptions": self.assumptions,
            "prices": prices_stated(reckoned, part.prices),
            self.name.replace("-", "_"): lot_rows(advices, request, form, self.effect_units(part)),
        }

    def options(self, form: LotForm, given: Record) -> Record:
        """Fields around the rows, moves among them; RequestError names every field that cannot be."""
        return checked_moves(super().options(form, given), form.moves, form.moves)
