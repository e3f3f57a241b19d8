"""Pages and their updates, made of the parts of a service."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard import access, addresses, assets, contents
from dashboard.actions import Actions
from dashboard.contents import NoPageError, PageContents
from dashboard.languages import chosen
from dashboard.links import ServiceLinks, Viewer
from dashboard.rendering import fragment, respond
from dashboard.routing import Endpoint
from dashboard.updates import Updates
from records.database import RecordsError
from seeds.format.language import Language

_SESSION_SECONDS = 30.0  # between two looks whether the session of an open page goes on


def endpoints(links: ServiceLinks) -> dict[str, Endpoint]:
    """Endpoint of each page by its address; each checks the user itself."""
    pages = Pages(links)
    own: dict[str, access.PageHandler] = {
        addresses.OVERVIEW: partial(pages.answer, contents.OVERVIEW),
        addresses.PROCESS: partial(pages.answer, contents.PROCESS),
        addresses.UNIT: partial(pages.answer, contents.UNIT),
        addresses.HEALTH: partial(pages.answer, contents.HEALTH),
        addresses.DECISIONS: partial(pages.answer, contents.DECISIONS),
        addresses.STREAM: pages.stream,
    }
    shown = {path: access.page(links, handler) for path, handler in own.items()}
    return {
        **shown,
        **_actions(links, pages),
        addresses.SIGN_IN: access.sign_in(links),
        addresses.SIGN_OUT: access.sign_out(links),
        addresses.LANGUAGE: access.set_language(links),
        addresses.ASSET: assets.serve,
    }


def _actions(links: ServiceLinks, pages: Pages) -> dict[str, Endpoint]:
    """Endpoint of each action by its address."""
    if links.database is None or pages.contents is None:
        none = access.page(links, pages.without_records)
        return dict.fromkeys((addresses.DECIDE, addresses.JOBS, addresses.BATCHES), none)
    actions = Actions(links, links.database, pages.contents)
    form, decide = access.page(links, actions.form), actions.endpoint(actions.decide)

    async def decision(request: Request) -> Response:
        return await (decide if request.method == "POST" else form)(request)

    return {
        addresses.DECIDE: decision,
        addresses.JOBS: actions.endpoint(actions.change_jobs),
        addresses.BATCHES: actions.endpoint(actions.review_batch),
    }


class Pages:
    """Pages of a service; one reader of the records is shared by all of them."""

    def __init__(self, links: ServiceLinks) -> None:
        self._links = links
        self.contents = None if links.database is None else PageContents(links, links.database)
        self._updates = None if self.contents is None else Updates(self.contents.plant, links.is_ending, self._stamp)

    def _stamp(self) -> tuple[object, ...]:
        return tuple((one.name, one.state, one.version, one.shadow) for one in self._links.statuses().values())

    async def without_records(self, request: Request, viewer: Viewer) -> Response:
        """Return the page of a service without records."""
        return access.message(request, viewer, "no_records", HTTPStatus.SERVICE_UNAVAILABLE)

    async def answer(self, page: str, request: Request, viewer: Viewer) -> Response:
        """Return a page for a user who may read pages."""
        if self.contents is None:
            return await self.without_records(request, viewer)
        given = _given(request)
        try:
            content = await run_in_threadpool(self.contents.of, page, viewer, **given)
        except NoPageError:
            return access.message(request, viewer, "no_page", HTTPStatus.NOT_FOUND)
        except RecordsError:
            return access.message(request, viewer, "records", HTTPStatus.SERVICE_UNAVAILABLE)
        named = {name: value for name, value in given.items() if name != "process"}
        stream = addresses.of_stream(page, given["process"], **named) if page in contents.UPDATED else ""
        return await run_in_threadpool(
            respond, request, viewer, page, {**content, "stream": stream, "version": self._links.version}
        )

    async def stream(self, request: Request, viewer: Viewer) -> Response:
        """Return the updates of a page as server-sent events, as long as it is open."""
        page, given = request.query_params.get("page", ""), _given(request)
        if self.contents is None or page not in contents.UPDATED:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        events = self._events(page, viewer, chosen(request), given)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(
        self, page: str, viewer: Viewer, language: Language, given: dict[str, str]
    ) -> AsyncIterator[bytes]:
        assert self.contents is not None
        assert self._updates is not None
        key = (page, viewer.may_operate, viewer.processes, *given.items())
        sent, due = b"", time.monotonic() + _SESSION_SECONDS
        async for _ in self._updates.ticks():
            if viewer.session and time.monotonic() >= due:
                due += _SESSION_SECONDS
                if not await run_in_threadpool(self._links.goes_on, viewer.session):
                    yield b"event: ended\ndata: \n\n"
                    return
            stamp = self._updates.stamp(given["process"], given["unit"])
            content = await self._updates.made(key, stamp, partial(self._content, page, viewer, given))
            text = await self._updates.made((language, *key), stamp, partial(_text, language, page, content))
            digest = hashlib.sha256(text.encode()).digest()
            yield b": no change\n\n" if digest == sent else _event(text)
            sent = digest

    def _content(self, page: str, viewer: Viewer, given: dict[str, str]) -> dict[str, Any] | None:
        """Content of a page in all languages; None if there is none."""
        assert self.contents is not None
        try:
            return self.contents.of(page, viewer, **given)
        except (NoPageError, RecordsError):
            return None


def _text(language: Language, page: str, content: dict[str, Any] | None) -> str:
    """Text of an update; empty without a content."""
    return "" if content is None else fragment(language, page, content)


def _given(request: Request) -> dict[str, str]:
    """Process, unit and layer that an address names."""
    process = request.path_params.get("process") or request.query_params.get("process", "")
    unit = request.query_params.get("unit") or request.query_params.get("name", "")
    return {"process": process, "unit": unit, "layer": request.query_params.get("layer", "")}


def _event(text: str) -> bytes:
    """A text as a server-sent event without a name."""
    lines = "".join(f"data: {line}\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return f"{lines}\n".encode()
