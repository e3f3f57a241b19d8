"""Nominal constants that are listed beside the parameters of simulated plants."""

import dataclasses
import math

import numpy as np
import pytest

from benchmarks.nominal import Nominal, constants_of, listed, nominal, without
from seeds import load, names

SIMULATED = [name for name in names() if load(name).plant is not None]
# Processes whose default plant was drawn from its type.
DRAWN = [name for name in SIMULATED if any(one.typical is not None for one in load(name).plant.parameters.values())]


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
    apart = {name.partition(".")[2] for name in without() if name.startswith(f"{process}.")}
    assert bear - pairs.keys() <= apart <= constants_of(seed).keys() - pairs.keys()


def test_no_plant_has_the_nominal_value_of_a_constant() -> None:
    """Else models that are evaluated on the plant know it."""
    assert [pair for process in listed().keys() & set(DRAWN) for pair in nominal(process) if pair.is_equal] == []


@pytest.mark.parametrize("process", sorted(listed().keys() & set(DRAWN)))
def test_the_parameter_of_a_constant_differs_between_plants(process: str) -> None:
    plant = load(process).plant
    assert plant is not None
    assert [pair.parameter for pair in nominal(process) if plant.parameters[pair.parameter].spread is None] == []


@pytest.mark.parametrize("process", DRAWN)
def test_the_plant_of_a_seed_is_a_draw_of_its_type_and_not_its_mean(process: str) -> None:
    """Standard scores of all its parameters: mean 0 and mean square 1 within four standard errors, none beyond 4."""
    plant = load(process).plant
    assert plant is not None
    drawn = [one for one in plant.parameters.values() if one.typical is not None and one.spread is not None]
    log_sd = np.array([math.sqrt(math.log1p(one.spread**2)) for one in drawn if one.spread])
    score = np.array([math.log(one.value / one.mean) for one in drawn]) / log_sd + 0.5 * log_sd
    assert len(score) > 10
    assert np.abs(score).max() < 4.0
    assert score.mean() == pytest.approx(0.0, abs=4.0 / np.sqrt(len(score)))
    assert (score**2).mean() == pytest.approx(1.0, abs=4.0 * np.sqrt(2.0 / len(score)))


def test_a_share_and_a_percentage_are_compared_as_one() -> None:
    powder = {pair.parameter: pair for pair in nominal("black_mass")}["powder_share"]
    assert powder.value == pytest.approx(0.595)
    assert powder.unit == "1"
    assert powder.simulated == pytest.approx(0.595, rel=0.3)


def test_equal_constants_are_told() -> None:
    pair = Nominal("zinc_electrowinning", "clean_time", "clean_time", "h", 75.0, 70.0)
    assert not pair.is_equal
    assert dataclasses.replace(pair, simulated=75.0).is_equal
