from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.estimators.signs import feature_signs
from seeds import Seed

Columns = Mapping[str, np.ndarray]


def physics(sign: int, feature: Callable[[Columns], np.ndarray]) -> Any:
    """Physics with one feature `f`. In the toy seed the target rises with x_set and falls with z."""
    return SimpleNamespace(
        FEATURES=(SimpleNamespace(name="f", sign=sign),), features=lambda columns: {"f": feature(columns)}
    )


@pytest.mark.parametrize(
    ("feature", "stated", "expected"),
    [
        pytest.param(lambda c: c["previous_y"], 0, {"f": 0}, id="no signed column in it: free"),
        pytest.param(lambda c: c["previous_y"], -1, {"f": -1}, id="no signed column in it: as physics says"),
        pytest.param(lambda c: c["x_set"] ** 3, 0, {"f": 1}, id="rises with a column that raises"),
        pytest.param(lambda c: -c["x_set"], 0, {"f": -1}, id="falls with a column that raises"),
        pytest.param(lambda c: c["z"], 0, {"f": -1}, id="rises with a column that lowers"),
        pytest.param(lambda c: c["x_set"] - c["z"], 1, {"f": 1}, id="both columns agree with physics"),
        pytest.param(lambda c: c["x_set"] + c["z"], 0, {}, id="columns pull apart"),
        pytest.param(lambda c: c["x_set"], -1, {}, id="physics says the opposite"),
        pytest.param(lambda c: (c["x_set"] - 10) ** 2, 0, {}, id="turns around in the range"),
        pytest.param(lambda c: np.sqrt(c["x_set"] - 5), 1, {}, id="exists in a part of the range"),
    ],
)
def test_a_feature_enters_only_with_the_direction_of_signed_columns(
    toy_seed: Seed, feature: Callable[[Columns], np.ndarray], stated: int, expected: dict[str, int]
) -> None:
    assert feature_signs(toy_seed, physics(stated, feature)) == expected
