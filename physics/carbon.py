"""Greenhouse gases of a process and of its purchases, and the charge of a carbon price on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from physics.arrays import FloatArray, Numeric, floats

DIRECT_PRICE, INDIRECT_PRICE = "carbon_price_direct", "carbon_price_indirect"  # $/tCO2e
CARBON_PRICES = (DIRECT_PRICE, INDIRECT_PRICE)


@dataclass(frozen=True)
class Emission:
    """Greenhouse gases by scope; numbers, or arrays of one shape.

    Attributes
    ----------
    direct
        Of the process itself, scope 1 [tCO2e/d]
    indirect
        Of purchased electricity and steam, scope 2 [tCO2e/d]
    """

    direct: Numeric
    indirect: Numeric

    @property
    def total(self) -> FloatArray:
        """Both scopes [tCO2e/d]."""
        return floats(self.direct) + self.indirect

    def charge(self, prices: Mapping[str, float]) -> FloatArray:
        """Each scope at its own price, `carbon_price_direct` and `carbon_price_indirect` [$/d]."""
        return floats(self.direct) * prices[DIRECT_PRICE] + floats(self.indirect) * prices[INDIRECT_PRICE]
