"""OpenAPI and the page that shows it, both from this machine alone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from serving.middleware.admission import Load
from serving.responses.threads import in_thread

OPENAPI, DOCS, ASSETS = "/openapi.json", "/docs", "/docs/assets"


def install(app: FastAPI, described: Callable[[], dict[str, Any]], load: Load) -> None:
    """Install the OpenAPI description, rebuilt in a thread after changes, and the page that shows it."""
    page = _page(app.title)
    assets = StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static")
    routes = APIRouter(include_in_schema=False)
    made: tuple[dict[str, Any] | None, Response] = None, Response()

    def body() -> Response:
        nonlocal made
        schema = described()
        if made[0] is not schema:
            made = schema, JSONResponse(schema)
        return made[1]

    @routes.head(OPENAPI)
    @routes.get(OPENAPI)
    async def openapi() -> Response:
        async with load.light.turn():
            return await in_thread(body)

    @routes.head(DOCS)
    @routes.get(DOCS)
    async def docs() -> Response:
        return page

    app.mount(ASSETS, assets)
    app.include_router(routes)


def _page(title: str) -> Response:
    """The page; scripts and styles come from an installed package, and it may load nothing from elsewhere."""
    page = get_swagger_ui_html(
        openapi_url=OPENAPI,
        title=f"{title} API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
    )
    (script,) = re.findall(rb"<script>(.*?)</script>", bytes(page.body), re.DOTALL)
    own = base64.b64encode(hashlib.sha256(script).digest()).decode()
    page.headers["content-security-policy"] = (
        f"default-src 'self'; script-src 'self' 'sha256-{own}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
    )
    return page
