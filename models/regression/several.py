"""A model of several numbers: one for each target, which answer together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy.typing as npt

from models.interfaces.answers import COVERAGE, Answer, flat
from models.online.received import Interval
from models.regression.model import RegressionModel
from models.regression.unit_history import UnitHistory
from models.table.inputs import input_names
from models.uncertainty.missing_report import MissingReport, flagged
from physics.arrays import FloatArray
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SeveralTargets:
    """Models of all targets of a process, which see the same inputs and nothing of each other.

    Parameters
    ----------
    seed : Seed
        Seed of the process at training time, with all its targets.
    models : Mapping of str to RegressionModel
        One a target, in the order of the seed; the seed of each has that target alone.
    examples : ndarray, shape (m, k)
        A few training rows, to prove that a copy of the models answers as the original.
    info : Mapping
        Where the models come from. JSON values only.
    """

    seed: Seed
    models: Mapping[str, RegressionModel]
    examples: FloatArray
    info: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = [column.name for column in self.seed.primaries]
        if list(self.models) != expected:
            raise ValueError(f"models: got {', '.join(self.models) or 'none'}, expected {', '.join(expected)}")

    @cached_property
    def candidate(self) -> str:
        """Names of the targets' candidates."""
        return names_of(model.candidate for model in self.models.values())

    @property
    def interval(self) -> dict[str, Interval]:
        """Interval that each target is answered with."""
        return {name: model.interval for name, model in self.models.items()}

    def with_all_outcomes(self) -> Self:
        """The same with the adaptive intervals of all targets; see `RegressionModel.with_all_outcomes`."""
        return replace(self, models={name: model.with_all_outcomes() for name, model in self.models.items()})

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of X's columns."""
        return input_names(self.seed)

    @property
    def first(self) -> RegressionModel:
        """Model of the first target, to which set-points, events and load refer."""
        return self.models[self.seed.target.name]

    @property
    def history(self) -> UnitHistory | None:
        """Inputs that describe the history of units, which are the same of all targets; None without any."""
        return self.first.history

    def inputs(self, table: pd.DataFrame) -> FloatArray:
        """Return the inputs of a table's rows, shape (n, k); see `RegressionModel.inputs`."""
        return self.first.inputs(table)

    @property
    def learnt(self) -> Mapping[str, Any]:
        """Parts fitted once for all candidates, by name: those of the first target."""
        return self.first.learnt

    @property
    def refusals(self) -> Mapping[str, str]:
        """Reasons for which a part could not be fitted, by its name."""
        return self.first.refusals

    def answer(self, X: FloatArray, coverage: float, factors: Mapping[str, float] | None = None) -> dict[str, Answer]:
        """Each target, and after it the quantities derived from it, as `RegressionModel.answer` gives them."""
        models = self.models.values()
        return {name: one for model in models for name, one in model.answer(X, coverage, factors).items()}

    @property
    def missing_costs(self) -> FloatArray | None:
        """Width of the first target's intervals without each input over that with all, shape (k,) [1]."""
        return self.first.missing_costs

    def missing_reports(self, X: FloatArray) -> list[MissingReport | None]:
        """Return the missing inputs of each row by the first target; see `RegressionModel.missing_reports`."""
        return self.first.missing_reports(X)

    def flags(
        self,
        X: FloatArray,
        answers: Mapping[str, Answer] | None = None,
        reports: Sequence[MissingReport | None] | None = None,
    ) -> list[list[str]]:
        """Return flags of each row over all targets, without duplicates; see `RegressionModel.flags`."""
        by_target = [model.own_flags(X, answers) for model in self.models.values()]
        own = [list(dict.fromkeys(_joined(rows))) for rows in zip(*by_target, strict=True)]
        return flagged(own, self.missing_reports(X) if reports is None else reports)

    def columns(self, X: FloatArray) -> dict[str, npt.NDArray[Any]]:
        """Return flat columns of n values: `<quantity>`, its `_low` and its `_high` at COVERAGE [its unit]."""
        return flat(self.answer(X, COVERAGE))


def _joined(lists: Iterable[list[str]]) -> Iterator[str]:
    for one in lists:
        yield from one


def names_of(candidates: Iterable[str]) -> str:
    """Names of one candidate a target as a text; the name itself where there is one target."""
    return ", ".join(candidates)


def together(seed: Seed, models: Mapping[str, RegressionModel], info: Mapping[str, Any]) -> SeveralTargets:
    """Return a model of all targets from their models, in the seed's order; examples of the first."""
    return SeveralTargets(seed, models, next(iter(models.values())).examples, dict(info))
