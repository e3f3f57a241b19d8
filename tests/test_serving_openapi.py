"""What OpenAPI and the documentation page tell of each process, for every seed of the folder."""

import asyncio
import json
import re
from http import HTTPStatus

import httpx
import pytest
from fastapi.openapi.models import OpenAPI

from seeds import Seed, load, names
from serving.app import Service, create_app
from serving.folder_store import FolderStore
from serving.settings import Settings


def get(app: Service, path: str) -> httpx.Response:
    async def answered() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
            return await client.get(path)

    return asyncio.run(answered())


def test_documentation_needs_no_network() -> None:
    app = create_app(Settings(), FolderStore())
    page = get(app, "/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert get(app, asset).status_code == HTTPStatus.OK


@pytest.fixture(params=names())
def served_seed(request: pytest.FixtureRequest) -> Seed:
    return load(request.param)


def test_openapi_types_every_field_of_every_process(served_seed: Seed) -> None:
    app = create_app(Settings(), FolderStore())
    schema = app.openapi()
    OpenAPI.model_validate(schema)
    title = "".join(part.capitalize() for part in served_seed.process.name.split("_"))
    operation = schema["paths"][f"/v1/{served_seed.process.name}/predictions"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert reference == f"#/components/schemas/{title}Request"
    row = schema["components"]["schemas"][f"{title}Row"]
    fields = row["properties"]
    assert row["additionalProperties"] is False
    assert {column.name for column in served_seed.by_role("late", "target")}.isdisjoint(fields)
    for column in served_seed.inputs:
        field = fields[column.name]
        number = next(kind for kind in field["anyOf"] if kind["type"] == "number")
        assert (number["minimum"], number["maximum"]) == column.limits
        assert field["x-unit"] == column.unit
        assert column.meaning in field["description"]
        assert field["examples"]
    prediction = schema["components"]["schemas"][f"{title}Prediction"]["properties"]
    for name in (served_seed.target.name, *served_seed.derived):
        assert prediction[name]["x-unit"] == served_seed.targets[name].unit


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = create_app(Settings(), FolderStore()).openapi()
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schema)))
    assert references <= set(schema["components"]["schemas"])


def test_examples_of_the_schema_are_a_request_that_passes(served_seed: Seed) -> None:
    app = create_app(Settings(), FolderStore())
    schemas = app.openapi()["components"]["schemas"]
    title = "".join(part.capitalize() for part in served_seed.process.name.split("_"))
    row = {name: field["examples"][0] for name, field in schemas[f"{title}Row"]["properties"].items()}
    taken = next(one for one in app.taken if one.seed.process.name == served_seed.process.name)
    rows, coverage = taken.read(json.dumps({"rows": [row]}).encode())
    assert (len(rows), coverage) == (1, 0.9)
