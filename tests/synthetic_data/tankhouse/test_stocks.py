"""Stocks of the tankhouse's electrolyte: mass closes, steady states are those of the balance."""

from __future__ import annotations

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.tankhouse import stocks
from synthetic_data.tankhouse.circuit import stretches
from synthetic_data.tankhouse.parameters import TankhouseParameters
from tests.synthetic_data.stated import typical_plant


@pytest.fixture(scope="module")
def p() -> TankhouseParameters:
    return TankhouseParameters.of(typical_plant(load("copper_cathode")))


def flows(p: TankhouseParameters, days: float = 7.0) -> dict[str, stocks.StockFlow]:
    return {
        "nickel": stocks.dissolving(p, days, 12.0, 1500.0, 0.09, 0.0, 0.0),
        "antimony above its onset": stocks.dissolving(p, days, 0.30, 120.0, 0.09, 1.15, 0.22),
        "bismuth below its onset": stocks.dissolving(p, days, 0.05, 4.0, 0.09, 1.15, 0.11),
        "copper": stocks.copper(p, days, 44.0, 9.0, 0.1, 3.0),
        "chloride": stocks.chloride(p, days, 0.052, 70.0, 600.0, 0.1),
        "acid": stocks.acid(p, days, 176.0, 181.0, 8.5, 0.09, 4.0),
        "chloride without dosing": stocks.chloride(p, days, 0.015, 0.0, 600.0, 0.1),
    }


@pytest.mark.parametrize("days", [1.0, 7.0])
def test_mass_closes(p: TankhouseParameters, days: float) -> None:
    for name, flow in flows(p, days).items():
        gained = p.electrolyte_volume * (flow.end - flow.start)
        assert gained == pytest.approx(flow.came - flow.bled - flow.removed, rel=1e-9), name
        assert flow.bled > 0


def test_nothing_precipitates_below_its_onset(p: TankhouseParameters) -> None:
    result = flows(p)
    assert result["bismuth below its onset"].removed == 0.0
    assert result["antimony above its onset"].removed > 0.0
    assert result["nickel"].removed == 0.0


def test_a_stock_comes_to_the_steady_content_of_the_balance(p: TankhouseParameters) -> None:
    days = 7.0
    content = 5.0
    for _ in range(400):
        content = stocks.dissolving(p, days, content, 1350.0, 0.096, 0.0, 0.0).end
    # as much leaves as dissolves: 1.35 kg a tonne of copper into 0.096 m³
    assert content == pytest.approx(1.350 / 0.096, rel=1e-6)
    antimony = 0.1
    for _ in range(400):
        antimony = stocks.dissolving(p, days, antimony, 120.0, 0.096, 1.15, 0.22).end
    assert antimony == pytest.approx((0.120 + 1.15 * 0.22) / (0.096 + 1.15), rel=1e-6)


def test_two_crops_of_three_days_leave_what_one_of_six_leaves(p: TankhouseParameters) -> None:
    middle = stocks.dissolving(p, 3.0, 12.0, 1500.0, 0.09, 0.0, 0.0)
    end = stocks.dissolving(p, 3.0, middle.end, 1500.0, 0.09, 0.0, 0.0)
    whole = stocks.dissolving(p, 6.0, 12.0, 1500.0, 0.09, 0.0, 0.0)
    assert end.end == pytest.approx(whole.end, rel=1e-12)
    assert middle.came + end.came == pytest.approx(whole.came, rel=1e-12)
    assert middle.bled + end.bled == pytest.approx(whole.bled, rel=1e-12)


def test_two_half_as_long_memories_forget_twice_as_fast(p: TankhouseParameters) -> None:
    days = 7.0
    slow = stocks.dissolving(p, days, 20.0, 0.0, 0.05, 0.0, 0.0)
    fast = stocks.dissolving(p, days, 20.0, 0.0, 0.10, 0.0, 0.0)
    assert np.log(fast.end / 20.0) == pytest.approx(2.0 * np.log(slow.end / 20.0), rel=1e-12)


def test_what_dissolves_in_years_leaves_with_the_bleed() -> None:
    """Nickel, of which nothing precipitates, and which the electrolyte stores little of beside what passes."""
    seed = typical_plant(load("copper_cathode"))
    run = [weeks for weeks in stretches(plan_run(seed)) if weeks.first >= 0]
    bleed, nickel = (np.concatenate([weeks.state[name][:, 0] for weeks in run]) for name in ("bleed", "ni"))
    p = run[0].parameters
    shares = np.concatenate(
        [
            np.tile([w.parameters.own_share, w.parameters.custom_share, w.parameters.secondary_share], (w.count, 1))
            for w in run
        ]
    )
    shares = shares / shares.sum(axis=1, keepdims=True)
    anodes = np.sum(shares * np.concatenate([weeks.cast[:, :, 3] for weeks in run]), axis=1)
    stored = p.electrolyte_volume * (nickel[-1] - nickel[0]) / (7.0 * len(nickel))
    dissolved = 1e-3 * p.dissolved_ni * anodes.mean()
    assert (bleed * nickel).mean() + stored == pytest.approx(dissolved, rel=0.01)
