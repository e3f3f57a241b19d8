"""What boosted trees are asked for where nothing is said."""

from models.regression.trees import BoostedTrees


def test_defaults():
    assert BoostedTrees().get_params() == {
        **{"signs": None, "held_back": 0.2, "most_trees": 2000, "patience": 50, "learning_rate": 0.03},
        **{"num_leaves": 31, "min_child_samples": 50, "feature_fraction": 0.5, "bagging_fraction": 0.8},
        **{"lambda_l2": 5.0, "random_state": 0, "n_jobs": -1},
    }
