"""Addresses of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request

OVERVIEW = "/"
PREFIX = "/dashboard/"
"""Beginning of the address of each page but the overview."""
SIGN_IN, SIGN_OUT, LANGUAGE = f"{PREFIX}sign-in", f"{PREFIX}sign-out", f"{PREFIX}language"
STREAM, ASSETS, PROCESSES = f"{PREFIX}stream", f"{PREFIX}assets", f"{PREFIX}processes"

PROCESS = f"{PROCESSES}/{{process}}"
UNIT, HEALTH, ASSET = f"{PROCESS}/unit", f"{PROCESS}/health", f"{ASSETS}/{{digest}}/{{name:path}}"
DECISIONS, DECIDE, JOBS, BATCHES = (f"{PROCESS}/{name}" for name in ("decisions", "decide", "jobs", "batches"))
"""Addresses with parameters in braces."""


def is_page(path: str) -> bool:
    """Return whether a path is the address of a page, or of a part of one."""
    return path == OVERVIEW or path.startswith(PREFIX)


def of_process(name: str, layer: str = "") -> str:
    """Address of the page of a process, and of a layer of its map."""
    return f"{PROCESSES}/{quote(name, safe='')}" + (f"?{urlencode({'layer': layer})}" if layer else "")


def of_unit(process: str, unit: str) -> str:
    """Address of the page of a unit; the name is a parameter, since proxies change slashes in paths."""
    return f"{PROCESSES}/{quote(process, safe='')}/unit?{urlencode({'name': unit})}"


def of_health(process: str) -> str:
    """Address of the page on the health of a process."""
    return f"{PROCESSES}/{quote(process, safe='')}/health"


def of_decisions(process: str) -> str:
    """Address of the page on decisions of users on a process."""
    return f"{PROCESSES}/{quote(process, safe='')}/decisions"


def of_decide(choice: Mapping[str, str], path: str = "") -> str:
    """Address of the form for a decision that leads back to a path; without one, its own address."""
    named = {name: value for name, value in choice.items() if name != "process" and value}
    query = f"?{urlencode({**named, 'next': path})}" if path else ""
    return f"{PROCESSES}/{quote(choice['process'], safe='')}/decide{query}"


def of_jobs(process: str) -> str:
    """Address to which forms on retraining jobs are sent."""
    return f"{PROCESSES}/{quote(process, safe='')}/jobs"


def of_batches(process: str) -> str:
    """Address to which forms on batches of outcomes are sent."""
    return f"{PROCESSES}/{quote(process, safe='')}/batches"


def of_stream(page: str, process: str = "", **more: str) -> str:
    """Address of the updates of a page."""
    return f"{STREAM}?{urlencode({'page': page, 'process': process, **more})}"


def of_sign_in(path: str) -> str:
    """Address of the sign-in form that leads back to a path."""
    return f"{SIGN_IN}?{urlencode({'next': path})}"


def of_request(request: Request) -> str:
    """Path of a request with its parameters."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def own_or_overview(path: str) -> str:
    """Return a path of this service, to which a form may lead; the overview for any other text."""
    return path if is_own(path) else OVERVIEW


def is_own(path: str) -> bool:
    """Return whether a text is a path of this service."""
    is_plain = path.isascii() and path.isprintable() and not {" ", "\\"} & set(path)
    return is_plain and path.startswith("/") and not path.startswith("//") and len(path) <= _LONGEST


_LONGEST = 4000
