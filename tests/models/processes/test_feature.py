"""A feature as a value, and its sign: of all processes only that of pots is sure of some."""

import dataclasses

import pytest

from models.processes.feature import PhysicsFeature
from models.processes.lookup import physics_of
from seeds import names

OTHERS = {name: physics for name in names() if name != "aluminium_reduction" and (physics := physics_of(name))}


@pytest.mark.parametrize("process", OTHERS)
def test_where_several_things_are_predicted_no_sign_is_sure(process: str) -> None:
    assert {feature.sign for feature in OTHERS[process].FEATURES} == {0}


def test_a_feature_is_a_value() -> None:
    one = PhysicsFeature("superheat", "K", -1, "what drives losses")
    assert (one.name, one.unit, one.sign, one.meaning) == ("superheat", "K", -1, "what drives losses")
    assert one == PhysicsFeature("superheat", "K", -1, "what drives losses")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.sign = 1
