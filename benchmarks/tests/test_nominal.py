"""Nominal constants that are listed beside the parameters of simulated plants."""

import pytest

from benchmarks.nominal import constants_of, listed, nominal, without
from seeds import load, names

SIMULATED = [name for name in names() if load(name).plant is not None]


@pytest.mark.parametrize("process", sorted(listed()))
def test_every_listed_constant_and_parameter_is_there(process: str) -> None:
    pairs = nominal(process)
    assert [pair.constant for pair in pairs] == list(listed()[process])
    assert len({pair.parameter for pair in pairs}) == len(pairs)


@pytest.mark.parametrize("process", SIMULATED)
def test_a_constant_that_bears_the_name_of_a_parameter_is_listed_or_says_why_not(process: str) -> None:
    seed, pairs = load(process), listed().get(process, {})
    assert seed.plant is not None
    parameters = {one if isinstance(one, str) else one["parameter"] for one in pairs.values()}
    known = seed.plant.parameters.keys() - parameters
    bear = {name for name in constants_of(seed) if name.lower().strip("_") in known}
    assert bear - pairs.keys() == {name.partition(".")[2] for name in without() if name.startswith(f"{process}.")}


def test_a_share_and_a_percentage_are_compared_as_one() -> None:
    powder = {pair.parameter: pair for pair in nominal("black_mass")}["powder_share"]
    assert (powder.value, powder.simulated, powder.unit) == (pytest.approx(0.595), 0.595, "1")
    assert powder.is_equal


def test_unequal_constants_are_told() -> None:
    clean = {pair.parameter: pair for pair in nominal("zinc_electrowinning")}["clean_time"]
    assert (clean.value, clean.simulated, clean.is_equal) == (75.0, 70.0, False)
