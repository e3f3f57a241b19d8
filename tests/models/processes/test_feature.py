"""Which way current efficiency moves with each feature of a pot, each with its reason; elsewhere no sign is sure.

A sign counts at equal other features.
"""

import dataclasses

import pytest

from models.processes.feature import PhysicsFeature
from models.processes.lookup import needed_physics_of, physics_of
from seeds import names

REDUCTION = {
    "liquidus": 0,  # a bath that freezes later may be poor or rich in AlF3
    "superheat": 0,  # too little leaves sludge, too much drives the back reaction
    "sludge_tendency": 0,  # the size of what sludge costs is only assumed
    "eutectic_superheat": -1,  # a hotter bath dissolves more metal, which burns back
    "alumina_solubility": 0,  # moves with temperature, which pulls the other way
    "bath_loss_factor": -1,  # a larger loss is a smaller efficiency
    "pseudo_resistance": 0,  # resistance of the bath and of the distance together
    "estimated_acd": 1,  # a longer way from metal to gas slows the back reaction
    "current_density": 1,  # the lost flux stays, so it is a smaller share
    "noise_loss_factor": -1,  # waves bring metal to the gas
    "velocity_loss_factor": -1,  # a faster surface carries more metal off
    "anode_effect_minutes": -1,  # current makes gas instead of metal
    "expected_loss": -1,  # efficiency is 100 less the loss
    "feed_implied_efficiency": 1,  # each kilogram of metal takes its alumina
}


def test_signs_of_a_pots_features_are_those_of_physics() -> None:
    signs = {feature.name: feature.sign for feature in needed_physics_of("aluminium_reduction").FEATURES}
    assert signs == REDUCTION


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
