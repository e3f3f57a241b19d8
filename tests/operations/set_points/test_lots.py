"""Set-points of lots and lines: what is asked and answered, and the page that shows it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from operations import catalogue
from operations.set_points.lots import LotForm, flattened, read_lots
from seeds import Seed, load, names

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "recommend_set_points.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Lots and sorting lines\n")[2].partition("\n## ")[0]
PROCESSES = ("copper_cathode", "aluminium_scrap")


def offered(process: str) -> LotForm:
    found = catalogue.offered(load(process), 50).forms["recommendations"]
    assert isinstance(found, LotForm)
    return found


def shown(process: str) -> tuple[Any, Any]:
    """Request and answer of the page that are of a process."""
    blocks = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL)]
    place = 2 * PROCESSES.index(process)
    return blocks[place], blocks[place + 1]


@pytest.mark.parametrize("process", PROCESSES)
def test_the_request_of_the_page_is_taken(process: str) -> None:
    request, answer = shown(process)
    asked = read_lots(offered(process), json.dumps(request).encode())
    key = load(process).key
    assert key is not None
    assert asked.units == [row[key.name] for row in answer["recommendations"]]


@pytest.mark.parametrize("process", PROCESSES)
def test_the_answer_of_the_page_is_one(process: str) -> None:
    _, answer = shown(process)
    TypeAdapter(offered(process).answer).validate_python(answer)
    assert list(answer["recommendations"][0]["knobs"]) == list(offered(process).units)


def test_each_field_of_an_answer_is_explained() -> None:
    explained = set(re.findall(r"^\| (?:its )?`(\w+)`", SECTION, re.MULTILINE))
    of_units = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("## What each field means")[2], re.MULTILINE))
    for process in PROCESSES:
        seed: Seed = load(process)
        fields = set(shown(process)[1]["recommendations"][0]) - {column.name for column in seed.identity}
        assert fields <= explained | of_units


@pytest.mark.parametrize("process", [name for name in names() if load(name).quality or load(name).bins])
@pytest.mark.parametrize("verb", ["recommendations", "what-if"])
def test_the_example_is_taken_and_described(process: str, verb: str) -> None:
    own = catalogue.offered(load(process), 50).forms[verb]
    assert isinstance(own, LotForm)
    asked = read_lots(own, json.dumps(own.example).encode())
    assert len(asked.rows) == 1
    described = TypeAdapter(own.request)
    described.validate_python(own.example)
    assert set(described.json_schema()["properties"]) == set(own.example)


def test_prices_have_one_name_each() -> None:
    given = {"claim_cost": 3.0, "assay_cost": None, "value": {"prime": 1.0, "second": None}, "rest": None}
    assert flattened(given) == {"claim_cost": 3.0, "value.prime": 1.0}
