"""Pieces as a line decides them with least gains."""

from collections.abc import Callable
from typing import Any

import numpy as np

from models.sorting.setpoints.replay import raised


def test_a_least_gain_is_taken_off_what_a_piece_is_worth(toy: Callable[..., Any]) -> None:
    sorter = toy()
    X = np.array([[0.1, 0.9], [0.1, 0.7]])
    values = np.array([[2.0, -1.0, -3.0, -3.0], [0.4, 1.5, 1.2, -0.5], [0.3, 0.3, 0.3, 0.1]])
    pieces = sorter.pieces(sorter.seen(X), values)
    # They gain 0.9 · 1.7 - 0.1 · 3.1 = 1.22 $ and 0.7 · 1.7 - 0.3 · 3.1 = 0.26 $ in bin_a.
    assert sorter.line.wanted(pieces).tolist() == [0, 0]
    assert sorter.line.wanted(raised(pieces, np.array([0.3, 0.0, 0.0]))).tolist() == [0, 2]
