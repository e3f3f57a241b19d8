"""What OpenAPI and the documentation page tell of each process, for every seed of the folder."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.responses import JSONResponse
from hypothesis import given
from hypothesis import strategies as st

from operations.forms.values import LONGEST_TIME, TIME, TIME_WITH_OFFSET
from seeds import Seed, load, names
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

MOST_BYTES = 300_000


def get(app: Service, path: str) -> httpx.Response:
    async def answered() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.get(path)

    return asyncio.run(answered())


@pytest.fixture(scope="module")
def app() -> Service:
    """The service over all seeds of the folder."""
    return create_app(ServiceSettings(), FolderStore())


@pytest.fixture(scope="module")
def documents(app: Service) -> dict[str, dict[str, Any]]:
    """Document of the whole service by an empty name, and those of the processes by theirs."""
    return {"": app.openapi(), **{name: app.openapi_of(name) for name in names()}}


@pytest.fixture(params=names())
def served_seed(request: pytest.FixtureRequest) -> Seed:
    return load(request.param)


@pytest.fixture
def described(documents: dict[str, dict[str, Any]], served_seed: Seed) -> dict[str, Any]:
    """Document of a process."""
    return documents[served_seed.process.name]


def test_documentation_needs_no_network(app: Service) -> None:
    for path in ("/docs", "/v1/aluminium_scrap/docs"):
        page = get(app, path).text
        assert "http://" not in page
        assert "https://" not in page
        for asset in re.findall(r'(?:src|href)="([^"]+)"', page):
            assert get(app, asset).status_code == HTTPStatus.OK


@pytest.mark.parametrize("name", ["", *names()])
def test_each_document_is_small_and_named_for_generators_of_clients(
    documents: dict[str, dict[str, Any]], name: str
) -> None:
    document = documents[name]
    OpenAPI.model_validate(document)
    assert len(encoded(document)) <= MOST_BYTES
    schemas = document["components"]["schemas"]
    assert all(re.fullmatch("[A-Z][A-Za-z0-9]{0,39}", one) for one in schemas), list(schemas)
    assert len({one.lower() for one in schemas}) == len(schemas)
    ids = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(set(ids)) == len(ids)
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references <= set(schemas)
    faults = list(unfit(document["paths"], "paths")) + list(unfit(schemas, "schemas"))
    assert not faults


def encoded(document: dict[str, Any]) -> bytes:
    """Document as the service sends it."""
    return bytes(JSONResponse(document).body)


def unfit(part: Any, place: str) -> Iterator[str]:
    """Places of what crashes a generator of clients: null alone, and alternatives next to the fields of an object."""
    if isinstance(part, list):
        for i, one in enumerate(part):
            yield from unfit(one, f"{place}.{i}")
    elif isinstance(part, dict):
        if part.get("type") == "null" and not re.search(r"\.anyOf\.\d+$", place):
            yield f"{place}: null alone"
        if "properties" in part and {"oneOf", "anyOf", "allOf"} & set(part) and isinstance(part["properties"], dict):
            yield f"{place}: alternatives"
        for key, one in part.items():
            if key not in ("example", "examples", "default"):
                yield from unfit(one, f"{place}.{key}")


def test_the_whole_document_names_those_of_the_processes(documents: dict[str, dict[str, Any]]) -> None:
    about = documents[""]["info"]["description"]
    assert re.findall(r"`/v1/(\w+)/openapi\.json`", about) == list(names())
    predictions = documents[""]["paths"]["/v1/{process}/predictions"]["post"]
    assert predictions["parameters"][0]["description"] == f"one of: {', '.join(names())}"
    offered = documents[""]["paths"]["/v1/{process}/schedules"]["post"]["parameters"][0]["description"]
    assert offered == "one of: aluminium_reduction, copper_electrorefining, zinc_electrowinning"
    for name in names():
        own = {path.replace(f"/v1/{name}/", "/v1/{process}/") for path in documents[name]["paths"]}
        assert own <= set(documents[""]["paths"])


def test_openapi_types_every_field_of_every_process(described: dict[str, Any], served_seed: Seed) -> None:
    operation = described["paths"][f"/v1/{served_seed.process.name}/predictions"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert reference == "#/components/schemas/Request"
    row = described["components"]["schemas"]["Row"]
    fields = row["properties"]
    assert row["additionalProperties"] is False
    assert {column.name for column in served_seed.by_role("late", "target")}.isdisjoint(fields)
    for column in served_seed.inputs:
        field = fields[column.name]
        number = next(kind for kind in field["anyOf"] if kind["type"] == "number")
        low, high = column.limits
        assert (number["minimum"], number["maximum"]) == (-high if column.censored else low, high)
        assert field["x-unit"] == column.unit
        assert column.description in field["description"]
        assert field["examples"]


def test_openapi_types_every_quantity_of_a_prediction(described: dict[str, Any], served_seed: Seed) -> None:
    schemas = described["components"]["schemas"]
    prediction = schemas["Prediction"]["properties"]
    if served_seed.classes and not served_seed.bins:
        assert prediction[served_seed.target.name]["enum"] == list(served_seed.classes)
        return
    if served_seed.quality is not None:
        predictions = schemas["Contents"]["properties"]
    else:
        predictions = schemas["Elements"]["properties"] if served_seed.bins else prediction
    for name in [column.name for column in served_seed.elements] or [served_seed.target.name, *served_seed.derived]:
        assert predictions[name]["x-unit"] == served_seed.targets[name].unit


@pytest.mark.parametrize("name", [name for name in names() if load(name).bins])
def test_openapi_names_the_classes_bins_prices_and_limits_of_a_process_that_sorts(
    documents: dict[str, dict[str, Any]], name: str
) -> None:
    seed, schemas = load(name), documents[name]["components"]["schemas"]
    prediction = schemas["Prediction"]["properties"]
    bins = {one.name: one for one in seed.bins}
    assert prediction["class"]["enum"] == list(seed.classes)
    assert prediction["bin"]["enum"] == list(bins)
    shares = schemas["ClassProbabilities"]["properties"]
    assert list(shares) == list(seed.classes)
    assert {(share["minimum"], share["maximum"]) for share in shares.values()} == {(0, 1)}
    for one in seed.bins:
        own = "".join(part.capitalize() for part in one.name.split("_"))
        prices = schemas[f"{own}Prices"]["properties"]
        assert {label: price["examples"] for label, price in prices.items()} == {
            label: [value] for label, value in one.value.items()
        }
        assert {price["x-unit"] for price in prices.values()} == {"$/kg"}
        limited = schemas[f"{own}BinElements"]["properties"]
        assert list(limited) == list(one.limits)
        for element, limit in one.limits.items():
            assert f"at most {limit.value:g} {limit.unit}" in limited[element]["description"]
    request = schemas["Request"]["properties"]
    assert {"prices", "lots"} < set(request)
    assert list(schemas["LotBins"]["required"]) == list(bins)


@pytest.mark.parametrize("name", [name for name in names() if load(name).quality is not None])
def test_openapi_names_the_grades_limits_setpoints_and_costs_of_a_process_that_grades(
    documents: dict[str, dict[str, Any]], name: str
) -> None:
    seed, schemas = load(name), documents[name]["components"]["schemas"]
    grades = [grade.name for grade in seed.grades]
    assert "jointly" in schemas["Contents"]["description"]
    for part, of in (("Defects", list(seed.defects)), ("GradeProbability", grades)):
        shares = schemas[part]["properties"]
        assert list(shares) == of
        bounds = {(share["anyOf"][0]["minimum"], share["anyOf"][0]["maximum"]) for share in shares.values()}
        assert bounds <= {(0, 1)}
    decision = schemas["Decision"]["properties"]
    assert decision["action"]["enum"] == ["release", "downgrade", "laboratory"]
    assert decision["grade"]["anyOf"][0]["enum"] == grades
    near = schemas["NearestLimit"]["properties"]
    assert near["grade"].get("enum", [near["grade"].get("const")]) == grades[:-1]
    bounded = {limit for grade in seed.grades for limit in (*grade.limits, *(one.name for one in grade.sums))}
    assert set(near["limit"]["enum"]) == bounded
    setpoints = schemas["Remedy"]["properties"]["setpoint"]
    assert setpoints.get("enum", [setpoints.get("const")]) == [setpoint.name for setpoint in seed.by_role("setpoint")]
    values = schemas["Values"]["properties"]
    assert {name: one["examples"] for name, one in values.items()} == {
        grade.name: [grade.value.value] for grade in seed.grades
    }
    costs = schemas["Costs"]["properties"]
    assert [costs[cost]["x-unit"] for cost in ("assay_cost", "claim_cost")] == ["$", "$/t"]
    assert {one["x-unit"] for one in values.values()} == {"$/t"}


def test_examples_of_the_schema_are_a_request_that_passes(
    app: Service, described: dict[str, Any], served_seed: Seed
) -> None:
    schemas = described["components"]["schemas"]
    whole = {name: field["examples"][0] for name, field in schemas["Row"]["properties"].items()}
    row = {name: value for name, value in whole.items() if name != "data_quality"}
    taken = next(one.predictions for one in app.taken if one.seed.process.name == served_seed.process.name)
    rows, request = taken.read(json.dumps({"rows": [whole]}).encode())
    assert (len(rows), request["coverage"]) == (1, 0.9)
    operation = described["paths"][f"/v1/{served_seed.process.name}/predictions"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    rows, request = taken.read(json.dumps(example).encode())
    assert example["rows"] == [row]
    assert [{name: value for name, value in one.items() if name != "derived_inputs"} for one in rows] == [row]
    assert set(request) == set(example) == set(schemas["Request"]["properties"])


# ---- times: what a pattern takes is read


@given(st.from_regex(re.compile(TIME, re.ASCII), fullmatch=True))
def test_every_time_of_the_pattern_is_read(text: str) -> None:
    dt.datetime.fromisoformat(text)
    assert len(text) <= LONGEST_TIME


@given(st.from_regex(re.compile(TIME_WITH_OFFSET, re.ASCII), fullmatch=True))
def test_every_time_with_an_offset_has_one(text: str) -> None:
    assert dt.datetime.fromisoformat(text).tzinfo is not None


@given(st.datetimes(timezones=st.none() | st.timezones()), st.sampled_from(["auto", "minutes", "seconds"]))
def test_every_moment_as_python_writes_it_is_of_the_pattern(moment: dt.datetime, digits: str) -> None:
    text, offset = moment.isoformat(timespec=digits), moment.utcoffset()
    if offset is not None and offset.total_seconds() % 60:
        return  # offsets of seconds are from before there were zones
    assert re.search(TIME, text)
    assert bool(re.search(TIME_WITH_OFFSET, text)) == (offset is not None)


@given(st.dates())
def test_every_day_is_of_the_pattern(day: dt.date) -> None:
    assert re.search(TIME, day.isoformat())


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-13-01", "2026-00-10", "2026-04-31", "2025-02-29", "1900-02-29", "2026-11-01T24:00"),
        *("2026-11-01T06", "2026-11-01T06:60", "0000-01-01", "2026-11-01T06:00+24:00", "2026-11-01 x", "x2026-11-01"),
    ],
)
def test_what_is_no_time_is_not_of_the_pattern(text: str) -> None:
    assert not re.search(TIME, text)
