"""Physics features beside the inputs: values, gaps and names of a made-up process."""

import numpy as np
import pytest

from models.estimators.physics_features import PhysicsFeatures, physics_columns
from tests.suite.physics import physics_of_functions


def ratio(columns):
    return {"ratio": columns["a"] / columns["b"], "sum": columns["a"] + columns["b"], "constant": np.float64(3.0)}


PHYSICS = physics_of_functions(computed=ratio)


def test_columns_in_the_order_asked_for():
    X = np.array([[6.0, 2.0], [1.0, 0.0], [np.nan, 5.0]])
    result = physics_columns(PHYSICS, X, ("a", "b"), ("constant", "ratio"))
    np.testing.assert_array_equal(result, [[3.0, 3.0], [3.0, np.nan], [3.0, np.nan]])
    assert physics_columns(PHYSICS, X, ("a", "b"), ()).shape == (3, 0)
    assert physics_columns(PHYSICS, X[:0], ("a", "b"), ("ratio",)).shape == (0, 1)


def test_the_transformer_appends_features_of_a_process():
    inputs = ("alumina_feed_rate", "line_current")
    made = PhysicsFeatures(PHYSICS, inputs, ("feed_implied_efficiency",))
    X = np.array([[240.0, 400.0], [np.nan, 400.0]])
    with pytest.raises(ValueError, match="X has 3 columns, expected 2"):
        made.fit(np.ones((2, 3)))
    made.fit(X)
    with pytest.raises(KeyError, match="'a'"):
        made.transform(X)
    assert made.get_feature_names_out().tolist() == [*inputs, "feed_implied_efficiency"]
    assert made.__sklearn_tags__().input_tags.allow_nan
    assert made.__sklearn_tags__().requires_fit


def test_gaps_are_let_through_and_a_fit_is_needed():
    tags = PhysicsFeatures(PHYSICS, ("a",), ()).__sklearn_tags__()
    assert tags.input_tags.allow_nan is True
    assert tags.requires_fit is True
