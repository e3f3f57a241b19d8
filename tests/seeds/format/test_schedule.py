"""What [schedule] says, and what is refused, fault by fault."""

import re
from pathlib import Path

import pytest

from seeds import SeedError, load
from seeds.format.loader import parse

PATH = Path("zinc_electrowinning.toml")


def faults(change, instead):
    text = load("zinc_electrowinning").text
    assert re.search(change, text, re.M)
    with pytest.raises(SeedError) as raised:
        parse(re.sub(change, instead, text, count=1, flags=re.M), PATH)
    return raised.value.faults


def test_limits_and_sizes_have_units_and_sources():
    schedule = load("zinc_electrowinning").schedule
    assert schedule.holding.value < schedule.lowest.value < schedule.highest.value
    assert {one.unit for one in (schedule.holding, schedule.lowest, schedule.highest)} == {"kA"}
    assert all(one.source for one in schedule.parameters.values())


def test_a_process_may_have_none():
    assert load("zinc_leach_filter").schedule is None


@pytest.mark.parametrize(
    ("change", "instead", "message"),
    [
        (r'^current = "line_current"', 'current = "cell_voltage"', "schedule.current: got 'cell_voltage': expected"),
        (r'^current = "line_current"', 'current = "nothing"', "schedule.current: got 'nothing': expected"),
        (r"^lowest = \{ value = 50", "lowest = { value = 150", "schedule.highest.value: got 115: expected more than"),
        (r"^lowest = \{ value = 50", "lowest = { value = 10", "schedule.lowest.value: got 10: expected more than hold"),
        (r'^ramp = \{ value = 40, unit = "kA/h"', 'ramp = { value = 40, unit = "kA"', "schedule.ramp.unit: got 'kA'"),
        (r"^ramp = \{ value = 40", "ramp = { value = -40", "schedule.ramp.value: got -40: expected more than 0"),
    ],
)
def test_what_does_not_go_together_is_refused(change, instead, message):
    assert any(one.startswith(message) for one in faults(change, instead))


def test_limits_of_hours_are_checked_as_constraints_are():
    text = load("aluminium_reduction").text.replace("at_most = 980\n", "at_most = 9800\n")
    with pytest.raises(SeedError) as raised:
        parse(text, Path("aluminium_reduction.toml"))
    assert any(one.startswith("schedule.limits.bath_temperature.at_most: got 9800") for one in raised.value.faults)


def test_limits_of_hours_are_the_constraints_where_there_are_none():
    zinc, potline = load("zinc_electrowinning"), load("aluminium_reduction")
    assert zinc.hourly_limits == zinc.constraints
    assert potline.hourly_limits == potline.schedule.limits
