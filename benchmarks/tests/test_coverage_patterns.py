"""Patterns of missing inputs of the benchmark of coverage."""

import numpy as np

from benchmarks.coverage.patterns import REQUEST, patterns
from seeds import load


def test_each_pattern_blanks_what_its_name_says() -> None:
    seed = load("aluminium_reduction")
    names = np.array(seed.input_names)
    masks = dict(patterns(seed, 50))
    assert not masks["all inputs"].any()
    assert masks["key and time alone"].all()
    assert set(names[~masks["request of README"]]) == set(REQUEST["aluminium_reduction"])
    history = {column.name for column in seed.inputs if column.lent_by is not None}
    assert set(names[masks["no history"]]) == history
    assert set(names[masks["no bath_temperature"]]) == {"bath_temperature", "previous_bath_temperature"}
    assert masks["30 % at random"].shape == (50, len(names))
