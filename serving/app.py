"""The service as an ASGI application, made from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import TypeAdapter
from starlette.staticfiles import StaticFiles

from registry.store import MlflowStore, Store
from seeds import load_all
from serving import problems
from serving.champions import Champions
from serving.payloads import Payloads
from serving.routes import health, predictions, processes
from serving.settings import Settings
from serving.tasks import task_of

_ASSETS = "/docs/assets"
_REFERENCE = "#/components/schemas/{model}"


class Service(FastAPI):
    """The application; `champions` is the one part of it that changes."""

    champions: Champions
    taken: tuple[Payloads, ...]

    def openapi(self) -> dict[str, Any]:
        """OpenAPI schema; requests are read from raw bytes, so their types are added here: FastAPI knows none."""
        if self.openapi_schema is None:
            schema = super().openapi()
            kinds = {"": problems.Problem} | {each.seed.process.name: each.request for each in self.taken}
            asked, definitions = TypeAdapter.json_schemas(
                [(name, "validation", TypeAdapter(kind)) for name, kind in kinds.items()], ref_template=_REFERENCE
            )
            schema["components"]["schemas"] |= definitions["$defs"]
            for each in self.taken:
                name = each.seed.process.name
                content = {"application/json": {"schema": asked[name, "validation"], "example": each.example}}
                operation = schema["paths"][f"/v1/{name}/predictions"]["post"]
                operation["requestBody"] = {"required": True, "content": content}
        return super().openapi()


def create_app(settings: Settings, store: Store | None = None) -> Service:
    """Service over the seeds of the folder.

    Parameters
    ----------
    settings : Settings
        What it needs to start.
    store : Store, optional
        Where models come from; by default the MLflow store that the settings name.

    Returns
    -------
    Service
        Looks for models from its start to its end (the ASGI lifespan).

    Raises
    ------
    SeedError
        A seed cannot be used; all faults are named.
    """
    seeds = load_all()
    champions = Champions(seeds, store or MlflowStore(settings.uri), settings.poll_seconds)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        champions.start()
        yield
        champions.stop()

    app = Service(
        title="nonferrous",
        version=version("nonferrous"),
        description="Predictions for non-ferrous metals processes. Every quantity comes with its unit and interval.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.champions = champions
    app.taken = tuple(task_of(seed).payloads(seed, settings.max_rows) for seed in seeds.values())
    problems.install(app, list(seeds))
    for each in app.taken:
        app.include_router(predictions.router(each, champions, settings.max_body_bytes))
    app.include_router(processes.router(seeds, champions))
    app.include_router(health.router(champions))
    _add_docs(app)
    return app


def _add_docs(app: Service) -> None:
    """Documentation page whose script and style come from an installed package, so that it needs no network."""
    app.mount(_ASSETS, StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static"))
    page = get_swagger_ui_html(
        openapi_url=str(app.openapi_url),
        title=f"{app.title} API",
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{_ASSETS}/favicon.png",
    )

    @app.head("/docs", include_in_schema=False)
    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return page
