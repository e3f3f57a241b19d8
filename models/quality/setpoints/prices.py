"""Prices for recommendations on lots: grade values and decision costs, from the seed or the request."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np

from models.quality.decision import Costs
from models.setpoints.errors import SetpointError
from seeds import Quantity, Seed

ASSAY, CLAIM, VALUE = "assay_cost", "claim_cost", "value."  # a grade's value is `value.<grade>`


def prices_of(seed: Seed) -> dict[str, Quantity]:
    """Prices of a seed's process by name: costs of an assay and a claim, and the value of each grade."""
    rules = seed.quality_rules
    return {ASSAY: rules.assay_cost, CLAIM: rules.claim_cost} | {
        f"{VALUE}{grade.name}": grade.value for grade in seed.grades
    }


def priced(seed: Seed, given: Mapping[str, float] | None) -> dict[str, float]:
    """The seed's prices with some of them replaced, by name [their units].

    Raises
    ------
    SetpointError
        A name that the seed does not have, a cost below 0, or a grade that would be worth more than the one before it.
    """
    own = {name: quantity.value for name, quantity in prices_of(seed).items()}
    for name, value in (given or {}).items():
        if name not in own:
            raise SetpointError(f"prices.{name}: got a name that the seed lacks: expected {', '.join(own)}")
        if not math.isfinite(value):
            raise SetpointError(f"prices.{name}: got {value!r}: expected a number")
        if value < 0 and not name.startswith(VALUE):
            raise SetpointError(f"prices.{name}: got {value:g}: expected a number, 0 or more")
    prices = own | dict(given or {})
    names = [name for name in own if name.startswith(VALUE)]
    for better, name in itertools.pairwise(names):
        if prices[name] > prices[better]:
            raise SetpointError(
                f"prices.{name}: got {prices[name]:g}: expected at most {prices[better]:g} $/t, as for {better}"
            )
    return prices


def costs_of(seed: Seed, prices: Mapping[str, float]) -> Costs:
    """Costs of decisions from all prices by name."""
    grades = [grade.name for grade in seed.grades]
    return Costs(
        value=np.array([prices[f"{VALUE}{name}"] for name in grades]),
        assay=prices[ASSAY] / seed.quality_rules.lot_mass.value,
        claim=prices[CLAIM],
        intended=grades.index(seed.quality_rules.intended),
    )
