"""Recommended set-points of units whose target is a number, for the plans of a table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from models.setpoints.advice import Advice, Estimate
from models.setpoints.line import recommender
from models.setpoints.model import SetpointModel
from models.setpoints.units import MONEY, stated_effects
from seeds import Quantity, Seed
from training.advice.plans import Advised, with_plans

GAIN = MONEY
ADDS_UP = True  # a day's money of several units is one sum
GOES_ON = "no row plans a period: the last knobs are taken to go on for one more period"
CAPTION = "mean over the period to come and the next two; 90 % intervals"


def prices(seed: Seed) -> Mapping[str, Quantity]:
    """Prices and factors of the seed's economics."""
    return seed.economics


def knob_units(seed: Seed) -> Mapping[str, str]:
    """Units of the knobs."""
    return {column.name: str(column.unit) for column in seed.by_role("knob")}


def advised(model: SetpointModel, table: pd.DataFrame, seed: Seed, prices: Mapping[str, float]) -> Advised:
    """Advice on each unit that has a plan."""
    rows, goes_on = with_plans(table, seed)
    advices, line = recommender.recommend_line(model, rows, prices)
    assert seed.key is not None
    return Advised(advices, goes_on, table[seed.key.name].nunique() - len(advices), line)


def effects(advice: Advice, model: SetpointModel) -> Mapping[str, tuple[Estimate, str]]:
    """Effects that are stated, each with its unit."""
    return stated_effects(advice, model)


def more(advice: Advice) -> Mapping[str, object]:
    """Nothing beside what all advice states."""
    return {}
