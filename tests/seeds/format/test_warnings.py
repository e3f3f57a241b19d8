"""Events that units are warned of: what each entry says, and what is refused, fault by fault."""

from pathlib import Path

import pytest

from seeds import Seed, SeedError, load_all
from seeds.format.loader import parse

PATH = Path("toy_cells.toml")
COST = """miss_cost = { value = 100, unit = "$", source = "assumed: a" }
alarm_cost = { value = 20, unit = "$", source = "assumed: b" }"""
KEPT = f"""
[[warnings]]
name = "high_z"
title = "z too high"
column = "z"
at_least = 6
{COST}
source = "assumed: c"

[[warnings]]
name = "low_efficiency"
title = "excursion"
column = "efficiency"
below_usual = 2.5
horizon = 3
{COST}
source = "practice: d"
"""


@pytest.fixture
def text(toy_seed: Seed) -> str:
    target = toy_seed.target.name
    return toy_seed.text + KEPT.replace('"efficiency"', f'"{target}"')


def faults(text: str) -> list[str]:
    with pytest.raises(SeedError) as caught:
        parse(text, PATH)
    return [fault.removeprefix("toy_cells.toml: ") for fault in caught.value.faults]


def test_an_event_is_of_a_limit_or_of_what_a_unit_usually_has(text):
    high, low = parse(text, PATH).warnings
    assert (high.counts, high.size, high.is_relative, high.horizon) == ("at_least", 6, False, 1)
    assert (low.counts, low.size, low.is_relative, low.horizon) == ("below_usual", 2.5, True, 3)
    # An alarm of 20 pays where a miss of 100 is likelier than one in five.
    assert high.threshold == pytest.approx(0.2)


def test_costs_and_limits_state_their_sources(text):
    sources = parse(text, PATH).sources
    assert sources["warnings.high_z"] == "assumed: c"
    assert sources["warnings.high_z.miss_cost"] == "assumed: a"


def test_a_seed_need_not_name_any(toy_seed):
    assert toy_seed.warnings == []


@pytest.mark.parametrize("seed", [seed for seed in load_all().values() if seed.warnings], ids=lambda s: s.process.name)
def test_alarms_cost_less_than_misses_and_limits_are_possible(seed):
    for event in seed.warnings:
        low, high = seed.column(event.column).limits
        assert 0 < event.threshold < 1
        assert event.is_relative or low <= event.size <= high


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("at_least = 6\n", "at_least = 6\nat_most = 3\n", "warnings.high_z: got at_least and at_most: expected one of"),
        ("at_least = 6\n", "", "warnings.high_z: got nothing that counts: expected one of at_least, at_most"),
        ('column = "z"\nat', 'column = "nix"\nat', "warnings.high_z.column: got 'nix': expected a number column"),
        ('column = "z"\nat', 'column = "x"\nat', "warnings.high_z.column: got 'x': expected a number column"),
        ("at_least = 6\n", "at_least = 1e9\n", "warnings.high_z.at_least: got 1e+09: expected"),
        ("value = 20", "value = 100", "warnings.high_z.alarm_cost.value: got 100: expected less than the miss_cost"),
        ("value = 20", "value = 0", "warnings.high_z.alarm_cost.value: got 0: expected more than 0"),
        ('20, unit = "$"', '20, unit = "$/t"', "warnings.high_z.alarm_cost.unit: got '$/t': expected '$'"),
        ('name = "low_efficiency"\ntitle', 'name = "high_z"\ntitle', "warnings.high_z: named 2 times"),
        ("horizon = 3", "horizon = 0", "warnings.low_efficiency.horizon: got 0"),
        ('source = "practice: d"', "", "warnings.low_efficiency.source: missing"),
    ],
)
def test_what_does_not_fit_is_named(text, old, new, expected):
    assert old in text
    assert any(fault.startswith(expected) for fault in faults(text.replace(old, new))), faults(text.replace(old, new))


def test_only_numbers_with_units_and_time_are_warned_of(toy_sorting_seed):
    result = faults_of(toy_sorting_seed.text + KEPT, "toy_sorting")
    assert any("expected a process of the task regression" in fault for fault in result)


def faults_of(text: str, name: str) -> tuple[str, ...]:
    with pytest.raises(SeedError) as caught:
        parse(text, Path(f"{name}.toml"))
    return caught.value.faults
