"""Limits that recommendations keep: what each entry says, and what is refused, fault by fault."""

from pathlib import Path

import pytest

from seeds import Seed, SeedError, load
from seeds.format.loader import parse

PATH = Path("toy_cells.toml")
KEPT = """
[[constraints]]
column = "z"
at_most = 6
chance = 0.02
source = "assumed: z"

[[constraints]]
column = "z"
at_least = 2
chance = 0.5
source = "assumed: z too"

[[constraints]]
quantity = "superheat"
unit = "K"
at_least = 6
chance = 0.03
source = "practice: 6-14 K"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(SeedError) as caught:
        parse(text, PATH)
    return [fault.removeprefix("toy_cells.toml: ") for fault in caught.value.faults]


def test_a_limit_is_of_a_column_or_of_a_quantity(toy_seed: Seed) -> None:
    seed = parse(toy_seed.text + KEPT, PATH)
    stated = [(one.name, one.at_most, one.at_least, one.bound, one.chance) for one in seed.constraints]
    assert stated == [("z", 6, None, 6, 0.02), ("z", None, 2, 2, 0.5), ("superheat", None, 6, 6, 0.03)]
    assert [seed.unit_of(one) for one in seed.constraints] == [seed.column("z").unit] * 2 + ["K"]


def test_a_limit_of_zero_is_a_limit(toy_seed: Seed) -> None:
    text = toy_seed.text + KEPT.replace("at_least = 6", "at_least = 0")
    assert parse(text, PATH).constraints[-1].bound == 0


def test_each_limit_states_its_source() -> None:
    sources = load("aluminium_reduction").sources
    assert {f"constraints.{name}" for name in ("bath_temperature", "voltage_noise", "superheat")} <= set(sources)


def test_a_seed_need_not_have_any(toy_seed: Seed) -> None:
    assert toy_seed.constraints == []


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ('"z"', '"w"', "constraints.w.column: got 'w': expected a number column of role during, or quantity ="),
        ('"z"', '"y"', "constraints.y.column: got 'y': expected a number column of role during, or quantity ="),
        ("at_most = 6\n", "", "constraints.z: got neither at_most nor at_least: expected one of the two"),
        (
            "at_most = 6",
            "at_most = 6\nat_least = 1",
            "constraints.z: got at_most and at_least: expected one of the two",
        ),
        ('column = "z"\n', "", "constraints.0: got neither column nor quantity: expected one of the two"),
        (
            'column = "z"',
            'column = "z"\nquantity = "superheat"',
            "constraints.z: got column and quantity: expected one of the two",
        ),
        ('column = "z"', 'column = "z"\nunit = "V"', "constraints.z.unit: belongs to a quantity"),
        ('unit = "K"\n', "", "constraints.superheat.unit: missing: a quantity needs one"),
        ('unit = "K"\n', 'unit = "kelvins"\n', "constraints.superheat.unit: got 'kelvins'"),
        ("at_most = 6", "at_most = 9", "constraints.z.at_most: got 9: expected 0 to 8 V"),
        ("at_most = 6", 'at_most = "6"', "constraints.z.at_most: got '6': Input should be a valid number"),
        ("at_most = 6", "at_most = inf", "constraints.z.at_most: got inf: expected"),
        ("chance = 0.02", "chance = 0.51", "constraints.z.chance: got 0.51: Input should be less than or equal to 0.5"),
        ("chance = 0.02", "chance = 0", "constraints.z.chance: got 0: Input should be greater than 0"),
        ("chance = 0.02\n", "", "constraints.z.chance: missing"),
        ('source = "assumed: z"\n', "", "constraints.z.source: missing"),
        ('"assumed: z"', '"somebody: z"', "constraints.z: got source 'somebody: z'"),
        ("at_least = 2", "at_most = 2", "constraints.z: named twice with at_most: expected once"),
        ("chance = 0.02", "chance = 0.02\nhard = true", "constraints.z.hard: unknown key"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_line(toy_seed: Seed, old: str, new: str, result: str) -> None:
    assert old in KEPT
    assert any(fault.startswith(result) for fault in faults(toy_seed.text + KEPT.replace(old, new, 1)))


def test_a_list_is_expected(toy_seed: Seed) -> None:
    assert faults(toy_seed.text + "\n[constraints]\nchance = 1\n")[0].startswith("constraints: ")


def test_a_process_that_recommends_nothing_has_no_limits(toy_sorting_seed: Seed) -> None:
    text = toy_sorting_seed.text.replace('role = "setpoint"', 'role = "before"')
    with pytest.raises(SeedError, match="constraints: expected a column of role setpoint: nothing else is recommended"):
        parse(text + KEPT, Path("toy_scrap.toml"))
