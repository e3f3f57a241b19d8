"""Rendering: templates in the language of the user, under one content security policy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard import addresses, assets, forms
from dashboard.languages import Formats, acted, chosen, described, named, titled, translations
from dashboard.links import Viewer
from dashboard.phrases import phrase, unit_of_measure
from reporting.languages import LANGUAGES
from seeds.format.language import Language

FOLDER = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy of each page: scripts and styles in files of this service alone."""
HEADERS = {"content-security-policy": POLICY, "referrer-policy": "same-origin"}


@lru_cache
def environment(language: Language) -> Environment:
    """Templates in a language; each text is escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    formats = Formats(language)
    made.filters |= {
        "acted": lambda part: acted(part, language),
        "described": lambda part: described(part, language),
        "titled": lambda part: titled(part, language),
        "json": lambda value: msgspec.json.encode(value).decode(),
        "measure": lambda unit: unit_of_measure(str(unit), language),
        "is_finite": lambda value: isinstance(value, int | float) and math.isfinite(value),
    }
    made.globals |= {
        "formats": formats,
        "named": lambda seed, name: named(seed, name, language),
        "phrases": lambda seed, words, *tag: phrase(seed, str(words), language, *tag),
        "language": language,
        "languages": LANGUAGES,
        "addresses": addresses,
        "asset": assets.address,
    }
    return made


def fragment(language: Language, page: str, content: Mapping[str, Any]) -> str:
    """Part of a page that is updated while it is open."""
    return environment(language).get_template(f"{page}_content.html").render(content)


def respond(
    request: Request,
    viewer: Viewer,
    page: str,
    content: Mapping[str, Any],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Return a whole page; a browser without a session gets the secret of its forms."""
    language = chosen(request)
    secret = forms.secret_of(request) or forms.new_secret()
    path = addresses.of_request(request)
    text = (
        environment(language)
        .get_template(f"{page}.html")
        .render({**content, "viewer": viewer, "token": forms.token_of(secret), "path": path, "page": page})
    )
    response = HTMLResponse(text, status, HEADERS)
    response.headers["vary"] = "accept-language, cookie"
    if not forms.secret_of(request):
        forms.set_cookie(response, request, forms.FORM, secret)
    return response
