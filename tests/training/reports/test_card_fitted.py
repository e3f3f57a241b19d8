"""The model card says what was learnt, how good it is and what it is not for."""

import pytest

from models.table.contract import check
from models.tasks import build
from reporting.markdown import figure
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.gate import Gated
from training.core.splits import split
from training.jobs.card import model_card
from training.regression.fit import RegressionLearner

LEARNER = RegressionLearner()

INFO = {"package_version": "1.2.3", "git_commit": None}


def card_of(seed, frame, truth=None):
    data = dataset_of(check(frame, seed), seed, truth)
    parts = split(data)
    result, baseline = {}, None
    for name in ("persistence", "linear"):
        result[name] = fit_candidate(LEARNER, name, build(seed)[name], data, parts, INFO, baseline, lambda action: None)
        baseline = result["persistence"].predictions
    return model_card(result, result["linear"], data, parts, Gated(())), result


def test_a_simulated_plant_is_called_one(toy_seed, toy_frame):
    frame = toy_frame()
    law = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4)
    card, result = card_of(toy_seed, frame, frame[["unit", "period_start"]].assign(y=law))
    assert "neither evidence about a plant nor a claim about savings" in card
    floor = figure(result["linear"].metrics, "test_noise_floor")
    assert f"measured against the simulated truth: {floor} %" in card
    assert "test_truth_rmse" in card


def test_a_plants_own_table_makes_no_mention_of_a_simulation(toy_seed, toy_frame):
    card, _ = card_of(toy_seed, toy_frame())
    assert "simulated" not in card
    assert "nonferrous 1.2.3, commit unknown" in card


def test_figures_stand_beside_the_bar_to_beat(toy_seed, toy_frame):
    card, result = card_of(toy_seed, toy_frame())
    rows = [line for line in card.splitlines() if line.startswith(("| persistence", "| **linear**"))]
    assert len(rows) == 2
    assert figure(result["linear"].metrics, "test_rmse") in rows[1]
    assert "the lowest `calibrate_rmse_over_blocks`; the test rows had no say" in card


def test_a_model_without_skill_comes_with_a_warning(toy_seed, toy_frame):
    frame = toy_frame()
    newest = frame["period_start"] >= "2023-08-01"
    broken = frame.assign(y=frame["y"].where(~newest, 70.0))
    card, _ = card_of(toy_seed, broken)
    assert "Warning on linear: on the test rows it is no better than the baseline" in card
    assert "fixed 90% intervals cover 0.0% of the labels of" in card


@pytest.mark.parametrize(("metrics", "text"), [({"a": 0.123456}, "0.1235"), ({}, "-"), ({"a": float("nan")}, "-")])
def test_a_figure_that_is_not_known_is_a_dash(metrics, text):
    assert figure(metrics, "a") == text
