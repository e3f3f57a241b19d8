"""Types of the requests and responses of one operation of one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from operations.forms.fields import Record
from operations.forms.shapes import Shape
from seeds import Seed

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Form:
    """Requests and responses of an operation of one process: what checks a request also describes it.

    Attributes
    ----------
    seed : Seed
        The process.
    max_rows : int
        Most rows in one request.
    envelope : Shape
        A request around rows of any kind.
    request, answer : type
        The typed request and response as a whole, to describe them.
    example : dict
        A request that is accepted, to show.
    summary, description : str
        Title and text of the operation in OpenAPI.
    """

    seed: Seed
    max_rows: int
    envelope: Shape
    request: Any
    answer: Any
    example: Record
    summary: str
    description: str


def latest(make: Callable[[Seed, int], T]) -> Callable[[Seed, int], T]:
    """Keep the result for the latest seed, which several operations of a process have in common."""
    kept: list[tuple[Seed, int, T]] = []

    def made(seed: Seed, max_rows: int) -> T:
        for of, most, result in kept:
            if of is seed and most == max_rows:
                return result
        result = make(seed, max_rows)
        kept[:] = [(seed, max_rows, result)]
        return result

    return made
