"""Rows of a process's inputs, what its physics says of them, and which inputs that needs."""

from collections.abc import Callable

import numpy as np

from models.interfaces.physics import AnyPhysics
from models.interfaces.response import AnyResponse
from seeds import Seed

Columns = dict[str, np.ndarray]


class Recording(dict):  # type: ignore[type-arg]
    """Columns that remember which of them were read."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(columns)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> np.ndarray:
        self.read.add(name)
        return super().__getitem__(name)


def typical(seed: Seed, n: int = 1, spread: float = 1.0) -> Columns:
    """Inputs at their typical means, or with `n` rows about them, so many of their standard deviations wide."""
    rng, columns = np.random.default_rng(0), {}
    for column in seed.inputs:
        assert column.typical is not None
        around = column.typical.mean + spread * column.typical.sd * (rng.standard_normal(n) if n > 1 else np.zeros(1))
        columns[column.name] = np.clip(around, *column.limits)
    return columns


def locked(columns: Columns) -> Columns:
    """The same columns, which nobody can change."""
    for values in columns.values():
        values.flags.writeable = False
    return columns


def evaluated(seed: Seed, physics: AnyPhysics, columns: Columns) -> Columns:
    """What a process's physics says of rows, whatever it offers; one array of shape (n,) each."""
    result = {f"feature {name}": values for name, values in physics.features(columns).items()}
    if physics.gives("contents"):
        result |= {f"content of {name}": values for name, values in physics.contents(columns).items()}
    if physics.gives("first_principles"):
        result["first principles"] = physics.first_principles(columns)
    if physics.gives("derived"):
        assert seed.target.typical is not None
        target = locked({"target": np.full(len(result["first principles"]), seed.target.typical.mean)})["target"]
        economics = {name: quantity.value for name, quantity in seed.economics.items()}
        result |= {f"derived {name}": one for name, one in physics.derived(columns, target, economics).items()}
    if physics.gives("class_scores"):
        scores = physics.class_scores(columns).T
        result |= {f"score of {name}": one for name, one in zip(seed.classes, scores, strict=True)}
    return result


def needed(answer: Callable[[Columns], Columns], columns: Columns) -> set[str]:
    """Inputs without which something that is said of the first row is missing."""
    result = set()
    for name, values in columns.items():
        holed = columns | {name: np.concatenate([[np.nan], values[1:]])}
        with np.errstate(all="ignore"):
            if any(np.isnan(one[0]) for one in answer(holed).values()):
                result.add(name)
    return result


def read_before(seed: Seed, response: AnyResponse, line: dict[str, float]) -> tuple[Columns, set[str]]:
    """State that a response computes from usual values of a line, and the `before` columns that it reads for it."""
    numbers = [column for column in seed.columns if column.is_number]
    last = Recording({column.name: np.array([column.typical_value]) for column in numbers})
    coming = Recording({column.name: np.array([column.typical_value]) for column in seed.by_role("before")})
    plan = {column.name: np.array([column.typical_value]) for column in seed.by_role("setpoint")}
    state = response.state(response.hidden(last), plan, coming, line)
    return state, (last.read & {column.name for column in seed.by_role("before")}) | coming.read
