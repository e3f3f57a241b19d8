"""A made-up plant whose champion is right until something is changed in what comes after."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import COVERAGE, Answer
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.table.contract import check
from models.table.inputs import matrix
from models.tasks import build
from monitoring.drift.history import DriftReference
from monitoring.drift.rows import Answered
from seeds import Seed

PERIODS, KNOWN = 48, 30  # in all, and those of the champion's table


def nothing(frame: pd.DataFrame) -> None:
    """Leave what comes after as it is."""


@pytest.fixture(scope="session")
def whole(toy_seed: Seed, toy_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """A checked table of 40 units in 48 periods; 30 of them are the champion's."""
    return check(toy_frame(40, PERIODS, 5), toy_seed).table.sort_values("period_start", kind="stable")


@pytest.fixture(scope="session")
def champion(toy_seed: Seed, whole: pd.DataFrame) -> RegressionModel:
    """A line that has learnt the first 25 periods of all units but eight."""
    starts = np.sort(whole["period_start"].unique())
    held_out = [f"A-{i:03d}" for i in range(8)]
    old, middle = whole["period_start"] < starts[20], whole["period_start"].between(starts[20], starts[24])
    trained = ~whole["unit"].isin(held_out)
    X, y = matrix(whole, toy_seed), whole["y"].to_numpy()
    a, b = (old & trained).to_numpy(), (middle & trained).to_numpy()
    estimator = build(toy_seed)["linear"].fit(X[a], y[a])
    info = {"training_cutoff": str(starts[25]), "held_out_units": held_out}
    return conformalised(toy_seed, "linear", estimator, X[a], y[b], estimator.predict(X[b]), info)


@pytest.fixture(scope="session")
def history(champion: RegressionModel, whole: pd.DataFrame) -> DriftReference:
    """The champion with its table."""
    starts = np.sort(whole["period_start"].unique())
    return DriftReference.of(
        champion, whole[whole["period_start"] < starts[KNOWN]].reset_index(drop=True), 3, "sha256:3"
    )


@pytest.fixture(scope="session")
def live(champion: RegressionModel, whole: pd.DataFrame) -> Callable[..., Answered]:
    """Maker of what was answered after the champion's table, after a change of what was measured or came out."""

    def make(change: Callable[[pd.DataFrame], Any] = nothing) -> Answered:
        starts = np.sort(whole["period_start"].unique())
        frame = whole[whole["period_start"] >= starts[KNOWN]].reset_index(drop=True).copy()
        change(frame)
        value, low, high = champion.answer(matrix(frame, champion.seed), COVERAGE)["y"]
        n = len(frame)
        none = np.full(n, None, dtype=object)
        return Answered(frame, np.full(n, 3), {"y": Answer(value, low, high)}, np.full(n, COVERAGE), none, none)

    return make


def later(frame: pd.DataFrame, period: int) -> "pd.Series[bool]":
    """Rows from a period after the champion's table on, counted from 0."""
    return frame["period_start"] >= np.sort(frame["period_start"].unique())[period]


def without(rows: Answered, which: "pd.Series[bool]") -> Answered:
    """Rows of which some have no outcome."""
    return replace(
        rows, table=rows.table.assign(y=rows.table["y"].mask(which), tapped=rows.table["tapped"].mask(which))
    )
