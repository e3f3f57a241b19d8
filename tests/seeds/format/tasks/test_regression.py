"""Seeds with several targets of numbers: what they say, and each target seen by itself."""

from pathlib import Path

import pytest

from seeds import Seed, SeedError, load
from seeds.format.agreement import _units
from seeds.format.loader import parse

TEXT = (Path(__file__).parents[3] / "toys" / "toy_melts.toml").read_text(encoding="utf-8")
DERIVED = (
    '\n[targets.cost]\nunit = "$/t"\ndescription = "what the metal lost is worth"\nsource = "law"\n'
    'derived_from = "{}"\n'
)


def melts(text: str = TEXT) -> Seed:
    return parse(text, Path("toy_melts.toml"))


def test_all_targets_are_answered_each_in_its_unit() -> None:
    seed = melts()
    assert [column.name for column in seed.primaries] == ["loss", "iron"]
    assert seed.labels == seed.primaries
    assert seed.quantities == {"loss": "%", "iron": "g/t"}


def test_a_target_by_itself_leaves_the_others_to_nobody() -> None:
    seed = melts()
    for name, other in (("loss", "iron"), ("iron", "loss")):
        alone = seed.for_target(name)
        assert (alone.target.name, alone.primaries, alone.quantities) == (
            name,
            (alone.column(name),),
            {name: alone.column(name).unit},
        )
        assert alone.column(other).role == "late"
        assert [column.name for column in alone.inputs] == [column.name for column in seed.inputs]
        assert (alone.text, alone.digest) == (seed.text, seed.digest)
        assert alone.for_target(name) is alone
    assert [column.role for column in seed.by_role("target")] == ["target", "target"]


def test_signs_are_of_the_first_target_alone() -> None:
    seed = melts()
    assert seed.for_target("loss").column("x").sign == 1
    assert seed.for_target("iron").column("x").sign == 0
    assert (seed.place, seed.for_target("loss").place, seed.for_target("iron").place) == (None, 0, 1)


def test_one_target_is_the_process_itself(toy_seed: Seed) -> None:
    assert toy_seed.for_target("y") is toy_seed
    assert toy_seed.place is None


def test_what_is_derived_stays_with_the_target_that_it_comes_from() -> None:
    seed = melts(TEXT + DERIVED.format("loss"))
    assert list(seed.quantities) == ["loss", "cost", "iron"]
    assert list(seed.for_target("loss").quantities) == ["loss", "cost"]
    assert list(seed.for_target("iron").targets) == ["iron"]


def test_nothing_is_derived_from_a_later_target() -> None:
    with pytest.raises(SeedError, match=r"targets\.cost\.derived_from: got 'iron': expected the first target, 'loss'"):
        melts(TEXT + DERIVED.format("iron"))


def test_a_class_is_a_target_alone() -> None:
    text = TEXT.replace('task = "regression"', 'task = "classification"')
    with pytest.raises(SeedError, match=r"columns\.iron: expected the class as the only target"):
        melts(text)


def test_another_unit_of_a_later_target_is_another_seed() -> None:
    other = melts(TEXT.replace('"g/t"', '"mg/kg"'))
    assert _units(melts()) ^ _units(other) >= {"target iron [g/t]", "target iron [mg/kg]"}


def test_a_file_does_not_say_which_target_it_is_of() -> None:
    with pytest.raises(SeedError, match="place: unknown key"):
        melts("place = 1\n" + TEXT)


@pytest.mark.parametrize("name", ["toy_lots", "toy_scrap", "toy_ores"])
def test_other_tasks_have_one_model_whatever_their_targets(name: str) -> None:
    seed = load(Path(__file__).parents[3] / "toys" / f"{name}.toml")
    assert seed.primaries == (seed.target,)


FLOOR = 'log_floor = {{ value = {value}, unit = "{unit}", source = "assumed: a test" }}\n'


@pytest.mark.parametrize(
    ("target", "value", "unit", "expected"),
    [
        ("iron", "0", "g/t", "targets.iron.log_floor.value: got 0: expected above 50"),
        ("iron", "50", "g/t", "targets.iron.log_floor.value: got 50: expected above 50"),
        ("iron", "5", "%", "targets.iron.log_floor.unit: got '%': expected 'g/t'"),
        ("cost", "5", "$/t", "targets.cost.log_floor: belongs to the target 'loss' that this one is derived from"),
    ],
)
def test_a_floor_that_gives_no_logarithm_is_named(target: str, value: str, unit: str, expected: str) -> None:
    text = TEXT + DERIVED.format("loss")
    head = f"[targets.{target}]\n"
    assert text.count(head) == 1
    with pytest.raises(SeedError) as error:
        melts(text.replace(head, head + FLOOR.format(value=value, unit=unit)))
    assert expected in str(error.value)


def test_a_floor_belongs_to_numbers_that_are_predicted(toy_class_seed: Seed) -> None:
    name = toy_class_seed.target.name
    head = f"[targets.{name}]\n"
    text = toy_class_seed.text.replace(head, head + FLOOR.format(value=1, unit="1"))
    with pytest.raises(SeedError, match=rf"targets.{name}.log_floor: got task 'classification': expected"):
        parse(text, Path(f"{toy_class_seed.process.name}.toml"))


def test_a_floor_is_of_its_own_target() -> None:
    head = "[targets.iron]\n"
    seed = melts(TEXT.replace(head, head + FLOOR.format(value=60, unit="g/t")))
    assert seed.for_target("iron").log_floor == 60
    assert seed.for_target("loss").log_floor is None
    assert seed.for_first.target.name == "loss"
