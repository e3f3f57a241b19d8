"""Plants whose shares, chances and correlations are above 1, or exactly 1: the first are refused by name."""

import re

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError
from tests.synthetic_data.stated import SIMULATED, simulated, with_parameters

NAMED = {
    *("share", "chance", "alike", "correlation", "efficiency", "depth", "dropout"),
    *("miss", "missed", "skipped", "seen", "unseen", "unread", "tags"),
}
SCATTER = ("_sd", "_rsd", "_factor")
ABOVE_1 = {  # named so, and no part of a whole
    "laboratory_share": "what a laboratory is off by, over Horwitz's curve: a poor one is off by more",
    "negative_share": "anode material lost, over the loss of capacity",
    "review_good_share": "how fast voltage goes down, over how fast it goes up",
    "scrap_alike": "scatter that a bundle's elements have alike, over that of each by itself",
    "silicon_share": "silicon over iron",
}
GROUPS = 3  # of shares that are 1 together
ONE_WHOLE = re.compile("share_")  # of surface states, which together are at most 1


SEEDS = {name: load(name) for name in SIMULATED}


def refused(seed, names, value):
    """Of these parameters those that are refused by name where all of them have a value."""
    try:
        plan_run(with_parameters(seed, **dict.fromkeys(names, value)))
    except SimulationError as error:
        return {name for name in names if f"plant.parameters.{name}: got {value:g}: expected " in str(error)}
    return set()


def numbers(seed):
    return [name for name, one in seed.plant.parameters.items() if one.unit == "1"]


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_what_is_named_a_share_is_at_most_1(seed):
    shares = {one for one in numbers(seed) if NAMED & set(one.split("_")) and not one.endswith(SCATTER)}
    result = refused(seed, numbers(seed), 1.5)
    assert result >= shares - ABOVE_1.keys()
    assert not result & ABOVE_1.keys()


def test_what_may_be_above_1_is_stated_somewhere():
    assert {name for seed in SEEDS.values() for name in numbers(seed)} >= ABOVE_1.keys()


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_a_share_of_1_simulates_or_is_refused_by_name(seed):
    shares = refused(seed, numbers(seed), 1.5)
    whole = [one for one in shares - refused(seed, shares, 1.0) if not ONE_WHOLE.match(one)]
    ends = {one: re.sub("_(low|high|least|most)$", "", one) for one in whole}
    always = seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": []})})
    for group in range(GROUPS):
        alike = sorted(set(ends.values()))[group::GROUPS]
        together = dict.fromkeys([one for one in whole if ends[one] in alike], 1.0)
        for column, values in simulated(with_parameters(always, **together)):
            assert not np.isinf(values).any(), column
