"""Shared fits of a version, in addition to its candidates, and their storage by jobs."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from models.interfaces.learning import ModelWithParts
from training.core.dataset import Dataset
from training.core.splits import Split

L = TypeVar("L")
MOST_ROWS = 50_000
"""Rows that a part learns from; of a larger table it learns from whole units, drawn by name."""


class FittedPart(NamedTuple):
    """Fitted part, or the reason why it could not be fitted; neither if the seed does not request it."""

    learnt: Any = None
    refusal: str | None = None


@dataclass(frozen=True)
class PartRun:
    """Figures of a part that MLflow keeps in a run of their own, below the job's.

    Attributes
    ----------
    name : str
        Name of the run.
    metrics : Mapping of str to float
        Its metrics.
    params : Mapping of str to object
        Its parameters.
    tags : Mapping of str to str
        Its tags.
    """

    name: str
    metrics: Mapping[str, float]
    params: Mapping[str, object]
    tags: Mapping[str, str]


class PartFit(ABC, Generic[L]):
    """Fit of one part of a task's models; `models.learnings` keeps what it gives under the same name."""

    name: ClassVar[str]
    refuses_by: ClassVar[type[Exception]]  # what `fit` raises where history teaches nothing
    heading: ClassVar[str]  # of the model card's section
    none: ClassVar[str]  # start of its text if nothing was fitted

    @abstractmethod
    def is_asked(self, data: Dataset) -> bool:
        """Return whether the seed of a data set asks for the part."""

    @abstractmethod
    def fit(self, data: Dataset, parts: Split) -> L:
        """Learn the part; an error of `refuses_by` where history teaches nothing of it."""

    @abstractmethod
    def lines(self, part: L, model: Any, data: Dataset, parts: Split) -> list[str]:
        """Return the lines of the model card on a fitted part of a model."""

    def runs(self, part: L, data: Dataset, parts: Split) -> Iterable[PartRun]:
        """Return further metrics for MLflow, in addition to those of the candidates; none by default."""
        return ()

    def outcome(self, data: Dataset, parts: Split) -> FittedPart:
        """Learn the part, or say why there is none."""
        if not self.is_asked(data):
            return FittedPart()
        try:
            return FittedPart(self.fit(data, parts))
        except self.refuses_by as error:
            return FittedPart(refusal=str(error))

    def section(self, model: ModelWithParts, data: Dataset, parts: Split) -> list[str]:
        """Return the model card's section on the part; nothing where a model neither carries nor refuses it."""
        if self.name in model.learnt:
            return [f"## {self.heading}", "", *self.lines(model.learnt[self.name], model, data, parts)]
        if self.name in model.refusals:
            return [f"## {self.heading}", "", f"{self.none}: {model.refusals[self.name]}.", ""]
        return []
