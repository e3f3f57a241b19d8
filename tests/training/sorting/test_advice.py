"""Advice for the lots of a table of pieces."""

import numpy as np
import pandas as pd
import pytest

from models.setpoints.advice import Estimate
from models.setpoints.lot_advice import LotAdvice
from training.advice.job import Recommended
from training.advice.plans import Advised
from training.advice.rows import advice_frame
from training.sorting import advice
from training.sorting.advice import advised


@pytest.fixture
def pieces():
    """Two lots of two pieces; the load of the second is unknown."""
    return pd.DataFrame(
        {
            "lot": ["L-2", "L-2", "L-1", "L-1"],
            "passed_at": pd.to_datetime(["2026-01-02T00", "2026-01-03T00", "2026-01-01T06", "2026-01-01T05"]),
            "occupancy": [np.nan, np.nan, 0.1, 0.2],
        }
    )


def test_each_lot_of_a_table_is_a_plan_with_its_mean_load(pieces, toy_sorting_seed, monkeypatch):
    asked = []
    monkeypatch.setattr(advice, "recommend", lambda *given: asked.append(given) or ["one", "two"])
    given = advised("model", pieces, toy_sorting_seed, {"bin_a.a": 3.0})
    assert (given.advices, given.goes_on, given.unplanned) == (["one", "two"], True, 0)
    ((model, (first, second), prices),) = asked
    assert (model, prices) == ("model", {"bin_a.a": 3.0})
    assert (first.unit, first.start, first.knobs) == (
        "L-1",
        pd.Timestamp("2026-01-01T05"),
        {"occupancy": pytest.approx(0.15)},
    )
    assert (second.unit, second.knobs) == ("L-2", {})


def test_without_measured_loads_lots_have_none(pieces, toy_sorting_seed, monkeypatch):
    asked = []
    monkeypatch.setattr(advice, "recommend", lambda *given: asked.append(given) or [])
    advised("model", pieces.drop(columns="occupancy"), toy_sorting_seed, {})
    assert [plan.knobs for plan in asked[0][1]] == [{}, {}]


def test_the_file_has_thresholds_in_their_units(toy_sorting_seed):
    class Line:
        seed = toy_sorting_seed

    one = LotAdvice(
        unit="L-1",
        start=pd.Timestamp("2026-01-01"),
        plan={"least_gain.bin_a": 0.0, "least_gain.bin_bc": 0.1},
        moves={"least_gain.bin_a": 0.2, "least_gain.bin_bc": 0.0},
        gain=Estimate(5.0, 1.0, 9.0),
        effects={"value_of_a_tonne": Estimate(5.0, 1.0, 9.0), "feed": Estimate(0.0, 0.0, 0.0)},
        limits=(),
        cause="small gains",
        support=40,
        nearest=(),
        refusal=None,
        notes=("60 pieces", "stays as planned, occupancy: none"),
    )
    (row,) = advice_frame(Recommended(Line(), 2, None, {}, Advised([one], True, 0))).to_dict("records")
    assert row["least_gain.bin_a new [$/kg]"] == 0.2
    assert row["least_gain.bin_bc plan [$/kg]"] == 0.1
    assert row["gain [$/t]"] == 5.0
    assert row["feed change [1]"] == 0.0
    assert row["notes"] == "60 pieces; stays as planned, occupancy: none"
