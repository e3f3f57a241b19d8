"""Seeds of processes that predict a class: what must go together, fault by fault."""

from pathlib import Path

import pytest

from seeds import Seed, SeedError
from seeds.format.loader import parse


def faults(seed: Seed, *changes: tuple[str, str]) -> list[str]:
    text = seed.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(SeedError) as caught:
        parse(text, Path(f"{seed.process.name}.toml"))
    return [fault.removeprefix(f"{seed.process.name}.toml: ") for fault in caught.value.faults]


def test_a_row_is_a_unit_and_period_and_nothing_has_an_interval(toy_class_seed: Seed) -> None:
    seed = toy_class_seed
    assert seed.classes == ("oxide", "sulfide", "rare")
    assert seed.key is not None
    assert seed.lots is None
    assert seed.elements == seed.defects == ()
    assert seed.quantities == {}
    assert [column.name for column in seed.labels] == ["ore"]


def test_rows_are_pieces_of_lots_where_they_are_sorted(toy_sorting_seed: Seed, toy_quality_seed: Seed) -> None:
    assert toy_sorting_seed.lots is toy_sorting_seed.key
    assert toy_quality_seed.lots is None


NUMBER = """
[[columns]]
name = "w"
role = "target"
description = "water"
unit = "%"
low = 0
high = 100
typical = { mean = 5, sd = 1 }
source = "law"
[targets.w]
unit = "%"
description = "water"
source = "law"
[targets.ore]"""
DERIVED = '[targets.worth]\nunit = "$"\ndescription = "worth"\nsource = "law"\nderived_from = "ore"\n[targets.ore]'
FIFTY_ONE = ", ".join(f'"c{number}"' for number in range(51))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('classes = ["oxide", "sulfide", "rare"]', "", "columns: the first target needs classes"),
        ('classes = ["oxide", "sulfide", "rare"]', f"classes = [{FIFTY_ONE}]", "columns: got 51 classes: expected at"),
        ('classes = ["oxide", "sulfide", "rare"]', 'classes = ["oxide"]', "columns.ore.classes: got ['oxide']"),
        ("[targets.ore]", NUMBER, "columns.w: expected the class as the only target of the task classification"),
        ("[targets.ore]", DERIVED, "targets.worth.derived_from: no quantity is derived from a class"),
        ('task = "classification"', 'task = "regression"', "expected a number, or the task 'classification'"),
        ('task = "classification"', 'task = "quality"', "expected a number, or the task 'classification'"),
        (
            'task = "classification"',
            'task = "sorting"',
            "sorting: missing: a process that sorts needs it; without bins its task is 'classification'",
        ),
    ],
)
def test_what_does_not_go_together_is_named(toy_class_seed: Seed, old: str, new: str, fault: str) -> None:
    assert any(fault in result for result in faults(toy_class_seed, (old, new)))


def test_of_fifty_classes_there_is_no_fault(toy_class_seed: Seed) -> None:
    fifty = ", ".join(f'"c{number}"' for number in range(50))
    text = toy_class_seed.text.replace('["oxide", "sulfide", "rare"]', f"[{fifty}]")
    assert len(parse(text, Path("toy_ores.toml")).classes) == 50


def test_bins_are_of_processes_that_sort(toy_class_seed: Seed, toy_sorting_seed: Seed) -> None:
    bins = toy_sorting_seed.text[toy_sorting_seed.text.index("[[bins]]") :]
    with pytest.raises(SeedError, match="bins: belongs to the task sorting"):
        parse(f"{toy_class_seed.text}\n{bins}", Path("toy_ores.toml"))
