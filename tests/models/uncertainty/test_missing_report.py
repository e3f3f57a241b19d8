"""Missing inputs of rows in the order of their cost."""

import numpy as np

from models.uncertainty.missing_report import CLASS_SET, INTERVAL, MissingReport, flagged, missing_reports

NAMES = tuple("abcdefgh")
COSTS = np.array([1.0, 1.5, 1.1, 2.0, 1.0, 1.2, 1.05, 1.0])
COUNTED = COSTS > 1


def test_the_costliest_inputs_are_named_first_and_the_others_counted() -> None:
    X = np.ones((4, 8))
    X[1, [0, 1, 2]] = np.nan
    X[2] = np.nan
    X[3, [0, 4]] = np.nan
    reports = missing_reports(
        X, NAMES, COUNTED, np.argsort(-COSTS, kind="stable"), np.array([1.0, 1.604, 3.0, 1.0]), INTERVAL
    )
    assert reports == [
        None,
        MissingReport(3, ("b", "c", "a"), 1.604, True),
        MissingReport(8, ("d", "b", "f", "c", "g"), 3.0, False),
        None,  # neither of its missing inputs counts
    ]


def test_a_ratio_that_a_text_shows_as_one_is_reported_only_of_a_row_without_any_input() -> None:
    X = np.ones((3, 8))
    X[:2, 3] = np.nan
    X[2] = np.nan
    reports = missing_reports(
        X, NAMES, COUNTED, np.argsort(-COSTS, kind="stable"), np.array([1.004, 1.006, 1]), INTERVAL
    )
    assert reports[0] is None
    assert reports[1] == MissingReport(1, ("d",), 1.006, True)
    assert reports[2] is not None
    assert not reports[2].any_measured


def test_a_flag_names_at_most_five_inputs_a_count_and_the_width() -> None:
    def flag(*names: str, count: int) -> str:
        return MissingReport(count, names, 1.604, True).flag

    assert flag("a", count=1) == "without a: interval 1.60 times as wide"
    assert flag("a", "b", "c", count=3) == "without a, b and c: interval 1.60 times as wide"
    assert flag(*"abcde", count=6) == "without a, b, c, d, e and 1 other: interval 1.60 times as wide"
    assert flag(*"abcde", count=21) == "without a, b, c, d, e and 16 others: interval 1.60 times as wide"
    nothing = MissingReport(8, tuple("abcde"), 2.3456, False)
    assert nothing.flag == "no input was given: interval 2.35 times as wide"
    of_class = MissingReport(1, ("a",), 1.604, True, CLASS_SET)
    assert of_class.flag == "without a: set of classes 1.60 times as large"


def test_flags_of_missing_inputs_stand_behind_those_that_are_there() -> None:
    report = MissingReport(1, ("a",), 2.0, True)
    assert flagged([["x"], []], [report, None]) == [["x", report.flag], []]
