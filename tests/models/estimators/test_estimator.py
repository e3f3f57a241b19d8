"""Estimators that keep scikit-learn's protocol without its base class, among those that have it."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.linear_classes import LinearClasses
from models.estimators.physics_features import OnPhysics, PhysicsFeatures
from models.regression.baselines import FirstPrinciples, MeanRegressor, Persistence
from models.regression.ridge import RidgeLine
from models.regression.trees import BoostedTrees
from models.tasks import build
from seeds import load, load_all
from tests.suite.physics import physics_of_functions

SEEDS = load_all()


def rows(n=120):
    X = np.random.default_rng(1).normal(size=(n, 3))
    return X, X[:, 0] + 0.1 * X[:, 1]


# Others need a number of columns or kinds of labels that the checks do not bring.
@pytest.mark.filterwarnings("ignore:Estimator .* does not inherit from")
@pytest.mark.filterwarnings("ignore:Skipping check")
@pytest.mark.parametrize("estimator", [MeanRegressor(), Persistence(), RidgeLine(), BoostedTrees(n_jobs=1)], ids=repr)
def test_scikit_learns_own_checks_pass(estimator):
    result = check_estimator(estimator, on_fail=None)
    assert len(result) > 40
    assert [(one["check_name"], one["exception"]) for one in result if one["status"] == "failed"] == []


def test_parameters_are_the_arguments():
    one = BoostedTrees(num_leaves=5)
    assert one.get_params()["num_leaves"] == 5
    assert one.set_params(num_leaves=9, n_jobs=1) is one
    assert (one.num_leaves, one.n_jobs) == (9, 1)
    assert one.set_params() is one
    with pytest.raises(ValueError, match=r"^BoostedTrees: got parameter 'leaves', expected \['signs', 'held_back', "):
        one.set_params(leaves=3)
    assert repr(MeanRegressor()) == "MeanRegressor()"
    assert repr(RidgeLine((0, 2))) == "RidgeLine(categories=(0, 2), log_floor=None)"


def test_parameters_of_what_is_inside_have_its_name_before_theirs():
    one = OnPhysics(PhysicsFeatures(physics_of_functions(), ("a",), ()), BoostedTrees(num_leaves=5))
    assert one.get_params()["trees__num_leaves"] == 5
    assert "trees__num_leaves" not in one.get_params(deep=False)
    assert one.set_params(trees__num_leaves=6).trees.num_leaves == 6
    copy = clone(one)
    assert copy.trees is not one.trees
    assert (copy.trees.num_leaves, copy.physics.inputs) == (6, ("a",))


@pytest.mark.parametrize("name", SEEDS)
def test_every_candidate_can_be_cloned_and_says_what_it_is(name):
    for estimator in build(SEEDS[name].for_target(SEEDS[name].primaries[0].name)).values():
        copy = clone(estimator)
        assert repr(copy) == repr(estimator)
        assert is_classifier(copy) or is_regressor(copy)
        with pytest.raises(NotFittedError, match=r"is not fitted: call `fit` first$"):
            copy.predict(np.zeros((1, len(SEEDS[name].inputs))))


def test_estimators_join_scikit_learns_tools():
    X, y = rows()
    whole = make_pipeline(SimpleImputer(), RidgeLine()).fit(X, y)
    assert whole.score(X, y) > 0.99
    assert cross_val_score(RidgeLine(), X, y, cv=3).min() > 0.9
    fitted = GridSearchCV(LinearClasses(2), {"C": [0.01, 10.0]}, cv=3).fit(X, y > 0)
    assert fitted.best_estimator_.C == 10.0
    assert fitted.score(X, y > 0) > 0.9
    rise = permutation_importance(whole, X, y, random_state=0).importances_mean
    assert np.argmax(rise) == 0
    assert BoostedClasses(2, n_jobs=1, most_rounds=5).fit(X, y > 0).score(X, y > 0) > 0.7


def test_physics_and_what_learns_are_those_of_a_pipeline():
    seed = load("aluminium_reduction")
    made, plain = build(seed)["lightgbm_physics"].set_params(trees__n_jobs=1, trees__most_trees=20), None
    assert isinstance(made, OnPhysics)
    rng = np.random.default_rng(2)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs]).T
    X = rng.normal(mean, sd, (300, len(mean)))
    X[rng.random(X.shape) < 0.05] = np.nan
    y = np.nan_to_num(X[:, 0])
    plain = Pipeline(clone(made).steps).fit(X, y)
    made.fit(X, y)
    np.testing.assert_array_equal(made.predict(X), plain.predict(X))
    assert made.n_features_in_ == len(seed.inputs)


def test_first_principles_are_a_poor_baseline_to_scikit_learn():
    tags = FirstPrinciples(physics_of_functions(), ("a",), (1.0,)).__sklearn_tags__()
    assert tags.regressor_tags.poor_score
    assert not RidgeLine().__sklearn_tags__().regressor_tags.poor_score


def test_candidates_of_all_processes_are_made_without_scikit_learn():
    code = (
        "import sys; from models.tasks import build; from seeds import load_all\n"
        "for seed in load_all().values(): build(seed.for_target(seed.primaries[0].name))\n"
        "print([name for name in ('sklearn', 'skops', 'lightgbm') if name in sys.modules])"
    )
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert completed.stdout == "[]\n"
