"""An input that no training row had and that a row has now changes no prediction, and is named."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.classification.candidates import build as build_classes
from models.classification.model import classifier
from models.interfaces.answers import UNSEEN
from models.quality.candidates import build as build_lots
from models.quality.grader import grader
from models.sorting.candidates import build as build_pieces
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.table.contract import check
from models.table.inputs import matrix
from physics.arrays import FloatArray
from seeds import Seed

Frame = Callable[..., pd.DataFrame]


def sent_and_not(X: FloatArray, column: int, value: float) -> tuple[FloatArray, FloatArray]:
    """Rows without an input, and the same rows with a value of it."""
    without = X[:20].copy()
    without[:, column] = np.nan
    sent = without.copy()
    sent[:, column] = value
    return without, sent


def check_same(model: Any, without: FloatArray, sent: FloatArray, column: int) -> None:
    """Check that both are predicted alike, and that the input is named where it is sent."""
    expected, result = model.columns(without), model.columns(sent)
    for name, values in expected.items():
        np.testing.assert_array_equal(result[name], values, err_msg=name)
    named = f"{model.names[column]} {UNSEEN}"
    assert all(named in words for words in model.flags(sent))
    others = [[word for word in words if word != named] for words in model.flags(sent)]
    assert others == model.flags(without)


@pytest.mark.parametrize("candidate", ["linear", "lightgbm"])
def test_classes(candidate: str, toy_class_seed: Seed, toy_class_frame: Frame) -> None:
    seed, frame = toy_class_seed, toy_class_frame().sort_values("day", kind="stable")
    X, y = matrix(frame, seed).copy(), pd.Categorical(frame["ore"], seed.classes).codes.astype(np.float64)
    column = next(i for i, one in enumerate(seed.inputs) if one.is_number)
    without, sent = sent_and_not(X, column, float(np.nanmean(X[:, column])))
    X[:, column] = np.nan
    unfitted: Any = build_classes(seed)[candidate]
    estimator = unfitted.fit(X[:500], y[:500])
    p = estimator.predict_proba(X[500:])
    model = classifier(seed, candidate, estimator, X[:500], y[:500], X[500:], y[500:], p, {})
    check_same(model, without, sent, column)


@pytest.mark.parametrize("candidate", ["linear", "lightgbm"])
def test_lots(candidate: str, toy_quality_seed: Seed, toy_quality_frame: Frame) -> None:
    seed = toy_quality_seed
    table = check(toy_quality_frame(), seed).table.sort_values("cast_at", kind="stable")
    X, Y = matrix(table, seed), table[[one.name for one in seed.by_role("target")]].to_numpy()
    column = [one.name for one in seed.inputs].index("v")
    without, sent = sent_and_not(X, column, 0.5)
    X[:, column] = np.nan
    half = len(X) // 2
    unfitted: Any = build_lots(seed)[candidate]
    estimator = unfitted.fit(X[:half], Y[:half])
    raw, new = estimator.predict(X[half:]), slice(half, None)
    model = grader(seed, candidate, estimator, X[:half], Y[new, :3], Y[new, 3:], raw, {}, X[new], imputes=True)
    check_same(model, without, sent, column)


def test_pieces(toy_sorting_seed: Seed, toy_sorting_frame: Frame) -> None:
    seed, frame = toy_sorting_seed, toy_sorting_frame()
    X, contents, lots = matrix(frame, seed).copy(), frame[["x", "z"]].to_numpy(), frame["lot"].to_numpy()
    y = pd.Categorical(frame["metal"], seed.classes).codes.astype(np.float64)
    column = next(i for i, one in enumerate(seed.inputs) if one.is_number and one.name != seed.sorting_rules.mass)
    without, sent = sent_and_not(X, column, float(np.nanmean(X[:, column])))
    X[:, column] = np.nan
    old, new = slice(None, 2400), slice(2400, None)
    unfitted: Any = build_pieces(seed)["lightgbm"]
    estimator = unfitted.fit(X[old], y[old])
    older = X[old], y[old], contents[old]
    newer = X[new], y[new], contents[new], frame["mass"].to_numpy()[new], lots[new], estimator.predict_proba(X[new])
    model = sorter(seed, "lightgbm", estimator, LaboratoryPieces(*older), CalibrationPieces(*newer), {})
    check_same(model, without, sent, column)
