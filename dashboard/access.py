"""Access to the pages: who may read one, sign-in, sign-out and choice of the language."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import addresses, forms
from dashboard.languages import COOKIE
from dashboard.links import ServiceLinks, Viewer
from dashboard.rendering import respond
from dashboard.routing import Endpoint
from records import sessions
from records.database import RecordsError
from reporting.languages import LANGUAGES

PageHandler = Callable[[Request, Viewer], Awaitable[Response]]


def page(links: ServiceLinks, handler: PageHandler) -> Endpoint:
    """Endpoint of a page for the role `view`; users who are not known are led to the sign-in form."""

    async def endpoint(request: Request) -> Response:
        viewer = links.viewer(request.scope)
        if viewer.may_view:
            return await handler(request, viewer)
        if viewer.is_known:
            return message(request, viewer, "no_role", HTTPStatus.FORBIDDEN)
        return to(addresses.of_sign_in(addresses.of_request(request)))

    return endpoint


def message(request: Request, viewer: Viewer, kind: str, status: HTTPStatus, detail: str = "") -> Response:
    """Page that says why there is no other one; `kind` is one that the template knows."""
    return respond(request, viewer, "message", {"kind": kind, "detail": detail}, status)


def to(path: str) -> Response:
    """Redirection to a page of this service, read by GET."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})


def sign_in(links: ServiceLinks) -> Endpoint:
    """Endpoint of the sign-in form, for GET and POST."""

    async def endpoint(request: Request) -> Response:
        viewer = links.viewer(request.scope)
        if request.method == "POST":
            return await _signed_in(links, request, viewer)
        path = addresses.own_or_overview(request.query_params.get("next", ""))
        if viewer.may_view or not links.needs_key():
            return to(path)
        return _form(request, viewer, path, "", HTTPStatus.OK)

    return endpoint


def _form(request: Request, viewer: Viewer, path: str, error: str, status: HTTPStatus) -> Response:
    return respond(request, viewer, "sign_in", {"next": path, "error": error}, status)


async def _signed_in(links: ServiceLinks, request: Request, viewer: Viewer) -> Response:
    try:
        fields = await forms.read(request)
    except forms.FormError:
        return _form(request, viewer, addresses.OVERVIEW, "form", HTTPStatus.FORBIDDEN)
    path = addresses.own_or_overview(fields.get("next", ""))
    seconds = links.wait(request.client.host if request.client else "")
    if seconds > 0:
        response = _form(request, viewer, path, "rate", HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(math.ceil(seconds))
        return response
    key = links.key_digest(fields.get("key", "").strip())
    if key is None:
        return _form(request, viewer, path, "key", HTTPStatus.FORBIDDEN)
    if links.database is None:
        return _form(request, viewer, path, "records", HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        token = await run_in_threadpool(sessions.begin, links.database, key)
    except RecordsError:
        return _form(request, viewer, path, "records", HTTPStatus.SERVICE_UNAVAILABLE)
    response = to(path)
    forms.set_cookie(response, request, forms.SESSION, token)
    response.delete_cookie(forms.FORM, path="/")
    return response


def sign_out(links: ServiceLinks) -> Endpoint:
    """Endpoint that ends the session of a user."""

    async def endpoint(request: Request) -> Response:
        viewer = links.viewer(request.scope)
        try:
            await forms.read(request)
            if links.database is not None and viewer.session:
                await run_in_threadpool(sessions.end, links.database, viewer.session)
        except forms.FormError:
            return message(request, viewer, "form", HTTPStatus.FORBIDDEN)
        except RecordsError:
            return message(request, viewer, "records", HTTPStatus.SERVICE_UNAVAILABLE)
        response = to(addresses.SIGN_IN)
        response.delete_cookie(forms.SESSION, path="/")
        return response

    return endpoint


def set_language(links: ServiceLinks) -> Endpoint:
    """Endpoint that sets the language of a browser and leads back to the page."""

    async def endpoint(request: Request) -> Response:
        viewer = links.viewer(request.scope)
        try:
            fields = await forms.read(request)
        except forms.FormError:
            return message(request, viewer, "form", HTTPStatus.FORBIDDEN)
        language = fields.get("language", "")
        response = to(addresses.own_or_overview(fields.get("next", "")))
        if language in LANGUAGES:
            forms.set_cookie(response, request, COOKIE, language, is_lasting=True)
        return response

    return endpoint
