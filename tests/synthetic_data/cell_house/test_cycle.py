"""What a cycle leaves: lead, what sticks, ages of anodes."""

from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.cell_house.cycle import _lead, age, strip
from synthetic_data.cell_house.parameters import GROUP_FAULTS, CellHouseParameters
from synthetic_data.cell_house.state import build
from tests.synthetic_data.stated import typical_plant

P = CellHouseParameters.of(typical_plant(load("zinc_electrowinning")))


@pytest.fixture
def groups():
    result = build(P, 3, np.random.default_rng(3))
    result.anode_age[:] = 5000.0
    return result


def lead(groups, manganese=4.5, chloride=200.0, temperature=38.0):
    house = SimpleNamespace(manganese=manganese, chloride=chloride)
    return _lead(P, groups, house, {"cell_temperature": np.full(3, temperature)})


def test_lead_rises_with_warmth_chloride_bare_and_new_anodes(groups):
    assert lead(groups) == pytest.approx(P.lead, rel=1e-9)
    assert lead(groups, temperature=40.0) == pytest.approx(P.lead * np.exp(2.0 * P.lead_per_kelvin), rel=1e-9)
    assert lead(groups, chloride=300.0) == pytest.approx(P.lead * np.exp(100.0 * P.lead_per_chloride), rel=1e-9)
    assert lead(groups, manganese=2.0) == pytest.approx(P.lead * (1.0 + P.lead_bare), rel=1e-9)
    groups.anode_age[:] = 0.0
    assert lead(groups) == pytest.approx(P.lead * (1.0 + P.lead_young), rel=1e-9)


def test_what_sticks_comes_off_when_it_no_longer_does(groups):
    made = np.full(3, 5000.0)
    groups.fault_left[GROUP_FAULTS.index("sticking")] = [0.0, 10.0, 0.0]
    stripped, gained = strip(P, groups, made)
    assert stripped == pytest.approx([5000.0, 5000.0 * (1.0 - P.sticking_share), 5000.0])
    groups.fault_left[:] = 0.0
    later, back = strip(P, groups, made)
    assert later[1] == pytest.approx(5000.0 * (1.0 + P.sticking_share))
    assert gained + back == pytest.approx(0.0, abs=1e-9)


def test_anodes_are_cleaned_and_replaced_in_turn(groups):
    groups.mud_age[:] = [0.0, P.cleaning_interval - 2.0, 10.0]
    groups.anode_age[:] = [0.0, 10.0, P.anode_life - 2.0]
    age(P, groups, 2.0)
    assert groups.mud_age == pytest.approx([2.0, 0.0, 12.0])
    assert groups.anode_age == pytest.approx([2.0, 12.0, 0.0])
