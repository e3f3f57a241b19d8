"""Graders of another plant: joint coverage of its lots from the first one on, and a guarantee that must be shown."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.answers import COVERAGE
from models.online.plant_transfer import TransferError
from models.quality.by_pattern import contents_by_pattern
from models.quality.outcomes import covered
from models.storage import model_files
from models.table.contract import check
from models.table.inputs import matrix
from models.uncertainty.adaptive_intervals import IntervalLevel
from operations.outcomes.lots import LotStates
from records.outcomes import Arrived
from training.core.dataset import dataset_of
from training.quality.transfer import transferred

STATES = LotStates()
ELEMENTS = ["p", "q", "r"]


@pytest.fixture(scope="module")
def plant_of(toy_quality_frame, toy_quality_seed):
    """Return a maker of a plant whose contents, and those of its lines, deviate from the toy plant's."""

    def make(number, sd=0.4, lines=8, lots=60):
        frame = toy_quality_frame(lines=lines, lots=lots, rng_seed=100 + number)
        rng = np.random.default_rng(number)
        of_line = rng.normal(0, sd / 3, (lines, 3)) + rng.normal(0, sd, 3)
        factor = np.exp(np.repeat(of_line, lots, axis=0))
        reported = frame[ELEMENTS].to_numpy()
        frame[ELEMENTS] = np.where(reported < 0, reported, reported * factor)
        return dataset_of(check(frame, toy_quality_seed), toy_quality_seed)

    return make


@pytest.fixture(scope="module")
def grader(save_toy_grader, tmp_path_factory):
    made = save_toy_grader(tmp_path_factory.mktemp("transfer") / "grader")
    return replace(made, level=IntervalLevel.new().taken(np.linspace(0.1, 2.0, 60)))


@pytest.fixture(scope="module")
def other(grader, plant_of):
    """The grader for a further plant, by twenty plants."""
    return transferred(grader, [plant_of(number) for number in range(20)])


def joint_coverage(model, data, rows):
    X, units = matrix(data.table, model.seed)[rows], data.units[rows].astype(str)
    inside = np.ones(len(rows), dtype=bool)
    for part, lots in model.parts(X, units):
        answers = part.contents(part.raw(X[lots])[:, :3], COVERAGE).values()
        for e, answer in enumerate(answers):
            reported = data.contents[rows[lots], e]
            inside[lots] &= covered(reported, answer) | np.isnan(reported)
    return float(inside.mean())


def after(model, data, first):
    """The model after the assays of its first lots, in batches of a day."""
    order, state = np.argsort(data.periods, kind="stable"), STATES.begin(model)
    for start in range(0, first, 8):
        rows = order[start : min(start + 8, first)]
        records = data.table.iloc[rows].to_dict("records")
        for record in records:
            record["cast_at"] = record["cast_at"].isoformat()
        known = [dict(zip(ELEMENTS, one, strict=True)) for one in data.contents[rows].tolist()]
        state = STATES.taken(model, state, records, known, [0] * len(rows), Arrived(start, 0, (), 1, accepted=False))
    return STATES.followed(model, state, 0), order[first:]


def test_joint_intervals_cover_lots_of_further_plants_from_the_first_on(grader, other, plant_of):
    """A grader that is used there without a transfer covers less."""
    plants = [plant_of(number) for number in range(50, 60)]
    unchanged = np.mean([joint_coverage(grader, data, np.arange(len(data.X))) for data in plants])
    assert unchanged < 0.75
    for first in (0, 10, 200):
        states = [after(other, data, first) for data in plants]
        shares = [joint_coverage(model, data, rows) for (model, rows), data in zip(states, plants, strict=True)]
        assert 0.86 < np.mean(shares) < 0.97, first
    long = [after(other, data, 400) for data in plants]
    shares = [joint_coverage(model, data, rows) for (model, rows), data in zip(long, plants, strict=True)]
    assert {model.interval.kind for model, _ in long} == {"adaptive"}
    assert 0.86 < np.mean(shares) < 0.95


def test_plants_that_do_not_differ_change_no_prediction(grader, plant_of):
    alike = transferred(grader, [plant_of(number, sd=0.0) for number in range(12)])
    same = plant_of(70, sd=0.0)
    np.testing.assert_allclose(alike.transfer.growth, 1.0, atol=0.06)
    X = matrix(same.table, grader.seed)
    shifts = after(alike, same, 200)[0].raw(X)[:, :3] - grader.raw(X)[:, :3]
    assert np.abs(shifts).max() < 0.1 * grader.scatter.spread.min()


def test_the_grader_of_its_own_plant_is_unchanged(grader, other):
    """Transferring makes a copy; without a transfer, no number differs."""
    X = np.array([[0.5, 0.0, 50.0, 2.0], [np.nan, 0.0, 50.0, 2.0]])
    before = copy.deepcopy(grader).columns(X)
    assert grader.transfer is None
    assert np.array_equal(grader.columns(X)["p_low"], before["p_low"])
    np.testing.assert_array_equal(other.estimated(X), grader.raw(X))


def test_the_guarantee_is_withdrawn_and_no_lot_is_released(grader, other):
    X = np.array([[-3.0, 0.0, 50.0, 0.5]])
    assert grader.assess(X).decided.actions(grader.costs).tolist() == [0]
    assert other.assess(X).decided.actions(other.costs).tolist() != [0]
    assert math.isnan(other.threshold)
    assert other.transfer.threshold == grader.threshold


def test_missing_inputs_widen_intervals_of_other_plants_too(other):
    X = np.array([[0.5, 0.0, 50.0, 2.0], [np.nan, 0.0, 50.0, 2.0]])
    answer = contents_by_pattern(other, X, other.raw(X)[:, :3], COVERAGE)["p"]
    width = np.log(answer.high / answer.low)
    assert width[1] >= width[0]


def test_a_stored_model_is_transferred_still(other, tmp_path):
    model_files.save(other, tmp_path / "other")
    again = model_files.load(tmp_path / "other")
    X = np.array([[0.5, 0.0, 50.0, 2.0]])
    np.testing.assert_allclose(again.columns(X)["p_high"], other.columns(X)["p_high"], rtol=1e-12)
    assert (again.interval.kind, math.isnan(again.threshold)) == ("transferred", True)


def test_a_second_transfer_starts_from_the_plant_of_the_training(grader, other, plant_of):
    plants = [plant_of(number) for number in range(20)]
    again = transferred(other, plants)
    np.testing.assert_allclose(again.scatter.spread, other.scatter.spread, rtol=1e-12)
    assert again.transfer.threshold == grader.threshold


def test_a_grader_that_follows_no_assays_is_not_transferred(grader, plant_of):
    with pytest.raises(TransferError, match="it follows no assays"):
        transferred(replace(grader, level=None), [plant_of(number) for number in range(12)])
