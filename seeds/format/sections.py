"""TOML of seeds, section by section, as seeds of one type have most sections in common."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any

_BEFORE_HEADER = re.compile(r"^(?=\[)", re.MULTILINE)
_HEADER = re.compile(r"(\[\[?)([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\]\]?[ \t]*(?:#.*)?$", re.MULTILINE)
_MOST_KEPT = 8192  # sections that were parsed before; those of built-in seeds are 1200


class _UnusualError(ValueError):
    """A text whose sections cannot be parsed one by one."""


def parsed(text: str) -> dict[str, Any]:
    """Return what `tomllib.loads` gives; a section that was parsed before is not parsed again.

    Every section must be valid TOML on its own, so no text is cut within a value. A text with anything unusual, and one
    with an error, is parsed as a whole. Nothing in the result may be changed below its sections, which seeds share.

    Raises
    ------
    tomllib.TOMLDecodeError
        The text is no valid TOML.
    """
    try:
        return _joined(_BEFORE_HEADER.split(text))
    except (_UnusualError, tomllib.TOMLDecodeError):
        return tomllib.loads(text)


@lru_cache(maxsize=_MOST_KEPT)
def _section(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _joined(sections: list[str]) -> dict[str, Any]:
    whole = dict(_section(sections[0]))
    own: dict[int, Any] = {id(whole): whole}  # tables and lists of headers, to which other headers may add
    for text in sections[1:]:
        header = _HEADER.match(text)
        if header is None:
            raise _UnusualError
        body: Any = _section(text)
        *above, last = header[2].split(".")
        place: Any = whole
        for key in above:
            body, place = body[key], _inside(place, key, own)
        table = dict(body[last] if header[1] == "[" else body[last][0])
        if header[1] == "[" and last in place:
            raise _UnusualError
        if header[1] == "[":
            place[last] = table
        else:
            if last not in place:
                place[last] = []
                own[id(place[last])] = place[last]
            if id(place[last]) not in own or not isinstance(place[last], list):
                raise _UnusualError
            place[last].append(table)
        own[id(table)] = table
    return whole


def _inside(place: dict[str, Any], key: str, own: dict[int, Any]) -> Any:
    """Return the table of a key, or the last one of a list, which other headers may add to."""
    if key not in place:
        place[key] = {}
        own[id(place[key])] = place[key]
    inner = place[key]
    if isinstance(inner, list) and id(inner) in own:
        inner = inner[-1]
    if id(inner) not in own:
        raise _UnusualError
    return inner
