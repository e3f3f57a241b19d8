"""Users of pages and documents: sessions of keys, and names that a trusted proxy states."""

from __future__ import annotations

from collections.abc import Callable, Collection
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import cookie_parser
from starlette.types import Scope

from dashboard.addresses import is_page, of_sign_in
from dashboard.forms import SESSION
from records.database import RecordsError
from serving.middleware.authorization import ASSETS, DOCS, DOCUMENTS, NOBODY, KeyCache, Principal
from serving.middleware.connections import Addresses
from serving.responses.recording import not_readable
from serving.wire.problems import ProblemError

PEER = "peer"
"""Key of a scope: address of the connection, whatever `X-Forwarded-For` states."""
TOKEN = "session"  # noqa: S105  # key of a scope
_LONGEST = 200  # characters of a name


class PageUsers:
    """Users who read pages in a browser, which sends no key.

    Parameters
    ----------
    ring : KeyCache
        Keys.
    key_of : callable, optional
        Returns the digest of the key of a session's token, None for one that has ended; raises RecordsError. Left out
        where there are no records.
    header : str
        Header in which a proxy states the name of a user; empty for none.
    roles : collection of str
        Roles of such a user.
    proxies : container of str, optional
        Addresses of connections whose header counts; none by default.
    """

    def __init__(
        self,
        ring: KeyCache,
        key_of: Callable[[str], str | None] | None,
        header: str = "",
        roles: Collection[str] = (),
        proxies: Addresses = frozenset(),
    ) -> None:
        self._ring, self._key_of = ring, key_of
        self._header, self._roles, self.proxies = header.lower().encode(), frozenset(roles), proxies

    def concerns(self, scope: Scope) -> bool:
        """Return whether a request is for a page or a document."""
        path: str = scope["path"]
        if path.startswith("/v1/"):
            return scope["method"] in ("GET", "HEAD") and path.endswith(DOCUMENTS)
        return is_page(path) or path in DOCUMENTS or path.startswith(ASSETS)

    async def of(self, scope: Scope) -> Principal | None:
        """User of a request; None where its key decides, or its address if none is needed.

        To a page, a user who has not signed in has the empty principal: it leads to the form.

        Raises
        ------
        ProblemError
            503 where the sessions cannot be read; 303 to the form, to the page of a document in a browser.
        """
        headers = dict(scope["headers"])
        if b"authorization" in headers:
            return None
        if (name := self._named(scope, headers)) is not None:
            return name
        if self._ring.is_open:
            return None
        token = cookie_parser(headers.get(b"cookie", b"").decode("latin-1")).get(SESSION, "")
        user = await self._of_session(token) if token else None
        if user is not None:
            scope[TOKEN] = token
            return user
        path: str = scope["path"]
        if path.endswith(DOCS) and b"text/html" in headers.get(b"accept", b""):
            raise ProblemError(HTTPStatus.SEE_OTHER, "sign in", headers={"Location": of_sign_in(path)})
        return NOBODY if is_page(path) else None

    def _named(self, scope: Scope, headers: dict[bytes, bytes]) -> Principal | None:
        """User whom a proxy names; the header of anybody else counts for nothing."""
        if not self._header or scope.get(PEER) not in self.proxies:
            return None
        name = headers.get(self._header, b"").decode("utf-8", "replace").strip()[:_LONGEST]
        return Principal(name=f"user {name}"[:64], owner=name, roles=self._roles) if name else None

    async def _of_session(self, token: str) -> Principal | None:
        if self._key_of is None:
            return None
        try:
            digest = await run_in_threadpool(self._key_of, token)
        except RecordsError:
            raise not_readable() from None
        return None if digest is None else self._ring.by_digest(bytes.fromhex(digest))
