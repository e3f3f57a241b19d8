"""Advice for the lots of a table: those that are planned, or one more of each unit."""

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from tests.suite.physics import physics_type, state_process
from training.advice.job import Recommended
from training.advice.rows import advice_frame
from training.core.dataset import dataset_of
from training.quality.advice import advised
from training.quality.setpoints import EffectsOnLots


@pytest.fixture(scope="module")
def physics():
    return physics_type(contents=lambda columns: {"q": np.exp(-0.06 * columns["knob"])})


@pytest.fixture(scope="module")
def table(toy_quality_seed, toy_quality_frame):
    return check(toy_quality_frame(), toy_quality_seed)


@pytest.fixture(scope="module")
def model(table, toy_quality_seed, physics):
    with pytest.MonkeyPatch.context() as patch:
        state_process(patch, "toy_lots", physics=physics)
        return EffectsOnLots().fit(dataset_of(table, toy_quality_seed), None)


@pytest.fixture(autouse=True)
def _physics(monkeypatch, physics):
    state_process(monkeypatch, "toy_lots", physics=physics)


def planned(table, seed, units=("T-01", "T-02")):
    """The table whose newest lots of two units are plans near a limit."""
    rows = table.table.copy()
    newest = rows[rows["line"].isin(units)].groupby("line").tail(1).index
    rows.loc[newest, [column.name for column in seed.by_role("during", "late", "target")]] = np.nan
    rows.loc[newest, ["u", "knob"]] = [2.0, 46.0]
    return rows


def test_lots_that_are_planned_get_advice(table, model, toy_quality_seed):
    rows = planned(table, toy_quality_seed)
    given = advised(model, rows, toy_quality_seed, {})
    advices = given.advices
    assert not given.goes_on
    assert ([one.unit for one in advices], given.unplanned) == (["T-01", "T-02"], 10)
    assert all(one.plan == {"knob": 46.0} and one.moves["knob"] > 0 for one in advices)
    found = Recommended(model, 3, table, {}, given)
    first = advice_frame(found).iloc[0]
    assert first["line"] == "T-01"
    assert first["knob new [°C]"] == 46.0 + advices[0].moves["knob"]
    assert first["gain low [$/t]"] == advices[0].gain.low > 0
    assert first["q change [ppm]"] < 0
    assert first["crack change [1]"] >= 0
    assert first["chance of prime [1]"] > first["chance of prime as planned [1]"]
    assert first["chance of q above 5 ppm [1]"] < first["chance of q above 5 ppm as planned [1]"]
    assert first["cause"] == "less q: impurity q"


def test_without_plans_each_unit_makes_one_more_lot_after_its_newest_assay(table, model, toy_quality_seed):
    given = advised(model, table.table, toy_quality_seed, {})
    advices = given.advices
    assert (given.goes_on, len(advices), given.unplanned) == (True, 12, 0)
    newest = table.table.groupby("line").tail(1).set_index("line")
    for one in advices:
        last = newest.loc[one.unit]
        assert one.start == last["cast_at"] + pd.Timedelta(days=1)
        assert one.plan["knob"] == last["knob"]
    # Its last assay is the newest lot's, and u is as it was there.
    by_hand = table.table.copy()
    more = newest.reset_index().assign(v=np.nan, p=np.nan, q=np.nan, r=np.nan, crack=np.nan)
    more["p_last"] = np.abs(newest["p"].to_numpy())
    more["cast_at"] += pd.Timedelta(days=1)
    both = pd.concat([by_hand, more[by_hand.columns]]).sort_values(["line", "cast_at"], ignore_index=True)
    again = advised(model, both, toy_quality_seed, {})
    assert not again.goes_on
    assert again.advices == advices


def test_prices_of_the_day_count(table, model, toy_quality_seed):
    rows = planned(table, toy_quality_seed)
    own, other = (
        advised(model, rows, toy_quality_seed, prices).advices[0]
        for prices in ({}, {"assay_cost": 15.0, "claim_cost": 3.0})
    )
    assert own.gain.value > other.gain.value
