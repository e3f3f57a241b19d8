"""Recording a step: views as of arrays, nothing decided by values, what cannot be recorded is refused."""

import math

import numpy as np
import pytest

from synthetic_data.engine.tracing import Graph, Rows


@pytest.fixture
def graph() -> Graph:
    return Graph()


def test_the_same_operation_is_kept_once(graph: Graph) -> None:
    x = graph.row("given", 0)
    assert (np.exp(x) + 1.0).node == (np.exp(x) + 1.0).node
    assert [node[0] for node in graph.nodes] == ["row", "exp", "constant", "add"]


def test_rows_taken_from_rows_are_views(graph: Graph) -> None:
    rows = graph.rows("given", 0, 3)
    taken = rows[:2]
    taken += 1.0
    assert rows[0].node == (graph.row("given", 0) + 1.0).node
    assert rows[2].node == graph.row("given", 2).node
    kept = rows.copy()
    kept[2] = 0.0
    assert rows[2].node == graph.row("given", 2).node


def test_powers_are_those_that_arrays_take(graph: Graph) -> None:
    x = graph.row("given", 0)
    assert [graph.nodes[(x**power).node][0] for power in (2, 0.5, -1.0, 2.2)] == [
        "square", "sqrt", "reciprocal", "power",
    ]  # fmt: skip


@pytest.mark.parametrize("ask", [bool, float, math.exp, lambda x: x > 1.0 and x < 2.0])
def test_a_value_that_is_asked_for_is_refused(graph: Graph, ask) -> None:
    with pytest.raises(TypeError):
        ask(graph.row("given", 0))


@pytest.mark.parametrize(
    "step",
    [
        lambda x: np.add.reduce(x),
        lambda x: np.median(x),
        lambda x: x + np.arange(3.0),
        lambda x: x.astype(np.int64),
        lambda x: np.exp(x, where=x > 0.0),
    ],
)
def test_what_cannot_be_recorded_is_refused(graph: Graph, step) -> None:
    with pytest.raises(TypeError):
        step(graph.row("given", 0))


def test_rows_that_do_not_go_together_are_refused(graph: Graph) -> None:
    with pytest.raises(TypeError, match="rows do not go together"):
        graph.rows("given", 0, 3) + Rows([graph.row("given", 0)])
