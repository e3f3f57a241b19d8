"""Bath properties: slopes and limits."""

import numpy as np
import pytest

from physics.reduction.cryolite import (
    alumina_solubility_skybakmoen_1997,
    conductivity_wang_1992,
    cryolite_ratio,
    eutectic_temperature,
    liquidus_solheim_1996,
)

BATH = {"excess_alf3": 12.0, "caf2": 5.5, "alumina": 2.8, "lif": 0.3, "mgf2": 0.3, "kf": 0.2}
ALF3 = np.linspace(6.0, 14.0, 33)


@pytest.mark.parametrize(
    ("substance", "kelvin"), [("excess_alf3", -5.2), ("caf2", -2.2), ("alumina", -5.6), ("lif", -7.7)], ids=str
)
def test_liquidus_falls_by_one_more_per_cent(substance, kelvin):
    # These are the note's "slopes": they come out as the step to one per cent more. The derivatives at the point are
    # -4.88, -2.18, -5.86 and -7.76 K.
    more = BATH | {substance: BATH[substance] + 1.0}
    assert liquidus_solheim_1996(**more) - liquidus_solheim_1996(**BATH) == pytest.approx(kelvin, abs=0.05)


@pytest.mark.parametrize("substance", sorted(BATH))
def test_every_addition_lowers_the_liquidus(substance):
    bath = BATH | {substance: BATH[substance] + np.linspace(0.0, 1.5, 16)}
    assert np.all(np.diff(liquidus_solheim_1996(**bath)) < 0.0)


def test_hot_bath_holds_more_alumina_and_each_fluoride_takes_some_away():
    temperature = np.linspace(930.0, 990.0, 31)
    assert np.all(np.diff(alumina_solubility_skybakmoen_1997(temperature, 11.0, 5.0)) > 0.0)
    assert np.all(np.diff(alumina_solubility_skybakmoen_1997(960.0, ALF3, 5.0)) < 0.0)
    assert np.all(np.diff(alumina_solubility_skybakmoen_1997(960.0, 11.0, np.linspace(2.0, 8.0, 9))) < 0.0)


def test_cryolite_ratio_falls_with_alf3():
    assert np.all(np.diff(cryolite_ratio(ALF3, 5.0, 2.5)) < 0.0)


def test_conductivity_directions():
    assert conductivity_wang_1992(970.0, 2.2, 2.5, 5.0) > conductivity_wang_1992(960.0, 2.2, 2.5, 5.0)
    assert conductivity_wang_1992(960.0, 2.3, 2.5, 5.0) > conductivity_wang_1992(960.0, 2.2, 2.5, 5.0)
    assert conductivity_wang_1992(960.0, 2.2, 3.5, 5.0) < conductivity_wang_1992(960.0, 2.2, 2.5, 5.0)
    assert conductivity_wang_1992(960.0, 2.2, 2.5, 5.0, 1.0) > conductivity_wang_1992(960.0, 2.2, 2.5, 5.0)


def test_eutectic_value():
    assert eutectic_temperature(12.0, 5.5, 0.3) == pytest.approx(931.3344, abs=2e-4)


def test_eutectic_of_cryolite_and_alumina_alone():
    eutectic = eutectic_temperature(0.0, 0.0)
    assert eutectic == pytest.approx(965.9, abs=0.05)
    assert alumina_solubility_skybakmoen_1997(eutectic, 0.0, 0.0) == pytest.approx(10.1, abs=0.05)


def test_eutectic_lies_on_both_curves_over_the_whole_range():
    alf3, caf2, lif = np.meshgrid(np.linspace(0.0, 16.0, 17), np.linspace(0.0, 9.0, 10), np.linspace(0.0, 7.0, 8))
    eutectic = eutectic_temperature(alf3, caf2, lif)
    saturated = alumina_solubility_skybakmoen_1997(eutectic, alf3, caf2, lif)
    assert np.abs(liquidus_solheim_1996(alf3, caf2, saturated, lif) - eutectic).max() < 1e-3
    assert np.all(eutectic < liquidus_solheim_1996(alf3, caf2, 2.5, lif))


def residual(bath):
    """Distance of the eutectic from the liquidus at its own solubility [K], and the eutectic [°C]."""
    eutectic = eutectic_temperature(*bath)
    saturated = alumina_solubility_skybakmoen_1997(eutectic, *bath[:4])
    return np.abs(liquidus_solheim_1996(*bath[:2], saturated, *bath[2:]) - eutectic), eutectic


