"""Values of a kilogram of each class in each bin that a request may replace."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from operations.forms.fields import Record, record, title
from seeds import Bin, Seed

# Far beyond any metal's price, and small enough that sums of products stay finite.
HIGHEST_PRICE = 1e6


def values_example(seed: Seed) -> Record:
    """Values that are accepted: that of the best class in the first bin."""
    first = seed.bins[0]
    best = max(seed.classes, key=lambda name: first.value[name])
    return {first.name: {best: first.value[best]}}


def bin_values(seed: Seed) -> Any:
    """Type of the values that a request may replace: of a kilogram of each class in each bin."""
    kind = record(
        f"{title(seed)}Prices",
        "Values that replace the seed's; what is null or left out stays.",
        {one.name: _in_bin(one, seed) for one in seed.bins},
    )
    return Annotated[kind, Field(default={}, description="values for this request")]


def _in_bin(one: Bin, seed: Seed) -> Any:
    def price(name: str) -> Any:
        described = Field(
            default=None,
            ge=-HIGHEST_PRICE,
            le=HIGHEST_PRICE,
            description=f"value of a kilogram of {name} in {one.name} [{one.unit}]",
            examples=[one.value[name]],
            json_schema_extra={"x-unit": one.unit},
        )
        return Annotated[float | None, described]

    kind = record(
        f"{title(seed, one.name)}Prices",
        f"What a kilogram of each class is worth in {one.name}.",
        {name: price(name) for name in seed.classes},
    )
    return Annotated[kind | None, Field(default=None, description=one.title)]
