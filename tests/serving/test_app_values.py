"""What the application is made of: its paths, its start and end, and its description."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest

from seeds import load
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

METHODS = (("", "post"), ("/page", "get"))


@pytest.fixture
def app(toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_lots")))
    return create_app(ServiceSettings(max_rows=7, max_body_bytes=2000, poll_seconds=9.0), FolderStore())


def methods_of(document: dict[str, Any]) -> dict[str, list[str]]:
    return {path: list(methods) for path, methods in document["paths"].items()}


def test_openapi_holds_what_a_client_may_call_and_nothing_else(app: Service) -> None:
    schema = app.openapi()
    read = {"predictions/page": ["get"], "predictions/latest": ["get"]}
    own = {"predictions": ["post"], **read, "outcomes": ["post"]}
    advice = {f"{name}{page}": [method] for name in ("recommendations", "what-if") for page, method in METHODS}
    for name, routes in (("toy_cells", own), ("toy_lots", own | advice)):
        assert methods_of(app.openapi_of(name)) == {f"/v1/{name}/{path}": methods for path, methods in routes.items()}
    assert methods_of(schema) == {
        **{f"/v1/{{process}}/{path}": methods for path, methods in (own | advice).items()},
        "/v1/processes": ["get"],
        "/v1/{process}/history": ["get"],
        "/v1/{process}/monitoring": ["get"],
        "/v1/{process}/retraining-jobs": ["post", "get"],
        "/v1/{process}/retraining-jobs/{job}": ["get", "delete"],
        "/health/live": ["get"],
        "/health/ready": ["get"],
        "/health/ready/{process}": ["get"],
        "/v2": ["get"],
        "/v2/health/live": ["get"],
        "/v2/health/ready": ["get"],
        **{
            f"/v2/models/{{model}}{version}{verb}": ["post" if verb == "/infer" else "get"]
            for version in ("", "/versions/{version}")
            for verb in ("", "/ready", "/infer")
        },
    }
    assert schema["info"]["title"] == "nonferrous"
    assert schema["info"]["version"] == version("nonferrous")


def test_each_request_is_described_with_its_own_type_and_example(app: Service) -> None:
    for name in ("toy_cells", "toy_lots"):
        schema = app.openapi_of(name)
        body = schema["paths"][f"/v1/{name}/predictions"]["post"]["requestBody"]
        assert body["required"] is True
        content = body["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Request"}
        assert list(content["example"])[:2] == ["rows", "coverage"]
        assert {"Row", "Problem", "RequestDefect"} <= set(schema["components"]["schemas"])
        rows = schema["components"]["schemas"]["Request"]["properties"]["rows"]
        assert (rows["minItems"], rows["maxItems"]) == (1, 7)


def test_documents_are_made_once_for_each_state(
    app: Service, monkeypatch: pytest.MonkeyPatch, call: Callable[..., httpx.Response]
) -> None:
    made: list[str] = []
    for name in ("openapi", "openapi_of"):
        whole = getattr(app, name)
        monkeypatch.setattr(app, name, lambda *given, whole=whole: made.append(*given or ["service"]) or whole(*given))
    for _ in range(2):
        for path in ("/openapi.json", "/v1/toy_lots/openapi.json"):
            assert call(app, "GET", path).status_code == call(app, "HEAD", path).status_code == 200
    assert made == ["service", "toy_lots"]
    assert call(app, "GET", "/v1/iron/openapi.json").status_code == 404


@pytest.mark.parametrize("path", ["/v1/processes/", "/redoc", "/health/live/", "/docs/oauth2-redirect"])
def test_other_paths_are_not_found_and_lead_nowhere(
    path: str, app: Service, call: Callable[..., httpx.Response]
) -> None:
    assert call(app, "GET", path).status_code == 404


def test_the_page_of_the_documentation_is_served_whole(app: Service, call: Callable[..., httpx.Response]) -> None:
    for path, title, document in (
        ("/docs", "nonferrous API", "/openapi.json"),
        ("/v1/toy_lots/docs", f"nonferrous API: {load('toy_lots').process.title}", "/v1/toy_lots/openapi.json"),
    ):
        page = call(app, "GET", path)
        assert page.status_code == call(app, "HEAD", path).status_code == 200
        assert f"<title>{title}</title>" in page.text
        assert f"url: '{document}'" in page.text
        for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
            assert f"/docs/assets/{asset}" in page.text
            assert call(app, "GET", f"/docs/assets/{asset}").status_code == 200
    assert call(app, "GET", "/v1/iron/docs").status_code == 404


def test_models_are_looked_for_from_its_start_to_its_end(app: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(app.champions, "start", lambda: done.append("start"))
    monkeypatch.setattr(app.champions, "stop", lambda: done.append("stop"))

    async def lived() -> None:
        async with app.router.lifespan_context(app):
            done.append("serving")

    asyncio.run(lived())
    assert done == ["start", "serving", "stop"]


def test_settings_reach_the_parts(app: Service, call: Callable[..., httpx.Response]) -> None:
    assert app.champions.wait == 9.0
    assert [each.predictions.max_rows for each in app.taken] == [7, 7]
    long = call(
        app, "POST", "/v1/toy_cells/predictions", content=b" " * 2001, headers={"content-type": "application/json"}
    )
    assert long.status_code == 413
    assert long.json()["errors"][0]["bound"] == 2000
    seen = call(
        app, "POST", "/v1/toy_cells/predictions", content=b" " * 2000, headers={"content-type": "application/json"}
    )
    assert seen.status_code == 400
