"""The page on recommended set-points shows a request and a response of the service."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from operations.set_points.forms import SetPointForm
from operations.set_points.requests import read
from seeds import Seed
from seeds.format.column import Column

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "recommend_set_points.md").read_text(encoding="utf-8")


def blocks() -> list[Any]:
    """Request and answer of units; lots and lines have a section of their own."""
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)][:2]


def test_the_request_of_the_page_is_taken(taken: Mapping[str, SetPointForm]) -> None:
    request, _ = blocks()
    assert read(taken["recommendations"], json.dumps(request).encode()).units == ["A-007"]


def test_the_answer_of_the_page_is_one(taken: Mapping[str, SetPointForm], potline: Seed) -> None:
    request, answer = blocks()
    TypeAdapter(taken["recommendations"].answer).validate_python(answer)
    (one,), (row,) = answer["recommendations"], request["rows"]
    assert {name: setpoint["plan"] for name, setpoint in one["setpoints"].items()} == {
        column.name: row[column.name] for column in potline.by_role("setpoint")
    }
    assert [limit["name"] for limit in one["limits"]] == [constraint.name for constraint in potline.constraints]


def test_each_field_of_the_answer_is_explained() -> None:
    _, answer = blocks()
    shown = set(answer["recommendations"][0]) - {"unit", "period_start"} | {"prices"}
    section = PAGE.partition("## Response fields")[2].partition("\n## ")[0]
    assert shown == set(re.findall(r"^- `(\w+)`: ", section, re.MULTILINE))


def test_each_way_to_ask_is_named(taken: Mapping[str, SetPointForm]) -> None:
    named = re.findall(r"^- `/v1/aluminium_reduction/([\w-]+)`: ", PAGE, re.MULTILINE)
    assert named == list(taken)


def test_a_seeds_lines_on_the_page_are_those_of_the_format(potline: Seed) -> None:
    keys = set(re.findall(r"^ *(bounds|step|move_cost) = ", PAGE, re.MULTILINE))
    assert keys == {"bounds", "step", "move_cost"} <= set(Column.model_fields)
    assert f"bounds = {potline.column('voltage_setpoint').bounds}" in PAGE
