"""Errors of models of every task on one scale."""

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from monitoring.drift.residuals import ALL_CONTENTS
from monitoring.drift.tasks import task_of


def residuals(model, table):
    return task_of(model.seed).residuals(model, table)


def test_errors_of_a_number_have_the_sign_of_the_outcome(champion, whole):
    (one,) = residuals(champion, whole)
    moved = residuals(champion, whole.assign(y=whole["y"] + 1.0))[0]
    assert (moved.signed - one.signed > 0).all()
    assert one.size.tolist() == np.abs(one.signed).tolist()


def test_errors_of_a_class_have_no_lean_where_its_probabilities_are_right(
    save_toy_classifier, toy_class_seed, toy_class_frame, tmp_path
):
    model = save_toy_classifier(tmp_path / "classifier")
    table = check(toy_class_frame(rng_seed=9), toy_class_seed).table
    (one,) = residuals(model, table)
    assert one.name == "ore"
    assert one.size.min() >= 0
    assert one.size.max() <= 1
    assert one.signed.mean() == pytest.approx(0.0, abs=0.02)
    assert one.size.mean() == pytest.approx(one.prior.mean(), abs=0.02)
    unknown = residuals(model, table.assign(ore=pd.Series([None] * len(table), dtype=object)))[0]
    assert np.isnan(unknown.size).all()
    assert not np.isnan(unknown.prior).any()


def test_lots_have_a_lean_of_each_element_and_a_size_of_all_together(
    save_toy_grader, toy_quality_seed, toy_quality_frame, tmp_path
):
    model = save_toy_grader(tmp_path / "grader")
    table = check(toy_quality_frame(rng_seed=9), toy_quality_seed).table
    *elements, joint = residuals(model, table)
    assert [one.name for one in elements] == [column.name for column in toy_quality_seed.elements]
    assert joint.name == ALL_CONTENTS
    largest = np.fmax.reduce(np.abs([one.signed for one in elements]))
    assert (joint.size >= np.nan_to_num(largest) - 1e-12).all()
    # What is below the laboratory's limit says nothing of a lean.
    below = table["p"].to_numpy() < 0
    assert np.isnan(elements[0].signed[below]).all()
    assert not np.isnan(elements[0].signed[~below]).any()
