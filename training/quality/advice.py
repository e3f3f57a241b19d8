"""Recommended set-points of lots that are graded, for the plans of a table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.quality.setpoints.effects import knobs_of
from models.quality.setpoints.model import SetPoints
from models.quality.setpoints.prices import prices_of
from models.quality.setpoints.recommender import Plans, recommend
from models.setpoints.advice import Estimate
from models.setpoints.lot_advice import MONEY, LotAdvice
from models.table.derived_columns import lenders, made_columns
from models.table.inputs import matrix
from seeds import Quantity, Seed
from training.advice.plans import Advised, planned, with_plans

GAIN = MONEY
ADDS_UP = False  # tonnes of several lots are others
GOES_ON = "no row plans a lot: each unit is taken to make one more, with the knobs and readings of its newest"
CAPTION = "a tonne of the lot to come, the cost of the move taken off; 90 % intervals"


def prices(seed: Seed) -> Mapping[str, Quantity]:
    """Costs of an assay and a claim, and the value of each grade."""
    return prices_of(seed)


def knob_units(seed: Seed) -> Mapping[str, str]:
    """Units of the knobs."""
    return {knob.name: str(knob.unit) for knob in knobs_of(seed)}


def advised(model: SetPoints, table: pd.DataFrame, seed: Seed, prices: Mapping[str, float]) -> Advised:
    """Advice on the lot that each unit makes next."""
    assert seed.key is not None
    carried = [column.name for column in seed.by_role("before") if not column.is_made]
    rows, goes_on = with_plans(table, seed, carried)
    lots = planned(_with_made(rows, seed) if goes_on else rows, seed)
    plans = Plans(matrix(lots, model.seed), lots[seed.key.name].tolist(), lots[seed.clock.name].tolist())
    return Advised(recommend(model, plans, prices), goes_on, table[seed.key.name].nunique() - len(lots))


def _with_made(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """A table whose columns that are made from earlier lots are made again, rows sorted by unit and time."""
    assert seed.key is not None
    censored = {column.name for column in seed.columns if column.censored}
    lent = {name: table[name].to_numpy(dtype=np.float64) for name in lenders(seed)}
    lent = {name: np.abs(values) if name in censored else values for name, values in lent.items()}
    unit = pd.factorize(table[seed.key.name], sort=True)[0]
    return table.assign(**made_columns(lent, seed, unit, table[seed.clock.name].to_numpy()))


def effects(advice: LotAdvice, model: SetPoints) -> Mapping[str, tuple[Estimate, str]]:
    """Changes of contents and of chances of defects, each with its unit."""
    units = {element.name: str(element.unit) for element in model.seed.elements} | dict.fromkeys(
        model.seed.defects, "1"
    )
    return {name: (one, units[name]) for name, one in advice.effects.items()}


def more(advice: LotAdvice) -> Mapping[str, object]:
    """Chances of grades as planned and after the moves, and of limits as planned."""
    found: dict[str, object] = {}
    for grade, (before, after) in advice.keeps.items():
        found |= {f"chance of {grade} as planned [1]": before, f"chance of {grade} [1]": after}
    planned = {
        f"chance of {one.column} above {one.bound:g} {one.unit} as planned [1]": one.before for one in advice.limits
    }
    return found | planned
