"""Parts of a version that are learnt once beside all its candidates, as its files keep them."""

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
        """Process as it was when the model learnt."""

    @property
    def learnt(self) -> Mapping[str, Any]:
        """Parts that were learnt, by name."""

    @property
    def refusals(self) -> Mapping[str, str]:
        """Reasons why history taught nothing of a part, by its name."""


class Learning(ABC, Generic[L]):
    """A part that a version learns once; training fits it (`training.learnings`), its files keep it by this."""

    name: ClassVar[str]
    version: ClassVar[int] = 1  # of what `state` returns; `restored` reads it and all before

    @abstractmethod
    def state(self, learnt: L) -> Record:
        """Return what was learnt as JSON values, all but the seed."""

    @abstractmethod
    def restored(self, state: Record, version: int, seed: Seed) -> L:
        """Return what `state` of this version gave, for a model of this seed."""

    def bound(self, learnt: L, model: Any) -> Any:
        """Return what was learnt as requests use it; a part that needs its model is bound to it."""
        return learnt
