"""Scores: log-odds as sums of parts, and back from what is stored."""

import json

import numpy as np
import pytest

from models.warnings.scores import SCORES

N = 600


@pytest.fixture
def rows():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((N, 3))
    X[rng.random(X.shape) < 0.05] = np.nan
    y = (np.nan_to_num(X[:, 0]) + 0.3 * rng.standard_normal(N) > 1).astype(float)
    return X, y


@pytest.mark.parametrize("name", list(SCORES))
def test_parts_sum_to_the_log_odds_but_for_a_constant(name, rows):
    score = SCORES[name].fit(*rows, 1.0)
    remaining = score(rows[0]) - score.parts(rows[0]).sum(axis=1)
    np.testing.assert_allclose(remaining, remaining[0], rtol=1e-9)


@pytest.mark.parametrize("name", list(SCORES))
def test_what_makes_an_event_likelier_scores_higher(name, rows):
    score = SCORES[name].fit(*rows, 1.0)
    low, high = score(np.array([[-1.0, 0, 0], [2.0, 0, 0]]))
    assert high > low + 1
    parts = np.abs(score.parts(rows[0])).mean(axis=0)
    assert parts[0] > 4 * parts[1:].max()


@pytest.mark.parametrize("name", list(SCORES))
def test_a_stored_score_is_the_same(name, rows):
    score = SCORES[name].fit(*rows, 1.0)
    again = SCORES[name].from_state(json.loads(json.dumps(score.state())))
    np.testing.assert_array_equal(again(rows[0]), score(rows[0]))


@pytest.mark.parametrize("name", list(SCORES))
def test_rows_that_count_for_little_say_little(name, rows):
    spread = [np.std(SCORES[name].fit(*rows, weight)(rows[0])) for weight in (1.0, 0.05)]
    assert spread[1] < 0.8 * spread[0]


def test_a_column_that_never_varies_and_one_that_is_empty_count_for_nothing(rows):
    X, y = rows
    more = np.column_stack([X, np.full(N, 3.0), np.full(N, np.nan)])
    assert SCORES["linear"].fit(more, y, 1.0).slope[3:].tolist() == [0, 0]
