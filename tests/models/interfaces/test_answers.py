"""Answers, flags on inputs and what is kept of learnt inputs, against small cases worked out by hand."""

import numpy as np

from models.interfaces.answers import COVERAGE, EXAMPLES, Answer, flat, input_flags, learnt_inputs, rows_of

ANSWER = Answer(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]), np.array([4.0, 5.0, 6.0]))


def test_rows_of_an_answer_are_taken_of_all_three() -> None:
    subset = rows_of(ANSWER, np.array([2, 0]))
    assert [part.tolist() for part in subset] == [[3.0, 1.0], [2.0, 0.0], [6.0, 4.0]]
    assert [part.tolist() for part in rows_of(ANSWER, np.array([False, True, False]))] == [[2.0], [1.0], [5.0]]


def test_flat_columns_bear_the_quantity_and_the_end() -> None:
    columns = flat({"y": ANSWER})
    assert {name: column.tolist() for name, column in columns.items()} == {
        "y": [1.0, 2.0, 3.0],
        "y_low": [0.0, 1.0, 2.0],
        "y_high": [4.0, 5.0, 6.0],
    }


def test_flags_stand_at_the_row_and_name_the_input() -> None:
    X = np.array([[1.0, 5.0], [0.9, np.nan], [2.1, 6.5], [np.nan, 6.0]])
    ranges, needed = np.array([[1.0, 2.0], [5.0, 6.0]]), np.array([True, False])
    assert input_flags(X, ("a", "b"), ranges, needed) == [
        [],
        ["a outside training range"],
        ["a outside training range", "b outside training range"],
        ["a missing"],
    ]


def test_an_input_that_no_training_row_has_is_named_if_it_is_sent() -> None:
    X = np.array([[1.5, 5.0], [1.5, np.nan], [3.0, 5.0]])
    ranges, needed = np.array([[1.0, 2.0], [np.nan, np.nan]]), np.array([True, False])
    flags = input_flags(X, ("a", "b"), ranges, needed)
    unused = "b missing in all training rows: predicted without it"
    assert flags == [[unused], [], ["a outside training range", unused]]


def test_learnt_inputs_pass_over_gaps() -> None:
    X = np.column_stack([np.arange(9.0), np.full(9, np.nan), np.arange(9.0)])
    X[3, 2] = np.nan
    retained = learnt_inputs(X)
    np.testing.assert_array_equal(retained["ranges"], [[0, 8], [np.nan, np.nan], [0, 8]])
    assert retained["complete"].tolist() == [True, False, False]
    assert retained["examples"][:, 0].tolist() == [0, 1, 4, 6, 8]
    assert len(retained["examples"]) == EXAMPLES


def test_examples_are_spread_over_the_rows_that_miss_the_fewest_inputs() -> None:
    X = np.column_stack([np.arange(30.0), np.where(np.arange(30) % 3, np.nan, 1.0)])
    assert learnt_inputs(X)["examples"][:, 0].tolist() == [0, 6, 12, 18, 27]
    assert len(learnt_inputs(np.full((9, 2), np.nan))["examples"]) == EXAMPLES


def test_few_learnt_rows_are_all_examples() -> None:
    assert learnt_inputs(np.array([[1.0], [2.0]]))["examples"].tolist() == [[1.0], [2.0]]


def test_intervals_are_judged_at_nine_tenths() -> None:
    assert COVERAGE == 0.9
