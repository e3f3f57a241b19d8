"""A version's inputs are those of the seed that it has learnt with."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from registry.versions import RegistryError
from training.retraining.inputs import inputs_of


def test_inputs_are_those_that_a_version_learnt(toy_seed, toy_sorting_seed):
    table = pd.DataFrame({"previous_y": [1.0, 2.0, 3.0], "x_set": [4.0, 5.0, 6.0], "z": [7.0, 8.0, 9.0]})
    data, version = SimpleNamespace(table=table), SimpleNamespace(process="p", number=3)
    model = SimpleNamespace(seed=toy_seed)
    assert inputs_of(model, version, data, np.array([0, 2])).tolist() == [
        [1.0, 4.0, 7.0],
        [3.0, 6.0, 9.0],
    ]
    other = SimpleNamespace(seed=toy_sorting_seed)
    with pytest.raises(RegistryError, match=r"^p: version 3 was trained with another seed and cannot be judged: .*s1"):
        inputs_of(other, version, data, np.array([0]))
