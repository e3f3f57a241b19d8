"""Parts of a version that are fitted once for all its candidates, and their stored form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from seeds import Seed

SETPOINTS, WARNINGS = "set-points", "warnings"
"""Names of parts: keys of a model's `learnt` and of its file."""

Record = dict[str, Any]
L = TypeVar("L")


class ModelWithParts(Protocol):
    """A model with the parts that it carries."""

    @property
    def seed(self) -> Seed:
        """Seed of the process at training time."""

    @property
    def learnt(self) -> Mapping[str, Any]:
        """Fitted parts, by name."""

    @property
    def refusals(self) -> Mapping[str, str]:
        """Reasons why history taught nothing of a part, by its name."""


class Learning(ABC, Generic[L]):
    """Part of a version fitted once by `training.learnings`, with its stored form."""

    name: ClassVar[str]
    version: ClassVar[int] = 1  # of what `state` returns; `restored` reads it and all before

    @abstractmethod
    def state(self, part: L) -> Record:
        """Return the fitted part as JSON values, all but the seed."""

    @abstractmethod
    def restored(self, state: Record, version: int, seed: Seed) -> L:
        """Return what `state` of this version gave, for a model of this seed."""

    def bound(self, part: L, model: Any) -> Any:
        """Return the fitted part for requests; a part that needs its model is bound to it."""
        return part
