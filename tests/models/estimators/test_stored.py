"""What an estimator is stored by goes out as JSON and comes back."""

import json

import numpy as np

from models.estimators.stored import TREES, Stored


class Two(Stored):
    STORED = ("one", "many", "table")


def no_trees(name: str, columns: int) -> None:
    raise AssertionError(name)


def test_numbers_and_arrays_come_back_from_json() -> None:
    made, back = Two(), Two()
    made.one, made.many, made.table = 0.5, np.array([1.0, 2.0]), np.array([[1.0], [3.0]])
    state = json.loads(json.dumps(made.state()))
    assert state == {"one": 0.5, "many": [1.0, 2.0], "table": [[1.0], [3.0]]}
    back.restore(state, no_trees)
    assert back.one == 0.5
    assert isinstance(back.one, float)
    for name in ("many", "table"):
        assert isinstance(getattr(back, name), np.ndarray)
        np.testing.assert_array_equal(getattr(back, name), getattr(made, name))


def test_by_default_nothing_is_stored() -> None:
    assert Stored().state() == {}
    assert Stored().trees() == {}
    assert TREES == "trees"
