"""Shared supply of all lines: market of retired cells, laboratory standards."""

from __future__ import annotations

from dataclasses import dataclass

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan
from synthetic_data.plant import segments
from synthetic_data.plant.random_walks import Walk
from synthetic_data.shredding.parameters import ShreddingParameters

STRETCH = 120  # periods that are stepped as one array: whole reviews of the operators
_MARKETS = ("nickel", "lfp")


@dataclass(frozen=True)
class ShreddingSupply:
    """A stretch of periods of all lines; every array has one value a period."""

    first: int  # period, negative in the warm-up
    count: int
    parameters: ShreddingParameters  # every parameter by name, regimes applied
    market: dict[str, FloatArray]  # walks of nickel-rich cathodes and of iron phosphate in what arrives
    standard: FloatArray  # walk of the laboratory's standards


class ShreddingSupplier(segments.PlantSupplier):
    """The market between two stretches."""

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(plan, STRETCH)
        p = plan.plant
        self._market = Walk(p.value("market_memory"), (len(_MARKETS),), self.stream)
        self._standard = Walk(p.value("standard_memory"), (1,), self.stream)

    def advance(self) -> ShreddingSupply:
        """The next stretch."""
        first, day = self._next_days()
        count = len(day)
        p = ShreddingParameters.on_days(self._plan, day)
        market = self._market.advance(known_stream(self.stream).standard_normal((len(_MARKETS), count)))
        standard = self._standard.advance(self.stream.standard_normal((1, count)))
        return ShreddingSupply(first, count, p, dict(zip(_MARKETS, market, strict=True)), standard[0])
