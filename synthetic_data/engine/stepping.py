"""A step of a plant's units as machine code: recorded once with the parameters in force, run on banks of rows."""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.machine import Machine
from synthetic_data.engine.tracing import Graph, Rows

State = TypeVar("State")
Step = Callable[[Any, Any, Any], Sequence[Any]]  # of the state, given rows and numbers

Banks = tuple[FloatArray, FloatArray, FloatArray]

WORTH = 500  # steps of a run from which machine code saves more than it takes to record and compile


def worth_while(steps: float) -> bool:
    """Whether a run of so many steps is made as machine code: where there is no llvmlite, NumPy gives the same."""
    return steps > WORTH and importlib.util.find_spec("llvmlite") is not None


class Stepper(Generic[State]):
    """Machine code of one step, for any number of units.

    Parameters
    ----------
    state : dataclass of arrays, shape (units,) or (rows, units)
        Tells names and shapes.
    given, scalars : int
        Rows and numbers that each step is given.
    step : callable
        Takes the state, given rows and scalars, moves the state on, and gives the rows that it leaves.
    """

    def __init__(self, state: State, given: int, scalars: int, step: Step) -> None:
        graph, symbols = Graph(), copy.copy(state)
        self._places: dict[str, Any] = {}
        first = 0
        for name, array in _arrays(state).items():
            count = 1 if array.ndim == 1 else len(array)
            rows = graph.rows("state", first, count)
            self._places[name] = first if array.ndim == 1 else slice(first, first + count)
            setattr(symbols, name, rows[0] if array.ndim == 1 else rows)
            first += count
        self._rows = first
        numbers = [graph.scalar(i) for i in range(scalars)]
        found = [graph.node(row) for row in step(symbols, graph.rows("given", 0, given), numbers)]
        left: list[int] = []
        for name in self._places:
            value = getattr(symbols, name)
            left += [graph.node(row) for row in (value if isinstance(value, Rows) else (value,))]
        self._found = len(found)
        self._machine = Machine(graph, left, found)

    def begin(self, state: State, given: FloatArray, scalars: FloatArray) -> Stretch:
        """A stretch of steps from a state, whose arrays become views of a new bank that the steps move on.

        Parameters
        ----------
        state
            Of the units.
        given : ndarray, shape (steps, rows, filled-up units)
            Rows of each step.
        scalars : ndarray, shape (steps, numbers)
            Numbers of each step.
        """
        bank = np.zeros((self._rows, given.shape[-1]))
        units = next(iter(_arrays(state).values())).shape[-1]
        views = {name: bank[place][..., :units] for name, place in self._places.items()}
        found = np.empty((len(given), self._found, given.shape[-1]))
        return Stretch(self._machine, state, views, bank, (given, found, scalars))


class Stretch:
    """Steps that follow each other.

    Attributes
    ----------
    found : ndarray, shape (steps, rows, filled-up units)
        What each step that was made left.
    """

    def __init__(
        self, machine: Machine, state: Any, views: dict[str, FloatArray], bank: FloatArray, given: Banks
    ) -> None:
        self._machine, self._state, self._views, self._units = machine, state, views, bank.shape[-1]
        self._bank, self._kept, self.found = bank.ctypes.data, given, given[1]
        self._banks = [(array.ctypes.data, array.strides[0]) for array in given]
        self.changed()

    def changed(self) -> None:
        """Take in arrays of the state that were put in the place of the bank's."""
        for name, view in self._views.items():
            array = getattr(self._state, name)
            if array is not view:
                view[...] = array
                setattr(self._state, name, view)

    def step(self, number: int) -> None:
        """Make a step."""
        given, found, scalars = (first + number * stride for first, stride in self._banks)
        self._machine.run(self._bank, given, found, scalars, self._units)


class PlainStretch:
    """The same steps by NumPy, array by array."""

    def __init__(self, step: Step, state: Any, given: FloatArray, scalars: FloatArray) -> None:
        self._step, self._state, self._given, self._scalars = step, state, given, scalars
        self._units = next(iter(_arrays(state).values())).shape[-1]
        self._found: list[FloatArray] = []

    def step(self, number: int) -> None:
        """Make a step."""
        rows = self._given[number, :, : self._units]
        self._found.append(np.stack(self._step(self._state, rows, self._scalars[number].tolist())))

    def changed(self) -> None:
        """Nothing to take in: steps work on the state's own arrays."""

    @property
    def found(self) -> FloatArray:
        """What each step that was made left, shape (steps, rows, units)."""
        return np.array(self._found)


def _arrays(state: Any) -> dict[str, FloatArray]:
    return {field.name: getattr(state, field.name) for field in fields(state)}
