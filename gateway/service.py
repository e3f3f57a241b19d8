"""HTTP client of the service."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from gateway.errors import GatewayError
from gateway.tls import client_context

TIMEOUT_SECONDS = 60.0
_LATER = (401, 403, 404, 408, 429)  # a key, a model or room may come; nothing is lost meanwhile
MOST_BYTES = 1 << 26


class UnreachableError(RuntimeError):
    """Service that does not respond now: the request is sent again later."""


class RejectedError(RuntimeError):
    """Request that the service will never accept.

    Attributes
    ----------
    rows : frozenset of int
        Rows with errors, as far as the response names them.
    """

    def __init__(self, text: str, rows: frozenset[int] = frozenset()) -> None:
        super().__init__(text)
        self.rows = rows


class ServiceClient:
    """Service at an address.

    Parameters
    ----------
    url : str
        Address, such as http://127.0.0.1:8000.
    key : str
        API key; empty without keys.

    Raises
    ------
    GatewayError
        The address is no http or https address.
    """

    def __init__(self, url: str, key: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise GatewayError(f"--service: got '{url}': expected an address such as http://127.0.0.1:8000")
        self.url = url.rstrip("/")
        self._host, self._port = parts.hostname, parts.port
        # Reading the authorities of the system takes longer than a request.
        self._tls = client_context() if parts.scheme == "https" else None
        self._path, self._key = parts.path.rstrip("/"), key
        self._under_way: set[http.client.HTTPConnection] = set()

    def post(self, path: str, body: bytes, record: str = "") -> dict[str, Any]:
        """Send a request and return its response.

        Parameters
        ----------
        path : str
            Path, such as /v1/PROCESS/predictions.
        body : bytes
            JSON.
        record : str
            Id of the record. A second delivery has the response of the first.

        Raises
        ------
        UnreachableError
            No response, or one that may be different later.
        RejectedError
            The request is wrong.
        """
        headers = {"content-type": "application/json"}
        if record:
            headers["record-id"] = record
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        status, content = self._exchange("POST", path, body, headers)
        if status // 100 == 2:
            return _decoded(content)
        text, rows = _problem(content)
        if status in _LATER or status >= 500:
            raise UnreachableError(f"{self.url}{path}: {status}: {text}")
        raise RejectedError(f"{path}: {status}: {text}", rows)

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = self._connection()
        self._under_way.add(connection)
        try:
            connection.request(method, self._path + path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"{self.url}: no response: {str(error) or type(error).__name__}") from None
        finally:
            self._under_way.discard(connection)
            connection.close()

    def abort(self) -> None:
        """End the requests of other threads: the end of the gateway waits for no response."""
        for connection in list(self._under_way):
            if (line := connection.sock) is not None:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
        return http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._tls)


def _decoded(content: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(content)
    except ValueError:
        decoded = None
    if not isinstance(decoded, dict):
        raise UnreachableError("the response is no JSON object: another server may listen at this address")
    return decoded


def _problem(content: bytes) -> tuple[str, frozenset[int]]:
    """Text and rows of a problem that the service describes."""
    try:
        problem = json.loads(content)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return content[:200].decode(errors="replace"), frozenset()
    errors = [one for one in problem.get("errors") or () if isinstance(one, dict)]
    first = errors[0] if errors else {}
    place = (
        f"{first.get('field', '')}: got {first.get('value')!r}: expected {first.get('expected', '')}" if first else ""
    )
    text = " ".join(part for part in (str(problem.get("detail", "")), place) if part)
    return text[:500], frozenset(one["row"] for one in errors if isinstance(one.get("row"), int))
