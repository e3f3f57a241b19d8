"""LightGBM settings common to all boosted candidates."""

from __future__ import annotations

from typing import Any

from models.estimators.booster import Booster
from physics.arrays import FloatArray

OWN = (
    "learning_rate",
    "num_leaves",
    "min_child_samples",
    "feature_fraction",
    "bagging_fraction",
    "lambda_l2",
    "extra_trees",
)


def own_settings(estimator: Any) -> dict[str, float]:
    """Settings that may differ from one boosted candidate to the next, by LightGBM's names."""
    return {name: getattr(estimator, name) for name in OWN if hasattr(estimator, name)}


def tree_settings(estimator: Any) -> dict[str, Any]:
    """Return an estimator's own LightGBM parameters, in an order independent of threads.

    Parameters
    ----------
    estimator : Estimator
        With the parameters of OWN, `random_state` and `n_jobs`.
    """
    return own_settings(estimator) | {
        # The values of a category that may share a leaf, and the rows that a leaf needs, are the same thing here.
        "min_data_per_group": estimator.min_child_samples,
        "bagging_freq": 1,
        "seed": estimator.random_state,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": max(0, estimator.n_jobs),
        "verbosity": -1,
    }


# Fewer rows held back than these choose nothing: a line with this penalty stands nearly alone.
FEWEST_HELD_BACK = 20


# Waking threads gains nothing for fewer rows, and on a machine with other work it delays an answer by milliseconds.
FEWEST_ROWS_FOR_THREADS = 256


def tree_contributions(booster: Booster, n_jobs: int, X: FloatArray) -> FloatArray:
    """Contributions by LightGBM's TreeSHAP, shape (n, p, m)."""
    threads = 1 if len(X) < FEWEST_ROWS_FOR_THREADS else max(0, n_jobs)
    return booster.contributions(X, threads)[:, :, :-1].transpose(0, 2, 1)  # the last column is the trees' mean
