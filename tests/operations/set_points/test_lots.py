"""Set-points of lots and lines: requests, responses, and the page that shows them."""

import json
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from operations import catalogue
from operations.set_points.lots import LotForm, flattened, read_lots
from seeds import load, names

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "recommend_set_points.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Lots and sorting lines\n")[2].partition("\n## ")[0]
PROCESSES = ("copper_cathode", "aluminium_scrap")


def offered(process: str) -> LotForm:
    result = catalogue.offered(load(process), 50).forms["recommendations"]
    assert isinstance(result, LotForm)
    return result


def fields_of_advice(process: str) -> set[str]:
    """Fields of one item of a response, the lot's name and time excepted."""
    schema = TypeAdapter(offered(process).answer).json_schema()
    item = schema["properties"]["recommendations"]["items"]["$ref"].rpartition("/")[2]
    return set(schema["$defs"][item]["properties"]) - {column.name for column in load(process).identity}


@pytest.mark.parametrize("process", PROCESSES)
def test_the_request_of_the_page_is_taken(process: str) -> None:
    blocks = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL)]
    request = blocks[PROCESSES.index(process)]
    key = load(process).key
    assert key is not None
    requested = read_lots(offered(process), json.dumps(request).encode())
    assert requested.units == [row[key.name] for row in request["rows"]]


def test_each_field_of_an_answer_is_explained() -> None:
    explained = set(re.findall(r"^\| (?:its )?`(\w+)`", SECTION, re.MULTILINE))
    of_units = set(re.findall(r"^- `(\w+)`: ", PAGE.partition("## Response fields")[2], re.MULTILINE))
    for process in [name for name in names() if load(name).quality or load(name).bins]:
        fields = fields_of_advice(process)
        assert {"setpoints", "gain", "refusal"} <= fields
        assert fields <= explained | of_units, process


@pytest.mark.parametrize("process", [name for name in names() if load(name).quality or load(name).bins])
@pytest.mark.parametrize("verb", ["recommendations", "what-if"])
def test_the_example_is_taken_and_described(process: str, verb: str) -> None:
    own = catalogue.offered(load(process), 50).forms[verb]
    assert isinstance(own, LotForm)
    requested = read_lots(own, json.dumps(own.example).encode())
    assert len(requested.rows) == 1
    described = TypeAdapter(own.request)
    described.validate_python(own.example)
    assert set(described.json_schema()["properties"]) == set(own.example)


def test_prices_have_one_name_each() -> None:
    given = {"claim_cost": 3.0, "assay_cost": None, "value": {"prime": 1.0, "second": None}, "rest": None}
    assert flattened(given) == {"claim_cost": 3.0, "value.prime": 1.0}
