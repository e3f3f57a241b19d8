"""Lines from day to day: a day is reckoned again tank by tank, and states go on."""

import numpy as np
import pytest

from physics.bayer.heat import coldest_end
from physics.bayer.hydrate import class_shares, specific_surface
from physics.bayer.precipitation import growth_constant, tank_alumina
from physics.bayer.solubility import gibbsite_solubility, ionic_strength
from synthetic_data.precipitation.train import PrecipitationLines

DAYS, LINES = 4, 3


@pytest.fixture
def days(p, at, setting, target):
    return PrecipitationLines(p, LINES).run(p, at, setting, target)


def test_a_day_is_thirteen_tanks_one_after_the_other(p, at, days):
    t, i = 0, 1
    ionic = ionic_strength(
        235.0, *(float(getattr(at, name)[t, 0]) for name in ("carbonate", "chloride", "sulphate", "toc"))
    )
    ratio = 0.94 * gibbsite_solubility(145.0, 235.0, ionic) / 235.0 + at.ratio[t, i]
    assert days["ratio"][t, i] == pytest.approx(ratio, rel=1e-12)
    left = entering = (ratio - at.upset[t, i]) * 235.0
    tanks = int(at.tanks[t, i])
    warm = np.linspace(days["fill"][t, i], days["end"][t, i], tanks)
    flow = days["flow"][t, i] * at.metered[t, i]
    seed, surface = 450.0 * at.pumped[t, i], specific_surface(class_shares(np.ones((5, 1))))[0]
    sigma = []
    for one in warm:
        saturated = gibbsite_solubility(one, 235.0, ionic)
        rate = growth_constant(one, p.growth_factor, 7600.0, at.toc[t, 0], at.carbonate[t, 0])
        left = tank_alumina(left, saturated, 235.0, rate * seed * surface * at.activity[t, i] * 5100.0 / flow)
        sigma.append((left - saturated) / 235.0)
    assert days["precipitation_yield"][t, i] == pytest.approx(entering - left, rel=1e-9)
    assert days["mean_square"][t, i] == pytest.approx(np.mean(np.square(sigma)), rel=1e-9)
    assert days["train_temperature"][t, i] == pytest.approx(warm.mean(), rel=1e-12)
    assert days["alumina"][t, i] == pytest.approx(0.024 * flow * (entering - left), rel=1e-9)


def test_ends_are_what_is_asked_or_what_coolers_reach(p, at, days):
    flow = days["flow"] * at.metered
    reached = coldest_end(days["fill"], at.water, at.transfer, flow / p.flow)
    np.testing.assert_allclose(days["coldest"], reached, rtol=1e-12)
    np.testing.assert_allclose(days["end"], np.maximum(days["end_temperature"], reached) + at.warmer, rtol=1e-12)
    requested = days["end_temperature"][1:]  # a crew asks for nothing that was out of reach the day before
    assert (requested >= np.minimum(days["coldest"][:-1], 64.0) - 0.05).all()


def test_liquor_goes_on_from_day_to_day(p, at, days):
    np.testing.assert_allclose(days["liquor_start"][1:], days["liquor_end"][:-1], rtol=1e-12)
    gained = (at.dilution - days["evaporation_rate"]) * days["alumina"]
    np.testing.assert_allclose(days["liquor_end"] - days["liquor_start"], gained, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(days["caustic"], 235.0 * 150000.0 / days["liquor_start"], rtol=1e-12)


def test_fines_and_overflow_by_hand(p, at, days):
    np.testing.assert_allclose(days["seed_fines"][0], 22.0 + at.oxalate[0], rtol=1e-9)
    np.testing.assert_allclose(days["product_fines"], at.cut * days["seed_fines"], rtol=1e-12)
    carried = 0.4 * np.exp((days["seed"] - 450.0) / 40.0) * days["seed_fines"] / 22.0
    np.testing.assert_allclose(days["overflow_solids"], carried, rtol=1e-12)


def test_days_are_stepped_alike_whether_alone_or_together(p, at, setting, target, days):
    lines, result = PrecipitationLines(p, LINES), []
    for t in range(DAYS):
        one = type(at)(**{name: values[t : t + 1] for name, values in vars(at).items()})
        result.append(lines.run(p, one, setting, {name: values[t : t + 1] for name, values in target.items()}))
    for name in ("precipitation_yield", "product_fines", "fill_temperature", "caustic"):
        np.testing.assert_array_equal(np.concatenate([one[name] for one in result]), days[name])
