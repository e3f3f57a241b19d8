"""Scores on other plants: coverage on a further plant, stages, and the errors of the plant that is served."""

import json

import numpy as np
import pytest

from models.online.plant_transfer import (
    MOST_ERRORS,
    SCORES,
    STAGES,
    OtherPlant,
    PlantErrors,
    PlantScores,
    PlantTransfer,
    TransferError,
    measured,
    stage_of,
)
from models.uncertainty.error_dispersion import ErrorDispersion, PlantResiduals
from models.uncertainty.intervals import CoverageError

DISPERSION = ErrorDispersion(*(np.array([one]) for one in (1.0, 0.0, 0.5, 1.0)))


def other_plant(rng, rows=400, units=20):
    """Errors of a plant whose mean, units and spread differ from plant to plant."""
    unit = np.arange(rows) % units
    size = np.exp(rng.normal(0, 0.2))
    error = rng.normal(0, 1.0) + rng.normal(0, 0.5, units)[unit] + rng.normal(0, size, rows)
    errors = PlantResiduals(error[:, None], unit, np.arange(rows) // units)
    return OtherPlant(errors, lambda _, offset, growth: np.abs(error - offset[:, 0]) / growth[0])


def test_intervals_cover_further_plants_from_the_first_outcome_on():
    """Plants of the measurement are none of those of the scores."""
    rng = np.random.default_rng(5)
    transfer = measured([other_plant(rng) for _ in range(40)], np.ones(1))
    covered = {k: [] for k in STAGES}
    for _ in range(200):
        plant = other_plant(rng)
        for k in STAGES:
            first = PlantResiduals(plant.errors.error[:k], plant.errors.unit[:k], plant.errors.period[:k])
            offset, units = transfer.dispersion.offsets(first)
            of_unit = np.zeros((20, 1))
            of_unit[: len(units)] = units
            scores = plant.scores(k, offset + of_unit[plant.errors.unit], transfer.growth_after(k))[k:]
            covered[k].append(np.mean(scores <= transfer.conformal(k).half_width(0.9)))
    for k, shares in covered.items():
        assert 0.88 < np.mean(shares) < 0.95, k
    widths = [transfer.growth_after(k)[0] * transfer.conformal(k).half_width(0.9) for k in STAGES]
    assert widths == sorted(widths, reverse=True)  # outcomes make intervals narrower


def test_the_further_plant_counts_with_scores_of_any_size():
    """With p plants the quantile is that of c (p + 1) / p of the scores; see `PlantScores`."""
    scores = PlantScores(np.arange(1.0, 1001.0), plants=10)
    assert scores.half_width(0.9) == 990.0
    assert scores.scaled(2.0).half_width(0.9) == 1980.0
    with pytest.raises(CoverageError, match=r"coverage 0\.95 needs at least 19 other plants, got 10"):
        scores.half_width(0.95)


def test_stages_are_reached_by_their_number_of_outcomes():
    assert [stage_of(one) for one in (0, 9, 10, 49, 50, 199, 200, 10**9)] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_plants_or_rows_that_are_too_few_are_rejected():
    rng = np.random.default_rng(6)
    with pytest.raises(TransferError, match="got 9 tables, expected 10 or more"):
        measured([other_plant(rng) for _ in range(9)], np.ones(1))
    with pytest.raises(TransferError, match="table 3: got 299 labelled rows, expected 300 or more"):
        measured([other_plant(rng, rows=299 if i == 2 else 400) for i in range(10)], np.ones(1))


def test_the_state_is_restored_to_the_last_bit():
    transfer = measured([other_plant(np.random.default_rng(7)) for _ in range(10)], np.ones(1))
    again = PlantTransfer.from_state(json.loads(json.dumps(transfer.state())))
    assert again.state() == transfer.state()
    assert again.conformal(50).half_width(0.9) == transfer.conformal(50).half_width(0.9)
    assert transfer.scores.shape == (len(STAGES), 10, SCORES)


def test_errors_of_the_plant_are_the_newest_and_are_restored():
    errors = PlantErrors()
    for i in range(MOST_ERRORS // 100 + 2):
        errors = errors.with_newer([f"A-{j}" for j in range(100)], [i] * 100, np.full((100, 1), float(i)))
    assert (len(errors.units), min(errors.starts), max(errors.starts)) == (MOST_ERRORS, 2, MOST_ERRORS // 100 + 1)
    errors = errors.with_newer(["A-0"], [99], np.array([[np.nan]]))
    again = PlantErrors.from_state(json.loads(json.dumps(errors.state())))
    assert again.state() == errors.state()
    plant, units = again.offsets(DISPERSION)
    assert plant[0] == pytest.approx(np.nanmean(errors.errors), rel=0.1)
    assert len(units) == 100


def test_without_errors_there_is_no_offset():
    plant, units = PlantErrors().offsets(DISPERSION)
    assert (plant.tolist(), units) == ([0.0], {})
