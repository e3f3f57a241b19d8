"""Parameters that all LightGBM candidates share."""

from types import SimpleNamespace

import pytest

from models.estimators.boosting import FEWEST_HELD_BACK, FEWEST_ROWS_FOR_THREADS, tree_settings

OWN = {"learning_rate": 0.07, "num_leaves": 9, "min_child_samples": 33, "feature_fraction": 0.6}
OWN |= {"bagging_fraction": 0.7, "lambda_l2": 4.0}


@pytest.mark.parametrize(("jobs", "threads"), [(-1, 0), (0, 0), (3, 3)])
def test_settings(jobs, threads):
    result = tree_settings(SimpleNamespace(**OWN, random_state=11, n_jobs=jobs))
    assert result == OWN | {
        **{"bagging_freq": 1, "seed": 11, "deterministic": True, "force_col_wise": True},
        **{"num_threads": threads, "verbosity": -1, "min_data_per_group": 33},
    }
    # Flags and not numbers that count as such.
    assert result["deterministic"] is True
    assert result["force_col_wise"] is True


def test_bounds():
    # a penalty or a number of trees chosen on fewer rows is chance; 256 rows take LightGBM a millisecond
    assert (FEWEST_HELD_BACK, FEWEST_ROWS_FOR_THREADS) == (20, 256)
