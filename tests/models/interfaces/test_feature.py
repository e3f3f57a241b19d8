"""A feature as a value, and its sign: only where one number is predicted physics is sure of some."""

import dataclasses

import pytest

from models.interfaces.feature import PhysicsFeature
from models.processes.lookup import physics_of
from seeds import load, names

OTHERS = {
    name: physics for name in names() if load(name).process.task != "regression" and (physics := physics_of(load(name)))
}


@pytest.mark.parametrize("process", OTHERS)
def test_where_several_things_are_predicted_no_sign_is_sure(process: str) -> None:
    assert {feature.sign for feature in OTHERS[process].FEATURES} == {0}


def test_a_feature_is_a_value() -> None:
    given = "superheat", "K", -1, (-20.0, 40.0), "what drives losses"
    one = PhysicsFeature(*given)
    assert (one.name, one.unit, one.sign, one.span, one.description) == given
    assert one == PhysicsFeature(*given)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.sign = 1
