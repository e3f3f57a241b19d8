"""Traces in zinc electrolyte: published losses, saturation, synergy, induction, holes."""

import numpy as np
import pytest

from physics.winning.impurities import glue_shield, hole_share, impurity_logarithm, induction_time
from physics.winning.kinetics import cathode_currents, hydrogen_exchange, zinc_exchange

TRACES = ("cobalt", "nickel", "antimony", "germanium", "copper")
USUAL = {
    "cobalt_trace": 0.3,
    "nickel_trace": 0.1,
    "antimony_trace": 0.005,
    "germanium_trace": 0.0044,
    "copper_trace": 0.06,
    "glue_dose": 0.2,
}
NONE = dict.fromkeys(USUAL, 0.0)


def published_efficiency(**traces):
    """Current efficiency in the electrolyte of Ault and Frazer 1988: 0.8 M zinc, 1.07 M acid, 35 °C, 400 A/m² [%]."""
    hydrogen = hydrogen_exchange(105.0, 35.0, impurity_logarithm(**(NONE | traces)))
    zinc, _, _ = cathode_currents(400.0, zinc_exchange(52.3, 400.0), hydrogen, 35.0)
    return 100.0 * zinc / 400.0


@pytest.mark.parametrize(
    ("trace", "content", "drop", "off"),
    [
        ("antimony", 0.004, 5.0, 0.05),
        ("antimony", 0.014, 50.0, 0.5),
        ("copper", 5.0, 0.8, 0.1),
        ("nickel", 5.0, 0.3, 0.05),
    ],
    ids=str,
)
def test_a_trace_alone_costs_what_was_measured(trace, content, drop, off):
    result = published_efficiency() - published_efficiency(**{f"{trace}_trace": content})
    assert result == pytest.approx(drop, abs=off)


def test_usual_contents_give_the_plants_level():
    assert impurity_logarithm(**USUAL) == pytest.approx(1.7, abs=0.05)


def test_without_traces_nothing_is_faster():
    assert impurity_logarithm(**(NONE | {"glue_dose": 0.2})) == 0.0


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize("others", [0.0, 1.0, 10.0])
def test_more_of_a_trace_is_worse_and_ends_somewhere(name, others):
    """From a thousandth to a million times the usual, whatever the others are."""
    contents = USUAL[f"{name}_trace"] * np.logspace(-3.0, 6.0, 90)
    state = {key: others * value for key, value in USUAL.items() if key != "glue_dose"} | {"glue_dose": 0.2}
    result = impurity_logarithm(**(state | {f"{name}_trace": contents}))
    assert (np.diff(result) > 0.0).all()
    assert result[-1] - result[-10] < 1e-3


def test_pairs_are_worse_than_their_sum():
    factor = {one: np.expm1(impurity_logarithm(**(NONE | {"glue_dose": 0.2, one: USUAL[one]}))) for one in USUAL}
    assert np.expm1(impurity_logarithm(**USUAL)) > 1.5 * sum(factor.values())


def test_each_doubling_of_all_metals_but_antimony_adds_less():
    """The logarithm of a law without saturation rises by more from each doubling to the next."""
    times = 2.0 ** np.arange(8)
    metals = {key: USUAL[key] * times for key in USUAL if key not in ("antimony_trace", "glue_dose")}
    result = impurity_logarithm(**(USUAL | metals))
    assert (np.diff(result, 2) < 0.0).all()


def test_glue_lets_a_plant_bear_three_to_ten_times_the_antimony():
    assert glue_shield(0.0) == 1.0
    assert 3.0 < 1.0 / glue_shield(0.2) < 10.0
    bare = impurity_logarithm(**(NONE | {"antimony_trace": 0.01}))
    assert impurity_logarithm(**(NONE | {"antimony_trace": 0.09, "glue_dose": 0.2})) == pytest.approx(bare, rel=1e-12)


def test_a_value_by_hand():
    result = impurity_logarithm(0.3, 0.36, 0.0054, 0.0135, 0.4, 0.2)
    # free antimony is a ninth, 0.0006 mg/L: half of the sites; cobalt and copper a half, nickel and germanium three
    # quarters
    half, most = np.sqrt(0.5), np.sqrt(0.75)
    alone = 0.3 * 0.5 + 0.35 * 0.75 + 2.3 * 0.75 + 0.5
    pairs = half * (1.7 * half + 0.5 * most + 1.5 * most) + most * (1.4 * half + 0.3 * most)
    sponge = (0.0006 / 0.02215) ** 2.5
    assert result == pytest.approx(np.log1p(alone + pairs + 477.0 * sponge / (1.0 + sponge)), rel=1e-12)


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
