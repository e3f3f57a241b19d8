"""Connections as the limits on them see them: one from its accept, and one that speaks HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Protocol


class OpenConnection(Protocol):
    """A connection from its accept to its end."""

    @property
    def address(self) -> str:
        """Address of the client, or of the proxy that asks for it; empty where it has none."""

    @property
    def waits_since(self) -> float:
        """Time since when the service waits for the client [s].

        Each byte of a body moves it on, by the slowest pace that bodies may have; infinite while the service works on
        a request.
        """

    def make_room(self) -> None:
        """Close in favour of another."""

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer a problem where that is possible, and close."""


class HttpConnection(OpenConnection, Protocol):
    """A connection whose requests are read."""

    transport: Any

    @property
    def is_busy(self) -> bool:
        """Return whether a request is being answered."""

    def close(self) -> None:
        """Hang up."""
