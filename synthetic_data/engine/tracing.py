"""Recording what a step of a plant computes: symbols that stand for arrays of one value a unit, and the graph of them.

A step is written for NumPy arrays. Called once with symbols in their place it leaves a graph of all its operations,
which `machine` turns into one loop over the units. Nothing is decided by values while recording: a symbol that is asked
for its number or its truth raises TypeError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self, cast

import numpy as np

NUMBER, TRUTH = "number", "truth"
_TRUTHS = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"}
_TRUTHS |= {"isfinite", "logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or", "invert"}
_BITWISE = {"bitwise_and": "logical_and", "bitwise_or": "logical_or", "invert": "logical_not"}
# What arrays do for `x ** y` with these numbers in place of the general power.
_POWERS = {2.0: "square", 0.5: "sqrt", -1.0: "reciprocal", 1.0: "positive"}

Node = tuple[Any, ...]  # name of the operation, then the numbers of the nodes it takes, or its place in an input


class Graph:
    """Operations in the order in which they were recorded; the same operation on the same nodes is kept once.

    Attributes
    ----------
    nodes : list of Node
        `("row", bank, number)` and `("scalar", number)` are inputs, `("constant", number)` is one of `constants`, all
        else names an operation of NumPy.
    kinds : list of str
        NUMBER or TRUTH of each node.
    constants : list of float
        Numbers that the step was recorded with.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.kinds: list[str] = []
        self.constants: list[float] = []
        self._known: dict[Node, int] = {}
        self._constant: dict[int, int] = {}
        self._seen: list[Any] = []  # kept alive, so that no other object gets the identity of one

    def add(self, node: Node, kind: str = NUMBER) -> int:
        """Number of an operation."""
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
            self.kinds.append(kind)
        return self._known[node]

    def row(self, bank: str, number: int) -> Symbol:
        """One value a unit, given to each step."""
        return Symbol(self, self.add(("row", bank, number)))

    def rows(self, bank: str, first: int, count: int) -> Rows:
        """Neighbouring rows."""
        return Rows([self.row(bank, first + i) for i in range(count)])

    def scalar(self, number: int) -> Symbol:
        """One value for all units, given to each step."""
        return Symbol(self, self.add(("scalar", number)))

    def node(self, value: Any) -> int:
        """Number of a symbol's node, or of a constant's."""
        if isinstance(value, Symbol):
            return value.node
        number = np.asarray(value, dtype=np.float64)
        if number.size != 1:
            raise TypeError(f"an array of shape {number.shape} in a recorded step: expected it among the step's inputs")
        # By the object, not by its value: two that are equal in one regime and not in another leave the same graph.
        if id(value) not in self._constant:
            self._constant[id(value)] = len(self.constants)
            self.constants.append(float(number.reshape(())))
            self._seen.append(value)
        return self.add(("constant", self._constant[id(value)]))

    def number(self, node: int) -> int:
        """The node as a number: 1 where it is a truth that holds, else 0."""
        return node if self.kinds[node] == NUMBER else self.add(("as_number", node))

    def truth(self, node: int) -> int:
        """The node as a truth: whether it is not 0."""
        return node if self.kinds[node] == TRUTH else self.add(("not_equal", node, self.node(0.0)), TRUTH)

    def call(self, name: str, inputs: Sequence[Any]) -> Symbol:
        """Record an operation of NumPy on symbols and plain numbers."""
        if name == "power" and not isinstance(inputs[1], Symbol) and float(inputs[1]) in _POWERS:
            name, inputs = _POWERS[float(inputs[1])], inputs[:1]
        name = _BITWISE.get(name, name)
        nodes = [self.node(value) for value in inputs]
        if name.startswith("logical"):
            nodes = [self.truth(node) for node in nodes]
        elif name == "where":
            nodes = [self.truth(nodes[0]), *map(self.number, nodes[1:])]
        else:
            nodes = [self.number(node) for node in nodes]
        return Symbol(self, self.add((name, *nodes), TRUTH if name in _TRUTHS else NUMBER))


