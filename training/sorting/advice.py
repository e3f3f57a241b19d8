"""Recommended set-points of a sorting line, for the lots of a table of pieces."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from models.setpoints.advice import Estimate
from models.setpoints.lot_advice import MONEY, LotAdvice
from models.sorting.setpoints.knobs import line_knobs
from models.sorting.setpoints.prices import prices_of
from models.sorting.setpoints.recommender import EFFECT_UNITS, LinePlan, LineSetPoints, recommend
from models.sorting.setpoints.replay import OCCUPANCY
from seeds import Quantity, Seed
from training.advice.plans import Advised

GAIN = MONEY
ADDS_UP = False  # tonnes of several lots are others
GOES_ON = "a table of pieces holds no plan: each lot's load is taken as planned, and no least gain"
CAPTION = "a tonne of feed as planned, in its time on the belt; 90 % intervals"


def prices(seed: Seed) -> Mapping[str, Quantity]:
    """Value of a kilogram of each class in each bin."""
    return prices_of(seed)


def knob_units(seed: Seed) -> Mapping[str, str]:
    """Units of the line's knobs."""
    return {knob.name: knob.unit for knob in line_knobs(seed)}


def advised(model: LineSetPoints, table: pd.DataFrame, seed: Seed, prices: Mapping[str, float]) -> Advised:
    """Advice on each lot of the table."""
    assert seed.key is not None
    lots = table.groupby(seed.key.name, sort=True)
    starts = lots[seed.clock.name].min()
    loads = lots[OCCUPANCY].mean().dropna().to_dict() if OCCUPANCY in table else {}
    plans = [
        LinePlan(str(lot), start, {OCCUPANCY: float(loads[lot])} if lot in loads else {})
        for lot, start in starts.items()
    ]
    return Advised(recommend(model, plans, prices), True, 0)


def effects(advice: LotAdvice, model: LineSetPoints) -> Mapping[str, tuple[Estimate, str]]:
    """Changes of a tonne's value and of the feed, each with its unit."""
    return {name: (one, EFFECT_UNITS[name]) for name, one in advice.effects.items()}


def more(advice: LotAdvice) -> Mapping[str, object]:
    """Share of lots that break each limit as planned, and what the advice rests on."""
    planned = {
        f"chance of {one.column} above {one.bound:g} {one.unit} as planned [1]": one.before for one in advice.limits
    }
    return planned | {"notes": "; ".join(advice.notes)}
