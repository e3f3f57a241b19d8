"""Where a mean tonne's energy goes: all that is bought arrives somewhere."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.energy import AUXILIARIES, COMPREHENSIVE, ELECTRICITY
from models.processes import direct_current_energy
from models.processes.direct_current_energy import STEAM
from monitoring.energy.flows import MeanFlow, links, mean_flow, picture
from monitoring.energy.month import energy_month
from reporting.wording import Wording
from seeds import load

PROCESSES = ("aluminium_reduction", "copper_electrorefining", "zinc_electrowinning", "alumina_refining")
HEAT = direct_current_energy.KIND.heat
MADE = MeanFlow(
    kind=direct_current_energy.KIND,
    rows=3,
    uses={"decomposition": 100.0, "bath": 60.0, "contacts": -10.0, "lost": 50.0},
    outside={"rectifier": 5.0, "auxiliaries": 7.0},
    bound={"metal": 130.0, "gas": 20.0},
    heat=50.0,
)


def through(flow):
    """What comes into and what leaves each node."""
    into, out = Counter(), Counter()
    for link in links(flow):
        into[link.target] += link.value
        out[link.source] += link.value
    return into, out


def closes(flow):
    (into, out), kind = through(flow), flow.kind
    assert sum(out[name] for name in {kind.source, ELECTRICITY, STEAM}) == pytest.approx(flow.comprehensive)
    for name in (kind.carrier, *(name for name, value in flow.uses.items() if value > 0)):
        assert into[name] == pytest.approx(out[name]), name
    for name, value in flow.bound.items():
        assert into[name] == pytest.approx(value), name
    assert into[kind.heat] == pytest.approx(flow.heat + flow.outside.get(STEAM, 0.0))
    ends = [*flow.bound, kind.heat, "rectifier", AUXILIARIES]
    assert sum(into[name] for name in ends) == pytest.approx(flow.comprehensive)
    assert all(link.value > 0 for link in links(flow))


@pytest.mark.parametrize("process", PROCESSES)
def test_all_that_is_bought_arrives(process, plant):
    month = energy_month(load(process), plant(process))
    flow = mean_flow(month)
    assert 0 < flow.rows <= len(month.table)
    closes(flow)
    assert flow.heat + sum(flow.bound.values()) == pytest.approx(flow.first)
    # Rows that lack a part are few: the mean is that of the month within a percent.
    assert flow.first == pytest.approx(month.mean(month.account.boundaries[flow.kind.first]), rel=0.01)
    assert flow.comprehensive == pytest.approx(month.mean(month.account.boundaries[COMPREHENSIVE]), rel=0.05)


def test_the_least_voltage_is_bound_first_and_parts_below_zero_are_taken_out_of_the_largest():
    into, out = through(MADE)
    assert into["decomposition"] == 90
    assert "contacts" not in into
    assert out["decomposition"] == 90
    result = {(link.source, link.target): link.value for link in links(MADE)}
    assert result["decomposition", "metal"] == 90
    assert ("decomposition", HEAT) not in result
    # 40 of 110 are wanted for the metal, then 20 of what is left for the gas: of both parts alike
    assert result["bath", "metal"] == pytest.approx(60 * 40 / 110)
    assert result["lost", "gas"] == pytest.approx(50 * 20 / 110)
    closes(replace(MADE, uses=MADE.uses | {"decomposition": 90.0, "contacts": 0.0}))
    assert "Below 0, and taken out of the largest part: contacts -10.0 kWh/t" in picture(MADE, "made up", Wording())


def test_a_process_that_binds_nothing_gives_off_all_as_heat():
    flow = replace(MADE, uses={"bath": 70.0, "lost": 30.0}, bound={}, heat=100.0, outside=MADE.outside | {STEAM: 40.0})
    closes(flow)
    assert "metal" not in picture(flow, "made up", Wording())


def test_without_a_row_that_has_all_there_is_no_flow(plant):
    month = energy_month(load("zinc_electrowinning"), plant("zinc_electrowinning"))
    nothing = {name: np.full(len(month.table), np.nan) for name in month.flow.uses}
    assert mean_flow(replace(month, flow=replace(month.flow, uses=nothing))) is None
