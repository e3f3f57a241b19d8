"""Grades of real standards, kept or broken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.quality.grades import Joined, Limits
from seeds import Seed

ELEMENTS = ("se", "te", "bi", "as", "pb", "ag")
# ppm; EN 1978:1998 Cu-CATH-1 with its group 1, and Cu-CATH-2 of GB/T 467-2010, for these elements.
CATHODE = Limits(
    names=("se", "te", "bi", "as", "pb", "ag", "se_te", "se_te_bi", "bi", "as", "pb"),
    elements=np.vstack([np.eye(6), [[1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0]], np.eye(6)[2:5]]),
    bound=np.array([2.0, 2.0, 2.0, 5.0, 5.0, 25.0, 3.0, 3.0, 5.0, 15.0, 20.0]),
    way=np.ones(11),
    grade=np.array([0] * 8 + [1] * 3),
    grades=3,
)
# wt%; EN 1179:2003 Z1: each element, and at least 99.995 % zinc.
ZINC = Limits(
    names=("pb", "cd", "fe", "sn", "cu", "al", "total"),
    elements=np.vstack([np.eye(6), np.ones(6)]),
    bound=np.array([0.003, 0.003, 0.002, 0.001, 0.001, 0.001, 0.005]),
    way=np.ones(7),
    grade=np.zeros(7, dtype=np.intp),
    grades=2,
)
# wt%; T/CPCIF 0169-2021, electrode powder of ternary cells I-2 and I-1: Ni + Co, Li at least, Mn, Cu at most.
POWDER = Limits(
    names=("ni_co", "li", "mn", "cu") * 2,
    elements=np.tile([[1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]], (2, 1)).astype(float),
    bound=np.array([35.0, 5.0, 18.0, 2.0, 16.0, 3.0, 15.0, 3.0]),
    way=np.array([-1.0, -1.0, 1.0, 1.0] * 2),
    grade=np.repeat([0, 1], 4),
    grades=3,
)


@pytest.mark.parametrize(
    ("lot", "retained"),
    [
        ((21.8, 7.3, 4.5, 6.8, 1.4), (0, 1, 1)),  # shredded cells of NMC622: too little for I-1
        ((30.0, 10.0, 5.5, 10.0, 1.0), (1, 1, 1)),  # cathode sheets alone
        ((25.0, 10.0, 5.0, 15.0, 2.0), (1, 1, 1)),  # each at its limit
        ((25.0, 9.9, 5.0, 15.0, 2.0), (0, 1, 1)),  # nickel and cobalt together below 35
        ((21.8, 7.3, 2.9, 6.8, 1.4), (0, 0, 1)),  # lithium washed out
        ((21.8, 7.3, -3.5, 6.8, 1.4), (0, 0, 1)),  # "below 3.5" does not say that there are 3
        ((21.8, 7.3, np.nan, 6.8, 1.4), (0, np.nan, 1)),
        ((21.8, 7.3, np.nan, 6.8, 3.1), (0, 0, 1)),  # copper breaks it whatever lithium is
        ((np.nan, 20.0, 4.0, 6.8, 1.4), (0, np.nan, 1)),
    ],
)
def test_electrode_powder_has_least_contents(lot: tuple[float, ...], retained: tuple[float, ...]) -> None:
    np.testing.assert_array_equal(POWDER.kept(np.array([lot])), [list(retained)])


def test_a_least_content_is_full_where_it_is_reached() -> None:
    lots = np.array([[12.0, 20.0, 6.0, 9.0, 1.0], [0.0, 0.0, 6.0, 9.0, 1.0]])
    np.testing.assert_allclose(POWDER.fullness(lots)[:, :2], [[35 / 32, 0.6], [np.inf, np.inf]])


@pytest.mark.parametrize(
    ("lot", "retained"),
    [
        ((0.3, 0.2, 0.2, 0.8, 0.9, 10.0), (1, 1, 1)),  # as cathodes are
        ((2.0, 0.5, 0.5, 5.0, 5.0, 25.0), (1, 1, 1)),  # each at its limit
        ((1.6, 1.6, 0.1, 0.8, 0.9, 10.0), (0, 1, 1)),  # each below 2, Se + Te above 3
        ((1.2, 1.2, 1.2, 0.8, 0.9, 10.0), (0, 1, 1)),  # Se + Te below 3, with Bi above
        ((0.3, 0.2, 0.2, 5.1, 0.9, 10.0), (0, 1, 1)),
        ((0.3, 0.2, 0.2, 16.0, 0.9, 10.0), (0, 0, 1)),
        ((0.3, 0.2, 0.2, 0.8, 0.9, 900.0), (0, 1, 1)),  # silver bounds the first alone
        ((0.1, 0.6, 2.3, 0.8, 0.9, 10.0), (0, 1, 1)),
    ],
)
def test_copper_cathodes(lot: tuple[float, ...], retained: tuple[int, ...]) -> None:
    assert CATHODE.kept(np.array([lot])).tolist() == [list(retained)]


def test_zinc_that_keeps_each_limit_may_break_their_sum() -> None:
    lots = np.array([[28, 10, 10, 3, 3, 3], [28, 5, 10, 2, 2, 2], [30, 30, 20, 10, 10, 10]]) / 1e4
    assert ZINC.kept(lots)[:, 0].tolist() == [0, 1, 0]


def test_a_sum_of_decimals_at_its_limit_keeps_it() -> None:
    tenths = np.random.default_rng(0).integers(1, 15, (2000, 2))
    lots = np.column_stack([tenths, 30 - tenths.sum(axis=1)]) / 10
    group = Limits(("group",), np.ones((1, 3)), np.array([3.0]), np.ones(1), np.array([0]), 2)
    assert group.values(lots).max() > 3.0  # in binary, as 0.1 + 2.7 + 0.2
    assert group.kept(lots)[:, 0].all()
    # A step of the last digit that a laboratory reports is no rounding.
    assert not group.kept(lots + np.array([1e-3, 0, 0]))[:, 0].any()


def test_fullness_is_that_of_the_fullest_limit() -> None:
    full = CATHODE.fullness(np.array([1.0, 0.5, 0.3, 4.0, 1.0, 5.0]))
    np.testing.assert_allclose(full, [4.0 / 5.0, 4.0 / 15.0, 0.0], rtol=1e-12)
    full = CATHODE.fullness(np.array([1.5, 0.9, 0.3, 4.0, 1.0, 5.0]))
    np.testing.assert_allclose(full[0], 2.7 / 3.0, rtol=1e-12)
    assert CATHODE.values(np.array([1.5, 0.9, 0.3, 4, 1, 5]))[7] == pytest.approx(2.7, rel=1e-12)


def test_fullness_takes_any_shape() -> None:
    contents = np.random.default_rng(0).uniform(0.1, 5, (4, 3, 6))
    full = CATHODE.fullness(contents)
    assert full.shape == (4, 3, 3)
    np.testing.assert_allclose(full[2, 1], CATHODE.fullness(contents[2, 1]), rtol=1e-12)


class TestUnknown:
    def test_what_an_unknown_content_may_break_cannot_be_said(self) -> None:
        lot = np.array([[0.3, np.nan, 0.2, 0.8, 0.9, 10.0]])
        np.testing.assert_array_equal(CATHODE.kept(lot), [[np.nan, 1, 1]])
        np.testing.assert_array_equal(CATHODE.fullness(lot)[0, [0, 2]], [np.nan, 0.0])

    def test_what_is_broken_already_can(self) -> None:
        lots = np.array([[0.3, np.nan, 0.2, 5.1, 0.9, 10.0], [1.6, np.nan, 1.6, 0.8, np.nan, 10.0]])
        np.testing.assert_array_equal(CATHODE.kept(lots), [[0, 1, 1], [0, np.nan, 1]])

    def test_nothing_reported_keeps_the_last_grade_alone_for_sure(self) -> None:
        np.testing.assert_array_equal(CATHODE.kept(np.full((1, 6), np.nan)), [[np.nan, np.nan, 1]])


def test_a_content_below_the_laboratorys_limit_counts_with_that_limit() -> None:
    lots = np.array([[-0.5, -0.5, -0.5, 0.8, 0.9, 10.0], [-2.0, -2.0, 0.2, 0.8, 0.9, 10.0]])
    assert CATHODE.kept(lots)[:, 0].tolist() == [1, 0]


@given(st.lists(st.floats(0.01, 30), min_size=6, max_size=6), st.integers(0, 5), st.floats(1.0, 10.0))
def test_a_dirtier_lot_never_keeps_more(lot: list[float], element: int, factor: float) -> None:
    clean, dirty = np.array([lot]), np.array([lot])
    dirty[0, element] *= factor
    assert (CATHODE.kept(dirty) <= CATHODE.kept(clean)).all()


def test_limits_of_a_seed(toy_quality_seed: Seed) -> None:
    limits = Limits.of(toy_quality_seed)
    assert limits.names == ("p", "q", "p_and_q", "p")
    assert limits.bound.tolist() == [6, 5, 9, 20]
    assert limits.grade.tolist() == [0, 0, 0, 1]
    assert limits.elements.tolist() == [[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert limits.grades == 3
    assert limits.of_grade(0).tolist() == [0, 1, 2]
    assert limits.of_grade(2).tolist() == []
    # r is bounded by no grade, so it may be unknown or whatever it likes.
    lots = np.array([[5.0, 4.0, np.nan], [5.0, 4.5, 900.0], [25.0, 0.1, 0.1]])
    np.testing.assert_array_equal(limits.kept(lots), [[1, 1, 1], [0, 1, 1], [0, 0, 1]])


def test_rounding_breaks_no_limit() -> None:
    """0.1 and 0.2 are 0.30000000000000004 in binary; a billionth above the limit is let through, two are not."""
    limits = Limits(("sum",), np.array([[1.0, 1.0]]), np.array([0.3]), np.ones(1), np.array([0]), 2)
    reported = np.array([[0.1, 0.2], [0.1, 0.2 + 0.29e-9], [0.1, 0.2 + 0.32e-9], [-0.1, -0.2], [-0.1, 0.3]])
    assert limits.kept(reported).tolist() == [[1.0, 1.0], [1.0, 1.0], [0.0, 1.0], [1.0, 1.0], [0.0, 1.0]]


def test_the_fullest_limit_of_each_grade_by_hand() -> None:
    limits = Limits(
        ("a", "b", "both", "a"),
        np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]),
        np.array([4.0, 2.0, 5.0, 8.0]),
        np.ones(4),
        np.array([0, 0, 0, 1]),
        3,
    )
    assert [limits.of_grade(grade).tolist() for grade in range(3)] == [[0, 1, 2], [3], []]
    contents = np.array([[2.0, 1.5], [6.0, 0.0], [np.nan, 1.0], [2.0, np.nan]])
    np.testing.assert_array_equal(limits.values(contents[:2]), [[2.0, 1.5, 3.5, 2.0], [6.0, 0.0, 6.0, 6.0]])
    np.testing.assert_array_equal(
        limits.fullness(contents), [[0.75, 0.25, 0], [1.5, 0.75, 0], [np.nan, np.nan, 0], [np.nan, 0.25, 0]]
    )


@given(st.lists(st.lists(st.sampled_from([1.0, 2.0, 5.0, np.inf]), min_size=6, max_size=6), min_size=1, max_size=5))
def test_what_grades_share_is_joined_once_and_gives_the_fullest_limit_of_each(highest: list[list[float]]) -> None:
    by_grade = np.array(highest)
    by_grade[np.isinf(by_grade).all(axis=1), 0] = 3.0  # a grade has a limit
    joined = Joined.of(by_grade)
    logs = [*np.random.default_rng(1).normal(size=6)]
    for one, other in joined.pairs:
        logs.append(max(logs[one], logs[other]))
    plain = (np.array(logs[:6]) - np.log(by_grade)).max(axis=1)
    result = [max(logs[row] - limit for row, limit in own) for own in joined.of_grade]
    np.testing.assert_allclose(result, plain, rtol=1e-12)
    for own, limits in zip(joined.of_grade, by_grade, strict=True):
        assert len(own) == len(set(limits[np.isfinite(limits)]))  # a limit counts once, whatever it bounds


def test_grades_that_limit_the_same_things_alike_are_joined_in_as_few_steps_as_one() -> None:
    alone = Joined.of(np.array([[3.0, 3.0, 3.0, 1.0]]))
    both = Joined.of(np.array([[3.0, 3.0, 3.0, 1.0], [9.0, 9.0, 9.0, np.inf]]))
    assert both.pairs == alone.pairs
    assert len(alone.pairs) == 2
    np.testing.assert_allclose([limit for own in both.of_grade for _, limit in own], np.log([3.0, 1.0, 9.0]))
