"""What boosted classes are asked for where nothing is said."""

from models.sorting.trees import BoostedClasses


def test_defaults():
    assert BoostedClasses(4).get_params() == {
        **{"n_classes": 4, "held_back": 0.2, "most_rounds": 120, "patience": 15, "learning_rate": 0.1},
        **{"num_leaves": 15, "min_child_samples": 30, "feature_fraction": 0.5, "bagging_fraction": 0.8},
        **{"lambda_l2": 5.0, "random_state": 0, "n_jobs": -1},
    }
