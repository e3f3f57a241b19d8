"""Traces in zinc electrolyte: directions, synergy, induction, holes."""

import numpy as np
import pytest

from physics.winning.impurities import glue_shield, hole_share, impurity_logarithm, induction_time

USUAL = {
    "cobalt_trace": 0.3,
    "nickel_trace": 0.1,
    "antimony_trace": 0.005,
    "germanium_trace": 0.004,
    "copper_trace": 0.1,
    "glue_dose": 0.2,
}


def test_usual_contents_give_the_plants_level():
    assert impurity_logarithm(**USUAL) == pytest.approx(1.7, abs=0.15)


def test_without_traces_nothing_is_faster():
    assert impurity_logarithm(0.0, 0.0, 0.0, 0.0, 0.0, 0.2) == 0.0


@pytest.mark.parametrize("name", [name for name in USUAL if name != "glue_dose"])
def test_each_trace_is_worse_and_pairs_are_worse_than_their_sum(name):
    assert impurity_logarithm(**(USUAL | {name: 2.0 * USUAL[name]})) > impurity_logarithm(**USUAL)
    none = dict.fromkeys(USUAL, 0.0) | {"glue_dose": 0.2}
    alone = sum(impurity_logarithm(**(none | {one: USUAL[one]})) for one in USUAL if one != "glue_dose")
    assert impurity_logarithm(**USUAL) > alone


def test_glue_lets_a_plant_bear_three_to_ten_times_the_antimony():
    assert glue_shield(0.0) == 1.0
    assert 3.0 < 1.0 / glue_shield(0.2) < 10.0
    none = (0.0, 0.0)
    bare, shielded = impurity_logarithm(*none, 0.01, 0.0, 0.0, 0.0), impurity_logarithm(*none, 0.01, 0.0, 0.0, 0.2)
    assert bare == pytest.approx(2.4, rel=1e-12)
    assert shielded == pytest.approx(2.4 / 9.0, rel=1e-12)


def test_a_value_by_hand():
    result = impurity_logarithm(0.36, 0.16, 0.0064, 0.0049, 0.2, 0.175)
    alone = 0.4 * 0.36 + 0.8 * 0.16 + 240.0 / 8.0 * 0.0064 + 50.0 * 0.0049 + 0.4 * 0.2
    pairs = 16.0 * 0.6 * 0.08 + 6.0 * 0.4 * 0.08 + 12.0 * 0.6 * 0.07 + 20.0 * 0.08 * 0.07
    assert result == pytest.approx(alone + pairs, rel=1e-12)


def test_induction_is_shorter_with_cobalt_warmth_and_current():
    typical = induction_time(0.3, 0.1, 38.0, 500.0)
    assert typical == pytest.approx(75.0 * np.exp(-0.2 - 0.1 / 0.82), rel=1e-12)
    assert induction_time(0.6, 0.1, 38.0, 500.0) == pytest.approx(typical * np.exp(-0.2), rel=1e-12)
    assert induction_time(0.3, 0.1, 48.0, 500.0) == pytest.approx(typical * np.exp(-0.3), rel=1e-12)
    assert induction_time(0.3, 0.1, 38.0, 1000.0) == pytest.approx(typical * 2.0**-0.28, rel=1e-12)


def test_holes_begin_after_induction_and_end_somewhere():
    assert hole_share(40.0, 44.0, 0.01) == 0.0
    assert hole_share(47.0, 44.0, 0.01) == pytest.approx(0.03, rel=1e-12)
    assert hole_share(147.0, 44.0, 0.01) == 0.5
