"""What boosted lots are asked for where nothing is said."""

from models.quality.trees import LotTrees


def test_defaults():
    assert LotTrees().get_params() == {
        **{"defects": 0, "held_back": 0.2, "most_trees": 300, "patience": 15, "learning_rate": 0.1},
        **{"num_leaves": 8, "min_child_samples": 40, "feature_fraction": 0.5, "bagging_fraction": 0.8},
        **{"lambda_l2": 5.0, "random_state": 0, "n_jobs": -1},
    }
