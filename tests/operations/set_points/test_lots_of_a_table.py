"""Advice for the lots of a table: those that are planned, or one more of each unit."""

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from operations.set_points.graded_lots import GOES_ON, LotRecommendations
from tests.suite.physics import physics_type, state_process
from training.core.dataset import dataset_of
from training.quality.setpoints import EffectsOnLots


@pytest.fixture(scope="module")
def physics():
    return physics_type(contents=lambda columns: {"q": np.exp(-0.06 * columns["setpoint"])})


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
    rows.loc[newest, ["u", "setpoint"]] = [2.0, 46.0]
    return rows


def advices_on(model, rows, seed, prices=None):
    """Advice on the plans of a table, its file, and remarks."""
    operation = LotRecommendations()
    form = operation.form(seed, len(rows))
    made = operation.request_of(form, rows, {"prices": prices or {}})
    answer = operation.answer(form, model, made.request)
    return answer["recommendations"], pd.DataFrame(operation.flat(form, answer)), made.notes


def test_lots_that_are_planned_get_advice(table, model, toy_quality_seed):
    advices, result, notes = advices_on(model, planned(table, toy_quality_seed), toy_quality_seed)
    assert notes == ("no advice for 10 units whose newest row is no plan",)
    assert [one["line"] for one in advices] == ["T-01", "T-02"]
    assert all(
        one["setpoints"]["setpoint"]["plan"] == 46.0 and one["setpoints"]["setpoint"]["move"] > 0 for one in advices
    )
    first = result.iloc[0]
    assert first["line"] == "T-01"
    assert first["setpoint new [°C]"] == 46.0 + advices[0]["setpoints"]["setpoint"]["move"]
    assert first["gain low [$/t]"] == advices[0]["gain"]["low"] > 0
    assert first["q change [ppm]"] < 0
    assert first["crack change [1]"] >= 0
    assert first["chance of prime [1]"] > first["chance of prime as planned [1]"]
    assert first["chance of q above 5 ppm [1]"] < first["chance of q above 5 ppm as planned [1]"]
    assert first["cause"] == "less q: impurity q"


def test_without_plans_each_unit_makes_one_more_lot_after_its_newest_assay(table, model, toy_quality_seed):
    advices, result, notes = advices_on(model, table.table, toy_quality_seed)
    assert (len(advices), notes) == (12, (GOES_ON,))
    newest = table.table.groupby("line").tail(1).set_index("line")
    for one in advices:
        last = newest.loc[one["line"]]
        assert pd.Timestamp(one["cast_at"]) == last["cast_at"] + pd.Timedelta(days=1)
        assert one["setpoints"]["setpoint"]["plan"] == last["setpoint"]
    # Its last assay is the newest lot's, and u is as it was there.
    expected = table.table.copy()
    more = newest.reset_index().assign(v=np.nan, p=np.nan, q=np.nan, r=np.nan, crack=np.nan)
    more["p_last"] = np.abs(newest["p"].to_numpy())
    more["cast_at"] += pd.Timedelta(days=1)
    both = pd.concat([expected, more[expected.columns]]).sort_values(["line", "cast_at"], ignore_index=True)
    again, same, notes = advices_on(model, both, toy_quality_seed)
    assert notes == ()
    pd.testing.assert_frame_equal(same, result)
    np.testing.assert_equal(again, advices)  # a refused plan has NaN in place of effects


def test_prices_of_the_day_count(table, model, toy_quality_seed):
    rows = planned(table, toy_quality_seed)
    own, other = (
        advices_on(model, rows, toy_quality_seed, prices)[0][0]["gain"]["value"]
        for prices in ({}, {"assay_cost": 15.0, "claim_cost": 3.0})
    )
    assert own > other