class _Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """What symbols and rows of them share: NumPy's functions are recorded in place of being computed."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method != "__call__" or options:
            raise TypeError(f"numpy.{ufunc.__name__}.{method} with {sorted(options)} cannot be recorded")
        return _elementwise(ufunc.__name__, inputs, None if out is None else out[0])

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, options: Any) -> Any:
        found = _FUNCTIONS.get(function)
        if found is None:
            raise TypeError(f"numpy.{function.__name__} cannot be recorded")
        return found(*args, **options)

    def __bool__(self) -> bool:
        raise TypeError("a recorded step cannot be decided by values: expected numpy.where")


class Symbol(_Recorded):
    """Stands for an array of shape (units,), or for a number that all units share."""

    def __init__(self, graph: Graph, node: int) -> None:
        self.graph, self.node = graph, node

    ndim = 1

    def copy(self) -> Symbol:
        """As of an array."""
        return Symbol(self.graph, self.node)

    def astype(self, kind: type) -> Symbol:
        """As of an array, to float64."""
        if np.dtype(kind) != np.float64:
            raise TypeError(f"{kind}: a recorded step holds float64 and truths")
        return Symbol(self.graph, self.graph.number(self.node))

    def __setitem__(self, where: Any, value: Any) -> None:
        if where != slice(None):
            raise TypeError("single units cannot be set in a recorded step")
        self.node = self.graph.node(value)


class Rows(_Recorded):
    """Stands for an array of shape (rows, units); as of an array, rows taken from it are views."""

    def __init__(self, symbols: Sequence[Symbol]) -> None:
        self.symbols = list(symbols)

    ndim = 2

    def __len__(self) -> int:
        return len(self.symbols)

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self.symbols)

    def __getitem__(self, where: Any) -> Any:
        return Rows(self.symbols[where]) if isinstance(where, slice) else self.symbols[where]

    def __setitem__(self, where: Any, value: Any) -> None:
        targets = self.symbols[where] if isinstance(where, slice) else [self.symbols[where]]
        for i, target in enumerate(targets):
            target[:] = _at(value, i)

    def copy(self) -> Self:
        """As of an array."""
        return type(self)([symbol.copy() for symbol in self.symbols])


def column(numbers: Sequence[Any]) -> Any:
    """Numbers below each other, shape (numbers, 1), or as symbols rows of them."""
    if isinstance(numbers[0], Symbol):
        return Rows(numbers)
    return np.array(numbers)[:, None]


def _at(value: Any, row: int) -> Any:
    """What of an operand meets a row: its own row, or what is the same for all."""
    if isinstance(value, Rows):
        return value.symbols[row]
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return value[row, 0] if value.shape[1] == 1 else value[row]
    return value


def _elementwise(name: str, inputs: Sequence[Any], out: Any) -> Any:
    symbol = next(value for value in (*inputs, out) if isinstance(value, _Recorded))
    graph = (symbol.symbols[0] if isinstance(symbol, Rows) else cast(Symbol, symbol)).graph
    counts = {len(value) for value in inputs if getattr(value, "ndim", 0) == 2}
    if not counts:
        found: Any = graph.call(name, inputs)
    elif len(counts) == 1:
        found = Rows([graph.call(name, [_at(value, i) for value in inputs]) for i in range(counts.pop())])
    else:
        raise TypeError(f"numpy.{name}: {sorted(counts)} rows do not go together")
    if out is None:
        return found
    out[:] = found
    return out


def _clip(value: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(value, low), high)


def _full_like(value: Any, number: float) -> Any:
    made = value.copy()
    made[:] = number
    return made


_FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.where: lambda *three: _elementwise("where", three, None),
    np.clip: _clip,
    np.round: lambda value: _elementwise("rint", (value,), None),  # to whole numbers alone
    np.stack: Rows,
    np.full_like: _full_like,
    np.zeros_like: lambda value: _full_like(value, 0.0),
    np.ones_like: lambda value: _full_like(value, 1.0),
}