def test_two_steps_leave_the_stated_residual_in_every_bath():
    rng = np.random.default_rng(5)
    most = np.array([20.0, 20.0, 20.0, 5.0, 5.0])[:, np.newaxis]
    # edges and corners of the valid range, and a tenth beyond it by noise
    corners = np.stack(np.meshgrid(*([share * limit[0] for share in (0.0, 0.1, 0.5, 1.0)] for limit in most)))
    noisy = np.abs(most * rng.uniform(0.0, 1.0, (5, 200_000)) + 0.1 * most * rng.uniform(-1.0, 1.0, (5, 200_000)))
    for bath in (corners.reshape(5, -1), noisy):
        off, eutectic = residual(bath)
        valid = (eutectic >= 850.0) & (eutectic <= 1050.0)
        assert np.isfinite(eutectic).all()
        assert valid.mean() > 0.3
        assert off[valid].max() < 0.004
        assert off[valid & (bath[2] <= 5.0)].max() < 0.001


@pytest.mark.parametrize("place", range(5), ids=["AlF3", "CaF2", "LiF", "MgF2", "KF"])
def test_an_eutectic_without_a_value_stays_in_its_place(place):
    bath = np.array([11.0, 5.0, 0.5, 0.3, 0.2])[:, np.newaxis].repeat(3, axis=1)
    bath[place, 0], bath[place, 1] = np.nan, -0.01
    with np.errstate(invalid="ignore"):
        result = eutectic_temperature(*bath)
    assert np.isnan(result[0])
    assert np.isnan(result[1]) == (place < 3)
    assert result[2] == eutectic_temperature(11.0, 5.0, 0.5, 0.3, 0.2)


def test_eutectic_with_every_addition_lies_on_both_curves():
    result = eutectic_temperature(11.0, 5.0, 0.5, 0.4, 0.3)
    saturated = alumina_solubility_skybakmoen_1997(result, 11.0, 5.0, 0.5, 0.4)
    assert liquidus_solheim_1996(11.0, 5.0, saturated, 0.5, 0.4, 0.3) == pytest.approx(result, abs=1e-3)
    assert eutectic_temperature(11.0, 5.0) == eutectic_temperature(11.0, 5.0, 0.0, 0.0, 0.0)


VALUES = {
    "liquidus": (
        liquidus_solheim_1996(11.0, 5.0, 3.0, 0.5, 0.4, 0.3),
        1011.0
        + 0.50 * 11.0
        - 0.13 * 11.0**2.2
        - 3.45 * 5.0 / (1.0 + 0.0173 * 5.0)
        + 0.124 * 55.0
        - 0.00542 * 55.0**1.5
        - 7.93 * 3.0 / (1.0 + 0.0936 * 3.0 - 0.0017 * 9.0 - 0.0023 * 33.0)
        - 8.90 * 0.5 / (1.0 + 0.0047 * 0.5 + 0.0010 * 121.0)
        - 3.95 * 0.4
        - 3.95 * 0.3,
    ),
    "liquidus by default": (
        liquidus_solheim_1996(11.0, 5.0, 3.0),
        1011.0
        + 0.50 * 11.0
        - 0.13 * 11.0**2.2
        - 3.45 * 5.0 / (1.0 + 0.0173 * 5.0)
        + 0.124 * 55.0
        - 0.00542 * 55.0**1.5
        - 7.93 * 3.0 / (1.0 + 0.0936 * 3.0 - 0.0017 * 9.0 - 0.0023 * 33.0),
    ),
    "solubility": (
        alumina_solubility_skybakmoen_1997(955.0, 11.0, 5.0, 2.0, 0.4),
        (11.9 - 0.062 * 11.0 - 0.003 * 121.0 - 0.50 * 2.0 - 0.20 * 5.0 - 0.30 * 0.4 + 42.0 * 22.0 / 2022.0)
        * 0.955 ** (4.8 - 0.048 * 11.0 + 2.2 * 2.0**1.5 / (12.0 + 0.001 * 1331.0)),
    ),
    "solubility by default": (
        alumina_solubility_skybakmoen_1997(955.0, 11.0, 5.0),
        (11.9 - 0.062 * 11.0 - 0.003 * 121.0 - 0.20 * 5.0) * 0.955 ** (4.8 - 0.048 * 11.0),
    ),
    "ratio": (
        cryolite_ratio(11.0, 5.0, 3.0, 0.5, 0.4, 0.3),
        3.0 * (79.8 / 209.94) / (79.8 / 209.94 + 11.0 / 83.98),
    ),
    "ratio by default": (cryolite_ratio(11.0, 5.0, 3.0), 3.0 * (81.0 / 209.94) / (81.0 / 209.94 + 11.0 / 83.98)),
    "conductivity": (
        conductivity_wang_1992(955.0, 2.2, 3.0, 5.0, 0.5, 0.4),
        np.exp(
            1.9105 + 0.1620 * 2.2 - 0.01738 * 3.0 - 0.003955 * 5.0 - 0.009227 * 0.4 + 0.02155 * 0.5 - 1745.7 / 1228.15
        ),
    ),
    "conductivity by default": (
        conductivity_wang_1992(955.0, 2.2, 3.0, 5.0),
        np.exp(1.9105 + 0.1620 * 2.2 - 0.01738 * 3.0 - 0.003955 * 5.0 - 1745.7 / 1228.15),
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
