"""Sections of the card of a predicted number, word by word for figures that are given."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from training.core.dataset import Dataset
from training.regression.card import heading, rows_used, sections
from training.regression.fit import SELECTED_BY
from training.reports.periods import row, subject

DAYS = pd.date_range("2022-01-01", periods=24, freq="30D")
PARTS = SimpleNamespace(
    learnt=np.arange(300),
    test=np.arange(60),
    holdout=np.arange(12),
    holdout_all=np.arange(80),
    units=("A", "B", "C", "D"),
    train_from=pd.Timestamp("2022-01-01"),
    calibrate_from=pd.Timestamp("2022-10-28"),
    test_from=pd.Timestamp("2023-08-24"),
    last=pd.Timestamp("2023-11-22"),
)
FACTS = {"rows": 480, "units": 20, "periods": 24, "first_period": "2022-01-01", "last_period": "2023-11-22"}
BAR = {SELECTED_BY: 2.1, "test_rmse": 2.0, "test_skill": 0.0, "test_coverage_90": 0.9}
LINE = {
    SELECTED_BY: 0.6,
    "test_rmse": 0.51234,
    "test_skill": 0.75,
    "test_coverage_90": 0.92,
    "holdout_coverage_90": 0.875,
    "holdout_all_coverage_90": 0.88,
}


@pytest.fixture(autouse=True)
def signs(monkeypatch):
    """The section on signs, which asks the estimator, stands in as one line."""
    monkeypatch.setattr("training.regression.card.signs_section", lambda *_: ["## Signs against physics", ""])


def candidate(name, metrics):
    scores = SimpleNamespace(scores=np.zeros(240))
    return SimpleNamespace(
        name=name,
        metrics=metrics,
        model=SimpleNamespace(conformal=scores),
    )


def table_of(seed, periods):
    """What a card asks of a data set, its starts shown as `Dataset.shown` shows them."""
    data = SimpleNamespace(seed=seed, periods=periods, facts=FACTS)
    data.shown = lambda start: Dataset.shown(data, start)
    return data


def sections_of(seed, bar=BAR, line=LINE, chosen="linear"):
    result = {"persistence": candidate("persistence", bar), "linear": candidate("linear", line)}
    return sections(result, result[chosen], SimpleNamespace(seed=seed), PARTS)


def test_a_row_and_what_is_predicted_are_named_with_their_units(toy_seed):
    assert row(toy_seed) == "a unit and period of 30 d"
    assert heading(toy_seed) == "y [%]"


def test_the_subject_counts_the_rows_that_were_learnt_and_evaluated(toy_seed):
    assert subject(table_of(toy_seed, DAYS), PARTS) == (
        "Target: efficiency, y [%]. Training: 300 rows, 2022-01-01 to before 2023-08-24. Evaluated: 60 rows of the "
        "same units and 12 rows of 4 held-out units, up to 2023-11-22."
    )


def test_periods_shorter_than_a_day_are_said_with_their_time(toy_seed):
    hours = pd.date_range("2022-01-01", periods=24, freq="8h")
    data = table_of(toy_seed, hours)
    assert "2022-01-01 00:00 to before 2023-08-24 00:00" in subject(data, PARTS)
    assert "judged: 60 rows from 2023-08-24 00:00 to 2023-11-22 00:00" in rows_used(data, PARTS)[2]


def test_the_use_of_the_rows_is_said_in_three_lines(toy_seed):
    assert rows_used(table_of(toy_seed, DAYS), PARTS) == [
        "480 labelled rows of 20 units, 24 periods from 2022-01-01 to 2023-11-22",
        "training: periods before 2023-08-24; of these the ones from 2022-10-28, each predicted by a model that knew "
        "only older ones, gave the intervals their width and chose the candidate",
        "judged: 60 rows from 2023-08-24 to 2023-11-22, and 80 rows of 4 held-out units (12 in those periods)",
    ]


def test_the_sections_show_known_metrics_noise_and_intervals(toy_seed):
    assert sections_of(toy_seed) == [
        "## Candidates",
        "",
        "Errors and widths in %; skill is the share of the first candidate's mean square error that is avoided. "
        "Chosen: **linear**, the lowest `calibrate_rmse_over_blocks`; the test rows had no say.",
        "",
        "| candidate | test_rmse | test_skill | test_coverage_90 |",
        "|---|---|---|---|",
        "| persistence | 2 | 0 | 0.9 |",
        "| **linear** | 0.5123 | 0.75 | 0.92 |",
        "",
        "",
        "## Label noise",
        "",
        "- stated in the seed: 0.5 % (law)",
        "",
        "## Intervals",
        "",
        "Conformal, from 240 residuals of models that knew only what is older than the row; the model in service was "
        "then fitted on those rows too. Measured coverage of the 90% interval: 0.92 on future periods, 0.875 on "
        "held-out units in them, 0.88 on held-out units in all periods.",
        "",
        "## Signs against physics",
        "",
    ]


def test_a_metric_that_one_candidate_has_is_a_column_and_a_dash_of_the_other(toy_seed):
    lines = sections_of(toy_seed, line=LINE | {"test_truth_rmse": 0.25})
    assert lines[4] == "| candidate | test_rmse | test_skill | test_coverage_90 | test_truth_rmse |"
    assert lines[6:8] == ["| persistence | 2 | 0 | 0.9 | - |", "| **linear** | 0.5123 | 0.75 | 0.92 | 0.25 |"]


def test_a_chosen_baseline_comes_with_a_warning(toy_seed):
    lines = sections_of(toy_seed, chosen="persistence")
    assert lines[6:8] == ["| **persistence** | 2 | 0 | 0.9 |", "| linear | 0.5123 | 0.75 | 0.92 |"]
    assert lines[9] == "- Warning on persistence: on the test rows it is no better than the baseline."


MEASURED = "- measured against the simulated truth: 0.4 %; a perfect model still has this RMSE against the label"


@pytest.mark.parametrize(
    ("stated", "metrics", "noise"),
    [
        (True, {"test_noise_floor": 0.4}, ["- stated in the seed: 0.5 % (law)", MEASURED]),
        (False, {"test_noise_floor": 0.4}, [MEASURED]),
        (False, {}, ["- unknown"]),
    ],
)
def test_noise_is_what_is_stated_and_what_is_measured(toy_seed, stated, metrics, noise):
    target = toy_seed.targets["y"]
    seed = toy_seed.model_copy(
        update={"targets": {"y": target if stated else target.model_copy(update={"label_noise": None})}}
    )
    lines = sections_of(seed, line=LINE | metrics)
    at = lines.index("## Label noise")
    assert lines[at + 1 : lines.index("## Intervals")] == ["", *noise, ""]


def test_fixed_and_adaptive_intervals_stand_side_by_side(toy_seed):
    figures = {
        "narrow_coverage_90": 0.8,
        "wide_coverage_90": 0.5,
        "coverage_90": 0.74,
        "width_90": 2.02,
        "rmse": 1.344,
        "mae": 0.867,
    }
    adaptive = {
        "adaptive_narrow_coverage_90": 0.9,
        "adaptive_wide_coverage_90": 0.7,
        "adaptive_coverage_90": 0.876,
        "adaptive_width_90": 3.31,
        "adaptive_rmse": 1.198,
        "adaptive_mae": 0.85,
    }
    without = {
        "no_outcomes_narrow_coverage_90": 0.85,
        "no_outcomes_wide_coverage_90": 0.6,
        "no_outcomes_coverage_90": 0.81,
        "no_outcomes_width_90": 2.5,
        "no_outcomes_rmse": 1.3,
        "no_outcomes_mae": 0.86,
    }
    every = figures | adaptive | without
    line = LINE | {f"test_{name}": value for name, value in every.items()}
    text = "\n".join(sections_of(toy_seed, line=line))
    assert (
        "They need outcomes to come back; here each counted from 1 period after the end of its own, none earlier.\n\n"
        "| 90% interval | fixed | without outcomes | adaptive |\n"
        "|---|---|---|---|\n"
        "| coverage, future periods | 0.74 | 0.81 | 0.876 |\n"
        "| coverage of the narrowest tenth, future periods | 0.8 | 0.85 | 0.9 |\n"
        "| coverage of the widest tenth, future periods | 0.5 | 0.6 | 0.7 |\n"
        "| mean width, future periods | 2.02 | 2.5 | 3.31 |\n"
        "| RMSE, future periods | 1.344 | 1.3 | 1.198 |\n"
        "| mean absolute error, future periods | 0.867 | 0.86 | 0.85 |\n"
    ) in text
    assert (
        "Until it has received outcomes that count for 50, and again after a long time without any, it returns" in text
    )
    assert "held-out units in them |" not in text
    both = line | {f"holdout_{name}": value for name, value in every.items()}
    assert "| coverage, held-out units in them | 0.74 | 0.81 | 0.876 |" in "\n".join(sections_of(toy_seed, line=both))
    assert "adaptive" not in "\n".join(sections_of(toy_seed))


def test_one_that_is_not_the_lowest_is_chosen_for_a_reason_that_is_said(toy_seed):
    """Persistence errs less over all blocks and more on the newest."""
    lines = sections_of(toy_seed, bar=BAR | {SELECTED_BY: 0.5})
    assert lines[2].endswith(
        "Chosen: **linear**, the lowest `calibrate_rmse_over_blocks` of those that gain by more rows: persistence errs "
        "more on the newest block; the test rows had no say."
    )
