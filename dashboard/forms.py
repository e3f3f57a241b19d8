"""Forms of the pages: cookies, tokens against requests of other sites, bodies of limited size."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

SESSION, FORM = "nonferrous_session", "nonferrous_form"
"""Cookies: token of a session, and secret of the forms of a browser without one."""
TOKEN = "token"  # noqa: S105  # name of a field
_LONGEST = 8192  # bytes of a form
_MOST_FIELDS = 10
_YEAR = 365 * 24 * 3600  # s


class FormError(ValueError):
    """A form that is too long, has too many fields, or comes from another page than ours."""


def token_of(secret: str) -> str:
    """Token of the forms of a session or browser; it does not reveal the secret."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def secret_of(request: Request) -> str:
    """Secret of the forms of a request; empty where the browser has none yet."""
    return request.cookies.get(SESSION) or request.cookies.get(FORM, "")


def new_secret() -> str:
    """Return a new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


async def read(request: Request) -> Mapping[str, str]:
    """Fields of a form that one of our pages sent.

    Raises
    ------
    FormError
        Its token is not that of the browser's session, or it is too long.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            raise FormError(f"form: got more than {_LONGEST} bytes, expected fewer")
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise FormError(f"form: {error}") from None
    secret = secret_of(request)
    if not secret or not hmac.compare_digest(token_of(secret).encode(), fields.get(TOKEN, "").encode()):
        raise FormError("form: its token is not that of this browser; open the page again")
    return fields


def set_cookie(response: Response, request: Request, name: str, value: str, is_lasting: bool = False) -> None:
    """Set a cookie that scripts and other sites cannot use; it is sent by TLS only where the page was."""
    response.set_cookie(
        name,
        value,
        max_age=_YEAR if is_lasting else None,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
