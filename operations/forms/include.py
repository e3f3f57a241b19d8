"""Words of `include`: parts of a response to predictions that it has only if the request names them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from operations.forms.fields import Record

INCLUDE = "include"
FOLLOWED = "followed"  # in a request that was read: whether rows of the same request follow


def include_field(words: Mapping[str, str]) -> Any:
    """Type of the field of a request that names parts of the response.

    Parameters
    ----------
    words : Mapping of str to str
        Description of each part by its word.
    """
    kind: Any = Literal[tuple(words)]
    listed = "; ".join(f"`{word}`: {about}" for word, about in words.items())
    about = f"parts of the response that it has only if they are named. {listed}"
    examples = [[next(iter(words))]]
    return Annotated[list[kind], Field(default=[], max_length=len(words), description=about, examples=examples)]


def includes(request: Mapping[str, Any], word: str) -> bool:
    """Return whether a request that was read names a part."""
    return word in request.get(INCLUDE, ())


def only_with(kind: Any, word: str, about: str | None = None) -> Any:
    """Return the type of a field that is present only if a request names a word."""
    present = f"present only with `{word}` in `{INCLUDE}`"
    return NotRequired[Annotated[kind, Field(description=present if about is None else f"{about}; {present}")]]


def named_words(given: Any) -> Any:
    """Return the words of a text with commas between them, as addresses have it; anything else unchanged."""
    return [one.strip() for one in given.split(",") if one.strip()] if isinstance(given, str) else given


def without(request: Record, words: Collection[str]) -> Record:
    """Return a request that was read, without some words."""
    return request | {INCLUDE: [one for one in request.get(INCLUDE, ()) if one not in words]}
