"""Searches of MLflow, which gives what it finds in pages."""

from collections.abc import Callable, Iterator
from typing import Any


def all_pages(search: Callable[[str | None], Any]) -> Iterator[Any]:
    """Yield what a search finds, page after page."""
    token = None
    while token != "":
        page = search(token)
        yield from page
        token = page.token or ""
