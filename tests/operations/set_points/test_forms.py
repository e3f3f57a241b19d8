"""What is asked and answered of set-points: typed from the seed, with examples that are taken."""

import json
from collections.abc import Mapping

import pytest
from pydantic import TypeAdapter

from models.processes.lookup import response_of
from operations.catalogue import offered, operations_of
from operations.set_points.forms import SetPointForm, has_physics, setpoint_forms
from operations.set_points.lots import LotForm
from operations.set_points.requests import read
from seeds import Seed, load, names

VERBS = ["recommendations", "what-if", "pareto", "experiments"]


def test_a_process_whose_setpoints_physics_knows_is_asked_in_four_ways(taken: Mapping[str, SetPointForm]) -> None:
    assert list(taken) == VERBS
    assert taken["recommendations"].setpoints == ("voltage_setpoint", "excess_alf3_target", "metal_level_target")


@pytest.mark.parametrize("name", names())
def test_a_process_is_asked_for_set_points_where_it_says_so(name: str) -> None:
    seed = load(name)
    forms = offered(seed, 10).forms
    requested = [one for one in forms if one not in ("predictions", "schedules", "warnings", "outcomes")]
    others = [one.name for one in operations_of(seed) if one.name not in forms and one.why_not(seed) is not None]
    assert [*requested, *others] == (VERBS if "recommendations" in forms else [])


def test_each_process_with_setpoints_or_bins_is_asked() -> None:
    requested = {name for name in names() if "recommendations" in offered(load(name), 10).forms}
    seeds = {name: load(name) for name in names()}
    assert requested == {
        name for name, seed in seeds.items() if seed.quality or seed.bins or response_of(seed) is not None
    }


@pytest.mark.parametrize("name", [name for name in names() if load(name).quality])
def test_all_setpoints_of_lots_are_covered(name: str) -> None:
    seed = load(name)
    form = offered(seed, 10).forms["recommendations"]
    assert isinstance(form, LotForm)
    assert list(form.units) == [setpoint.name for setpoint in seed.by_role("setpoint")]


@pytest.mark.parametrize("name", [name for name in names() if load(name).bins])
def test_all_bins_and_the_belt_of_a_line_are_covered(name: str) -> None:
    seed = load(name)
    form = offered(seed, 10).forms["recommendations"]
    assert isinstance(form, LotForm)
    belt = ["occupancy"] if "occupancy" in {column.name for column in seed.inputs} else []  # a robot's line has none
    assert list(form.units) == [*(f"least_gain.{one.name}" for one in seed.bins if not one.rest), *belt]


def test_a_process_without_physics_of_its_setpoints_is_not_asked(toy_seed: Seed) -> None:
    assert not has_physics(toy_seed)


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_is_taken_and_described(taken: Mapping[str, SetPointForm], verb: str) -> None:
    requested = taken[verb]
    result = read(requested, json.dumps(requested.example).encode())
    assert result.units == ["A-001"]
    assert set(result.request) == set(requested.example)
    described = TypeAdapter(requested.request)
    described.validate_python(requested.example)
    assert set(described.json_schema()["properties"]) == set(requested.example)


def test_a_plan_holds_what_is_known_and_set_and_history_all_that_a_table_holds(
    taken: Mapping[str, SetPointForm], potline: Seed
) -> None:
    definitions = TypeAdapter(taken["recommendations"].request).json_schema()["$defs"]
    plan, past = (definitions[f"AluminiumReduction{kind}"] for kind in ("PlanRow", "HistoryRow"))
    held = {column.name for column in potline.columns if not column.is_made}
    assert set(past["properties"]) == held
    assert set(plan["properties"]) == held - {column.name for column in potline.by_role("during", "late", "target")}
    setpoints = {column.name for column in potline.by_role("setpoint")}
    assert set(plan["required"]) == {"unit", "period_start"} | setpoints
    assert set(past["required"]) == {"unit", "period_start"}
    for name in setpoints:
        assert plan["properties"][name]["x-unit"] == potline.column(name).unit


def test_prices_are_those_of_the_seed_in_its_units(taken: Mapping[str, SetPointForm], potline: Seed) -> None:
    definitions = TypeAdapter(taken["recommendations"].request).json_schema()["$defs"]
    prices = definitions["AluminiumReductionPlanPrices"]
    stated = {name: (one["x-unit"], one["examples"], one["minimum"]) for name, one in prices["properties"].items()}
    assert stated == {name: (price.unit, [price.value], 0) for name, price in potline.economics.items()}
    assert "required" not in prices


def test_moves_may_be_the_same_for_all_or_unit_by_unit(taken: Mapping[str, SetPointForm]) -> None:
    described = TypeAdapter(taken["what-if"].request)
    for moves in ({"voltage_setpoint": -0.02}, {"A-001": {"voltage_setpoint": -0.02}}):
        described.validate_python(taken["what-if"].example | {"moves": moves})


def test_a_key_that_is_called_as_a_field_of_an_answer_is_refused(potline: Seed) -> None:
    columns = [
        column.model_copy(update={"name": "gain"}) if column.role == "key" else column for column in potline.columns
    ]
    seed = potline.model_copy(update={"columns": columns})
    for part in ("key", "identity", "_by_name"):
        seed.__dict__.pop(part, None)
    with pytest.raises(ValueError, match="column 'gain': a recommendation uses this name itself"):
        setpoint_forms(seed, 10)
