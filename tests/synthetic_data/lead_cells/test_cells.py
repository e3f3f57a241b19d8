"""Cells of a lead refinery crop by crop, with their equations written out."""

import numpy as np
import pytest

from synthetic_data.lead_cells.cells import LeadCells, depth
from synthetic_data.lead_cells.operators import SETPOINTS
from synthetic_data.plant.set_points import Setting

EQUIVALENT = 3600.0 * 207.2 / (2.0 * 96485.33212)
BOUNDS = {"current_density": (140.0, 230.0), "glue_dose": (200.0, 1200.0)}


@pytest.fixture
def run(p, at):
    """Orders, habits, the eye, and what became of five crops."""
    rng, shape = np.random.default_rng(3), at.place.shape
    orders, typical = rng.uniform(170.0, 200.0, shape), rng.uniform(580.0, 640.0, (shape[0], 1))
    habits, eye = rng.standard_normal((2, *shape))
    setting = Setting(BOUNDS, {"glue_dose": np.full(shape, 60.0)}, {}, SETPOINTS)
    return orders, typical, habits, eye, LeadCells(p, shape[1]).run(p, at, setting, orders, typical, habits, eye)


def test_a_face_loses_lead_by_faradays_law():
    result = depth(np.array([190.0]), 3.0, np.array([0.9]))
    assert result[0] == pytest.approx(190.0 * 72.0 * 0.9 * EQUIVALENT / 11340.0, rel=1e-12)


def test_slime_grows_stays_and_falls(p, at, run):
    result = run[-1]
    grown = 0.9 * depth(result["current_density"], at.days, at.running)
    np.testing.assert_allclose(result["slime_end"] - result["slime_start"], grown, rtol=1e-9)
    left = result["slime_end"][:-1] * (1.0 - at.shed[:-1])
    np.testing.assert_allclose(result["slime_start"][1:], np.where(at.place[1:] > 0, left, 0.0), rtol=1e-12)


def test_the_current_is_cut_by_the_voltage_that_the_last_crop_ended_with(p, at, run):
    orders, *_, result = run
    current, slime = result["current_density"], result["slime_end"]
    lost = current * 72.0 * at.running * EQUIVALENT / 11340.0
    over = 0.010 * slime + 0.0009 * slime**2 * current / 180.0 / at.antimony
    ended = 1e-5 * current * (at.gap - lost) / at.conductivity + over + at.contacts * current / 180.0
    before = np.vstack([np.zeros(ended.shape[1]), ended[:-1]])
    cut = p.current_cut * np.clip((before - p.voltage_high) / p.voltage_step, 0.0, 1.0) * (at.place > 0)
    assert cut.max() > 5.0
    np.testing.assert_allclose(current, np.round(orders - cut), rtol=1e-12)


def test_glue_answers_the_roughness_that_the_eye_saw(p, at, run):
    _, typical, habits, eye, result = run
    target, seen = np.full(at.place.shape[1], 600.0), np.zeros(at.place.shape[1])
    for t in range(len(at.place)):
        target = (
            target + p.glue_answer * np.clip(seen, -1.0, 1.0) + 0.3 * (typical[t] - target) + p.habit_glue * habits[t]
        )
        np.testing.assert_allclose(result["glue_dose"][t], np.round((target + 60.0) / 5.0) * 5.0, rtol=1e-12)
        seen = np.log(result["roughness"][t]) - p.usual_roughness + 0.25 * eye[t]


def test_roughness_by_its_parts(p, at, run):
    result = run[-1]
    current = result["current_density"]
    layer = 0.15e-3 * (current / 300.0) ** -0.2 * (at.flow / 30.0) ** -0.1
    limit = 2.0 * 96485.33212 * at.diffusion * at.lead * 1e3 / 207.2 / layer
    np.testing.assert_allclose(result["polarisation"], current / limit, rtol=1e-9)
    squared = np.log(result["glue_dose"] * at.glue_works) ** 2 + at.other_error
    np.testing.assert_allclose(result["squared_error"], squared, rtol=1e-9)
    expected = at.rough + 1.5 * np.log(current / limit / 0.38) + p.error_weight * squared / (1.0 + squared)
    np.testing.assert_allclose(np.log(result["roughness"]), expected, rtol=1e-9)


def test_a_stretch_in_two_pieces_is_the_same(p, at, run):
    orders, typical, habits, eye, whole = run
    cells, parts = LeadCells(p, at.place.shape[1]), []
    for periods in (slice(0, 2), slice(2, 5)):
        piece = type(at)(**{name: values if name == "days" else values[periods] for name, values in vars(at).items()})
        setting = Setting(BOUNDS, {"glue_dose": np.full(piece.place.shape, 60.0)}, {}, SETPOINTS)
        parts.append(cells.run(p, piece, setting, orders[periods], typical[periods], habits[periods], eye[periods]))
    for name, values in whole.items():
        assert np.array_equal(np.concatenate([part[name] for part in parts]), values), name
