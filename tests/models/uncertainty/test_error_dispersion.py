"""Offsets shrunk by the dispersion of errors among plants: laws, and components that are known."""

from dataclasses import replace

import numpy as np
import pytest

from models.uncertainty.error_dispersion import ErrorDispersion, PlantResiduals

DISPERSION = ErrorDispersion(*(np.array([one]) for one in (1.0, 0.1, 0.05, 0.3)))
VARIANCES = {"within": 1.0, "periods": 0.2, "units": 0.1, "plants": 0.5}


def drawn(rng, units=30, periods=40, within=1.0, period=0.2, unit=0.1, plant=0.5):
    """Errors of a plant by the model that the dispersion describes."""
    parts = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    error = rng.normal(0, plant**0.5) + rng.normal(0, unit**0.5, units)[parts[0]]
    error = error + rng.normal(0, period**0.5, periods)[parts[1]] + rng.normal(0, within**0.5, len(parts[0]))
    return PlantResiduals(error[:, None], *parts)


def test_components_are_those_that_errors_were_drawn_from():
    rng = np.random.default_rng(1)
    dispersion = ErrorDispersion.of([drawn(rng) for _ in range(400)])
    assert dispersion.within[0] == pytest.approx(1.0 + 0.2, rel=0.02)  # of a unit, periods included
    for name in ("periods", "units", "plants"):
        assert getattr(dispersion, name)[0] == pytest.approx(VARIANCES[name], rel=0.2), name


def test_plants_that_do_not_differ_have_no_offset():
    alike = replace(DISPERSION, plants=np.zeros(1), units=np.zeros(1))
    plant, units = alike.offsets(drawn(np.random.default_rng(2)))
    assert (plant, units.max(), units.min()) == (0.0, 0.0, 0.0)


def test_without_errors_there_is_no_offset():
    nothing = np.empty(0, dtype=np.int64)
    plant, units = DISPERSION.offsets(PlantResiduals(np.empty((0, 1)), nothing, nothing))
    assert (plant.tolist(), units.shape) == ([0.0], (0, 1))


def test_with_many_outcomes_the_offset_is_the_mean_error():
    errors = drawn(np.random.default_rng(3), units=50, periods=2000, period=0.0)
    plant, units = DISPERSION.offsets(errors)
    assert plant[0] == pytest.approx(errors.error.mean(), abs=0.01)
    of_first = errors.error[errors.unit == 0].mean()
    assert plant[0] + units[0, 0] == pytest.approx(of_first, abs=0.01)


def test_one_error_is_shrunk_by_all_components():
    plant, units = DISPERSION.offsets(PlantResiduals(np.array([[2.0]]), np.zeros(1, int), np.zeros(1, int)))
    assert plant[0] == pytest.approx(2.0 * 0.3 / (0.3 + 1.0 + 0.05 + 0.1))
    assert units[0, 0] == pytest.approx((2.0 - plant[0]) * 0.05 / (0.05 + 1.0))


def test_outcomes_of_one_period_count_less_than_those_of_several():
    unit = np.arange(60)
    together = DISPERSION.offsets(PlantResiduals(np.ones((60, 1)), unit, np.zeros(60, int)))[0]
    apart = DISPERSION.offsets(PlantResiduals(np.ones((60, 1)), unit, np.arange(60)))[0]
    assert together < apart < 1.0


def test_a_quantity_without_labels_has_no_offset():
    two = ErrorDispersion(*(np.repeat(one, 2) for one in (1.0, 0.1, 0.05, 0.3)))
    error = np.column_stack([np.ones(9), np.full(9, np.nan)])
    plant, units = two.offsets(PlantResiduals(error, np.zeros(9, int), np.arange(9)))
    assert plant[0] > 0.5
    assert (plant[1], units[0, 1]) == (0.0, 0.0)


def test_the_offset_lowers_the_error_of_later_rows_as_far_as_plants_differ():
    rng = np.random.default_rng(4)
    dispersion = ErrorDispersion.of([drawn(rng) for _ in range(40)])
    squares = {"none": [], "shrunk": [], "mean": []}
    for _ in range(400):
        plant = drawn(rng)
        order = np.argsort(plant.period, kind="stable")
        first, later = order[:10], plant.error[order[60:], 0]
        offset = dispersion.offsets(PlantResiduals(plant.error[first], plant.unit[first], plant.period[first]))[0][0]
        for name, one in (("none", 0.0), ("shrunk", offset), ("mean", plant.error[first].mean())):
            squares[name].append(np.mean((later - one) ** 2))
    none, shrunk, mean = (np.mean(squares[name]) for name in ("none", "shrunk", "mean"))
    assert shrunk < mean < none


def test_the_state_is_restored():
    assert ErrorDispersion.from_state(DISPERSION.state()).state() == DISPERSION.state()


@pytest.mark.parametrize("bad", [np.array([-0.1]), np.array([np.nan]), np.zeros(2)])
def test_variances_that_are_none_are_rejected(bad):
    with pytest.raises(ValueError, match="expected"):
        replace(DISPERSION, units=bad)
