"""Fitted estimators as bytes and back, with small stand-ins: names, parts, and what is refused."""

import json

import lightgbm
import numpy as np
import pytest
from sklearn.impute import SimpleImputer

from models.estimators.booster import Booster
from models.estimators.estimator import Estimator
from models.estimators.physics_features import OnPhysics, PhysicsFeatures
from models.estimators.stored import Stored
from models.storage.estimator_files import dump, is_known, parse
from tests.suite.physics import physics_of_functions

X = np.array([[0.0, 1.0], [1.0, np.nan], [2.0, 3.0], [3.0, 5.0]] * 10)


class Kept(Stored, Estimator):
    """Two numbers, and trees by the name of their file."""

    STORED = ("n_features_in_", "level")

    def __init__(self, booster=None, level=0.0, columns=2):
        self.booster, self.level, self.n_features_in_ = booster, level, columns

    def trees(self):
        return {} if self.booster is None else {"trees.0": self.booster}

    def restore(self, state, read_trees):
        super().restore(state, read_trees)
        self.booster = read_trees("trees.0", self.n_features_in_)


@pytest.fixture(scope="module")
def booster():
    quiet = {"verbosity": -1, "min_child_samples": 1, "num_threads": 1}
    return Booster.of(lightgbm.train(quiet, lightgbm.Dataset(X, X[:, 0]), num_boost_round=3))


@pytest.fixture
def physics():
    """Physics of a made-up process with two features."""
    return physics_of_functions(computed=lambda columns: {"double": 2 * columns["a"], "half": columns["b"] / 2})


@pytest.mark.parametrize(
    "name", ["trees.lightgbm.txt", "trees.0.lightgbm.txt", "trees.999.lightgbm.txt", "12.trees.lightgbm.txt"]
)
def test_names_of_files_that_estimators_have(name):
    assert is_known(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "trees", "pipeline.skops", "a trees.lightgbm.txt", "trees.lightgbm.txt.txt", "trees.lightgbmxtxt"),
        *("trees.1000.lightgbm.txt", "trees..lightgbm.txt", "trees.a.lightgbm.txt", "../trees.lightgbm.txt"),
        *("trees.0.lightgbm.txt\n", "model.pkl"),
    ],
)
def test_other_names_are_none(name):
    assert not is_known(name)


def test_what_states_its_numbers_is_stored_by_them_and_its_trees(booster):
    state, files = dump(Kept(booster, 0.5))
    assert state == {"n_features_in_": 2, "level": 0.5}
    assert list(files) == ["trees.0.lightgbm.txt"]
    assert files["trees.0.lightgbm.txt"].decode() == booster.text
    back = parse(Kept(), json.loads(json.dumps(state)), files)
    assert (back.level, back.n_features_in_) == (0.5, 2)
    np.testing.assert_array_equal(back.booster.predict(X), booster.predict(X))


def test_trees_of_other_columns_are_refused(booster):
    state, files = dump(Kept(booster, columns=3))
    with pytest.raises(ValueError, match=r"^trees\.0\.lightgbm\.txt: trees take 2 columns, the estimator 3$"):
        parse(Kept(), state, files)


def test_physics_features_are_named_before_what_follows_them(physics, booster):
    def estimator(features, **retained):
        return OnPhysics(PhysicsFeatures(physics, ("a", "b"), features), Kept(**retained))

    state, files = dump(estimator(("double", "half"), booster=booster, level=0.5))
    assert state == {"features": ["double", "half"], "n_features_in_": 2, "level": 0.5}
    assert list(files) == ["trees.0.lightgbm.txt"]
    unfitted = estimator(("double", "half"))
    back = parse(unfitted, state, files)
    assert back is unfitted
    assert (back.physics.n_features_in_, back.trees.level) == (2, 0.5)
    np.testing.assert_array_equal(back.physics.transform(np.array([[1.0, 4.0]])), [[1.0, 4.0, 2.0, 2.0]])
    with pytest.raises(ValueError, match=r"got \['double', 'half'\], this code computes \['half'\]$"):
        parse(estimator(("half",)), state, files)


def test_what_states_nothing_is_not_stored():
    with pytest.raises(TypeError, match=r"^SimpleImputer: states no numbers that it could be stored by$"):
        dump(SimpleImputer().fit(X))
    with pytest.raises(TypeError, match=r"^SimpleImputer: states no numbers that it could be stored by$"):
        parse(SimpleImputer(), {}, {})
