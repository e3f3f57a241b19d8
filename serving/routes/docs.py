"""OpenAPI documents and the pages that show them, all from this machine alone."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

import fastapi_offline
from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from operations.catalogue import Offers
from serving.middleware.admission import Load
from serving.middleware.authorization import DOCS
from serving.openapi.documents import PROCESS, address
from serving.responses.threads import in_thread

OPENAPI, ASSETS = "/openapi.json", f"{DOCS}/assets"
_PAGE = f"/v1/{{{PROCESS}}}/docs"
# Schemas are shown where an operation uses them; the list of all of them takes most of the time of a page.
_SHOWN = {"defaultModelsExpandDepth": -1, "displayRequestDuration": True}
_LIST = """<style>nav {{ font: 14px sans-serif; margin: 16px auto 0; max-width: 1420px; padding: 0 20px }}
nav a {{ margin-right: 12px }}</style>
<nav><a href="{docs}">whole service</a> {first}{others}</nav>
"""


class Documented(Protocol):
    """Service with documents."""

    @property
    def taken(self) -> tuple[Offers, ...]:
        """Operations that the processes with routes offer."""

    @property
    def in_service(self) -> tuple[str, ...]:
        """Names of the processes with a model in service."""

    def openapi(self) -> dict[str, Any]:
        """Document of the whole service."""

    def openapi_of(self, process: str) -> dict[str, Any]:
        """Document of a process."""


def install(app: FastAPI, service: Documented, load: Load) -> None:
    """Install the documents and their pages; a document is made on request, in a thread."""
    assets = StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static")
    routes = APIRouter(include_in_schema=False)
    retained: dict[str, tuple[object, Response]] = {}

    async def document(name: str, state: object, make: Callable[[], dict[str, Any]]) -> Response:
        made = retained.get(name)
        if made is None or made[0] != state:
            async with load.light.turn():
                made = retained[name] = state, await in_thread(lambda: JSONResponse(make()))
        return made[1]

    def offers_of(process: str) -> Offers:
        for offers in service.taken:
            if offers.seed.process.name == process:
                return offers
        raise HTTPException(HTTPStatus.NOT_FOUND)

    @routes.head(OPENAPI)
    @routes.get(OPENAPI)
    async def of_service() -> Response:
        return await document("", (service.taken, service.in_service), service.openapi)

    @routes.head(address(f"{{{PROCESS}}}"))
    @routes.get(address(f"{{{PROCESS}}}"))
    async def of_process(process: str) -> Response:
        offers = offers_of(process)
        return await document(process, offers, lambda: service.openapi_of(process))

    @routes.head(DOCS)
    @routes.get(DOCS)
    async def docs() -> Response:
        return _page(f"{app.title} API", OPENAPI, service)

    @routes.head(_PAGE)
    @routes.get(_PAGE)
    async def docs_of_process(process: str) -> Response:
        title = offers_of(process).seed.process.title
        return _page(f"{app.title} API: {title}", address(process), service)

    app.mount(ASSETS, assets)
    app.include_router(routes)


def _page(title: str, document: str, service: Documented) -> Response:
    """Page of a document, which may load nothing from other hosts."""
    page = get_swagger_ui_html(
        openapi_url=document,
        title=html.escape(title),
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters=_SHOWN,
    )
    text = bytes(page.body).decode()
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'self'; script-src 'self' 'sha256-{own}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
    )
    shown = text.replace("<body>", f"<body>\n{_list(service)}", 1)
    return Response(shown, media_type="text/html", headers={"content-security-policy": policy})


def _list(service: Documented) -> str:
    """Links to the page of each process, those with a model in service first and the others folded."""
    names = [offers.seed.process.name for offers in service.taken]
    first = _links([name for name in names if name in service.in_service])
    others = _links([name for name in names if name not in service.in_service])
    folded = f"<details><summary>processes without a model in service</summary>{others}</details>" if others else ""
    return _LIST.format(docs=DOCS, first=first, others=folded)


def _links(names: Sequence[str]) -> str:
    return " ".join(f'<a href="{_PAGE.format(process=name)}">{name}</a>' for name in names)
