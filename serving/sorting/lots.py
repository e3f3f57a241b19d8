"""What lots hold, as a request brings it and an answer tells it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from models.sorting.lots import LotState
from seeds import Bin, Column, Quantity, Seed
from seeds.format.units import whole
from serving.fields import Record, quantity, record, title

# Far beyond any lot, and small enough that sums and squares of it stay finite.
LARGEST_MASS = 1e9


def lot(seed: Seed) -> Any:
    """Type of a lot: the mass in each bin, and what is known of each element that the bin limits.

    Masses and variances come back as they were sent; the rest is for the reader, and may be left out on the way in.
    """
    elements = {column.name: _element(column, seed) for column in seed.elements}
    bins = {one.name: Annotated[_held(one, seed, elements), Field(description=one.title)] for one in seed.bins}
    about = "What has gone into each bin of a lot so far."
    return record(f"{title(seed)}Lot", about, {"bins": record(f"{title(seed)}LotBins", about, bins)})


def _held(one: Bin, seed: Seed, elements: Mapping[str, Any]) -> Any:
    mass = quantity(f"{title(seed)}Mass", "kg", 0, LARGEST_MASS)
    limited = {
        name: Annotated[elements[name], Field(description=f"at most {limit.value:g} {limit.unit} in a lot")]
        for name, limit in one.limits.items()
    }
    return record(
        f"{title(seed, one.name)}Bin",
        f"What a lot holds in {one.name}.",
        {
            "mass": Annotated[mass, Field(description="mass, what was ejected along with the pieces included [kg]")],
            "elements": record(f"{title(seed, one.name)}BinElements", f"Elements that {one.name} limits.", limited),
        },
    )


def _element(column: Column, seed: Seed) -> Any:
    estimate = quantity(f"{title(seed)}ElementMass", "kg", -LARGEST_MASS, LARGEST_MASS)
    variance = quantity(f"{title(seed)}MassVariance", "kg²", 0, LARGEST_MASS**2)
    content = quantity(f"{title(seed)}Content", str(column.unit))
    allowance = quantity(f"{title(seed)}Allowance", "kg")

    def for_the_reader(kind: Any, about: str) -> Any:
        return Annotated[kind | None, Field(default=None, description=about)]

    return record(
        f"{title(seed, column.name)}Held",
        f"What is known of the mass of one element: {column.meaning}.",
        {
            "mass": Annotated[estimate, Field(description="estimated mass; may be a little below 0 [kg]")],
            "variance": Annotated[variance, Field(description="variance of that estimate [kg²]")],
            "share": for_the_reader(content, "estimated mean content; null in an empty bin"),
            "limit": for_the_reader(content, "highest mean content of a closed lot"),
            "allowance": for_the_reader(allowance, "mass of the element that the bin may still take"),
        },
    )


def states(lots: Mapping[str, Record], seed: Seed) -> dict[str, LotState]:
    """Lots of a request, which `lot` describes, as the model takes them."""

    def needed(bins: Mapping[str, Record]) -> dict[str, Any]:
        return {
            name: {
                "mass": held["mass"]["value"],
                "elements": {
                    element: {part: one[part]["value"] for part in ("mass", "variance")}
                    for element, one in held["elements"].items()
                },
            }
            for name, held in bins.items()
        }

    return {name: LotState.from_dict(seed, needed(one["bins"])) for name, one in lots.items()}


def lot_answer(state: LotState, seed: Seed) -> Record:
    """A lot as `lot` describes it."""
    held, allowances = state.to_dict(seed), state.allowance(seed).tolist()
    numbers = {column.name: e for e, column in enumerate(seed.elements)}
    bins: Record = {}
    for one, allowance in zip(seed.bins, allowances, strict=True):
        mass = held[one.name]["mass"]
        elements = {
            name: _known(estimate, mass, one.limits[name], allowance[numbers[name]])
            for name, estimate in held[one.name]["elements"].items()
        }
        bins[one.name] = {"mass": {"value": mass, "unit": "kg"}, "elements": elements}
    return {"bins": bins}


def _known(estimate: Mapping[str, float], mass: float, limit: Quantity, allowance: float) -> Record:
    """What is known of an element in a bin that holds a mass [kg]."""
    share = whole(limit.unit) * estimate["mass"] / mass if mass else math.inf
    return {
        "mass": {"value": estimate["mass"], "unit": "kg"},
        "variance": {"value": estimate["variance"], "unit": "kg²"},
        "share": {"value": share, "unit": limit.unit} if math.isfinite(share) else None,
        "limit": {"value": limit.value, "unit": limit.unit},
        "allowance": {"value": allowance, "unit": "kg"},
    }


def example(seed: Seed) -> Record:
    """A lot whose bins hold a quarter of its mass and half of what limits allow, without what is for the reader."""
    mass = seed.sorting_rules.lot_mass.value / 4

    def known(limit: Quantity) -> Record:
        estimate = limit.value / whole(limit.unit) * mass / 2
        numbers = {"mass": (estimate, "kg"), "variance": ((estimate / 20) ** 2, "kg²")}
        return {part: {"value": float(f"{value:.3g}"), "unit": unit} for part, (value, unit) in numbers.items()}

    return {
        "bins": {
            one.name: {
                "mass": {"value": mass, "unit": "kg"},
                "elements": {name: known(limit) for name, limit in one.limits.items()},
            }
            for one in seed.bins
        }
    }
