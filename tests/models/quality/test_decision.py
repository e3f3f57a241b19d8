"""What is done with a lot: each action worked out by hand, and what it is worth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.quality.decision import ACTIONS, Costs, Decisions, decide, earned, oracle
from seeds import Seed

# $/t: an assay of 150 $ for 25 t, grades as in the toy seed.
COSTS = Costs(value=np.array([0.0, -40.0, -150.0]), assay=6.0, claim=300.0, intended=0)

SURE = [0.999, 1.0, 1.0], [0.999, 0.001, 0.0]
EVEN = [0.5, 0.99, 1.0], [0.5, 0.49, 0.01]
SECOND = [0.01, 0.999, 1.0], [0.01, 0.989, 0.001]
SPOILT = [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]


def one(lot: tuple[list[float], list[float]], threshold: float, costs: Costs = COSTS) -> tuple[int, float, str]:
    decided = decide(np.array([lot[0]]), np.array([lot[1]]), costs, threshold)
    action = ACTIONS[decided.actions(costs)[0]]
    return int(decided.grade[0]), float(decided.expected[0]), action


@pytest.mark.parametrize(
    ("lot", "threshold", "grade", "expected", "action"),
    [
        # 0 - 300 · 0.001 against 0.001 · -40 - 6 with an assay.
        (SURE, 0.5, 0, -0.3, "release"),
        # -150 released, -43 downgraded, 0.49 · -40 - 0.01 · 150 - 6 with an assay.
        (EVEN, 0.5, -1, -27.1, "laboratory"),
        # -297 released, -40 - 0.3 downgraded, 0.989 · -40 - 0.001 · 150 - 6 with an assay.
        (SECOND, 0.5, 1, -40.3, "downgrade"),
        # An assay can only show that it is left over.
        (SPOILT, 0.5, 2, -150.0, "downgrade"),
        # The guarantee forbids what would be best: next best is the laboratory.
        (SURE, 1e-4, -1, -6.04, "laboratory"),
        (SECOND, 1e-4, -1, -45.71, "laboratory"),
        # Without a promise that can be kept nothing is released but what is left over.
        (SURE, float("nan"), -1, -6.04, "laboratory"),
        (SPOILT, float("nan"), 2, -150.0, "downgrade"),
    ],
)
def test_each_action(
    lot: tuple[list[float], list[float]], threshold: float, grade: int, expected: float, action: str
) -> None:
    predictions = one(lot, threshold)
    assert predictions == (grade, pytest.approx(expected, rel=1e-9), action)


def test_costs_turn_decisions() -> None:
    assert one(EVEN, 0.5, replace(COSTS, assay=30.0))[0] == 1
    assert one(SURE, 0.5, replace(COSTS, claim=10_000.0))[0] == -1
    assert one(EVEN, 0.5, replace(COSTS, claim=10.0))[:2] == (0, pytest.approx(-5.0))


def test_a_grade_dearer_than_the_intended_one_is_a_release() -> None:
    costs = Costs(np.array([15.0, 0.0, -150.0]), 6.0, 300.0, intended=1)
    assert one(([0.999, 1.0, 1.0], [0.999, 0.001, 0.0]), 0.5, costs) == (0, pytest.approx(14.7), "release")
    assert one(([0.2, 1.0, 1.0], [0.2, 0.8, 0.0]), 0.5, costs) == (1, 0.0, "release")


def test_another_grade_of_the_same_value_is_a_release() -> None:
    costs = Costs(np.array([0.0, 0.0, -150.0]), 6.0, 300.0, intended=0)
    assert one(([0.2, 0.999, 1.0], [0.2, 0.799, 0.001]), 0.5, costs) == (1, pytest.approx(-0.3), "release")


def test_at_the_threshold_itself_a_lot_may_go() -> None:
    lot = ([0.75, 1.0, 1.0], [0.75, 0.25, 0.0])
    cheap = replace(COSTS, claim=20.0)
    assert one(lot, 0.25, cheap)[0] == 0
    assert one(lot, np.nextafter(0.25, 0), cheap)[0] != 0


def test_decisions_of_some_lots() -> None:
    decided = Decisions(np.array([0, -1, 2]), np.array([1.0, 2.0, 3.0]))
    subset = decided[np.array([2, 0])]
    assert (subset.grade.tolist(), subset.expected.tolist()) == ([2, 0], [3.0, 1.0])
    assert decided[np.array([False, True, False])].grade.tolist() == [-1]


def random_probabilities(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Lots whose grades lie in each other: what keeps a more valuable one keeps the cheaper as well."""
    best = rng.dirichlet([0.5, 0.3, 0.1], n)
    return np.cumsum(best, axis=1), best


def assayed(best: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What assays say of lots whose chances are right."""
    dearest = (rng.random((len(best), 1)) > np.cumsum(best, axis=1)[:, :-1]).sum(axis=1)
    return (np.arange(best.shape[1]) >= dearest[:, None]).astype(np.float64)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.6))
def test_no_allowed_action_is_worth_more(rng_seed: int, threshold: float) -> None:
    keeps, best = random_probabilities(np.random.default_rng(rng_seed), 50)
    decided = decide(keeps, best, COSTS, threshold)
    value = np.column_stack([COSTS.value - COSTS.claim * (1 - keeps), best @ COSTS.value - COSTS.assay])
    allowed = np.column_stack([1 - keeps <= threshold, np.ones(50, dtype=bool)])
    allowed[:, 2] = True
    np.testing.assert_allclose(decided.expected, np.where(allowed, value, -np.inf).max(axis=1), rtol=1e-12)
    taken = np.where(decided.grade < 0, 3, decided.grade)
    assert allowed[np.arange(50), taken].all()
    np.testing.assert_allclose(value[np.arange(50), taken], decided.expected, rtol=1e-12)


def test_what_is_expected_is_earned_on_average() -> None:
    rng = np.random.default_rng(0)
    keeps, best = random_probabilities(rng, 300)
    decided = decide(keeps, best, COSTS, 0.5)
    assert set(decided.grade.tolist()) >= {-1, 0, 1}
    brought = np.array([earned(decided, assayed(best, rng), COSTS) for _ in range(1000)])
    for grade in (-1, 0, 1):
        gap = (brought - decided.expected)[:, decided.grade == grade].mean(axis=1)
        assert abs(gap.mean()) <= 3 * gap.std() / np.sqrt(1000)


def test_an_oracle_dominates_and_decisions_beat_simple_rules() -> None:
    rng = np.random.default_rng(1)
    keeps, best = random_probabilities(rng, 5000)
    retained = assayed(best, rng)
    decided, known = decide(keeps, best, COSTS, 0.5), oracle(retained, COSTS)
    brought = earned(decided, retained, COSTS)
    # A claim costs more than the cheapest grade loses: to let a bad lot go is never worth it.
    assert (brought <= known).all()
    all_assayed = earned(Decisions(np.full(5000, -1), np.zeros(5000)), retained, COSTS)
    none_assayed = earned(Decisions(np.zeros(5000, dtype=np.intp), np.zeros(5000)), retained, COSTS)
    np.testing.assert_allclose(known - all_assayed, COSTS.assay, rtol=1e-12)
    assert brought.mean() > max(all_assayed.mean(), none_assayed.mean())


def test_what_was_earned_lot_by_lot() -> None:
    retained = np.array([[1, 1, 1], [0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1.0]])
    decided = Decisions(np.array([0, 0, -1, -1, 2]), np.zeros(5))
    np.testing.assert_array_equal(earned(decided, retained, COSTS), [0, -300, -46, -156, -150])
    np.testing.assert_array_equal(oracle(retained, COSTS), [0, -40, -40, -150, -150])


def test_where_the_assay_does_not_say_nothing_is_said() -> None:
    nan = np.nan
    retained = np.array([[nan, 1, 1], [1, nan, 1], [0, nan, 1], [nan, nan, 1]])
    np.testing.assert_array_equal(oracle(retained, COSTS), [nan, 0, nan, nan])
    everywhere = Decisions(np.array([0, 0, 0, 2]), np.zeros(4))
    np.testing.assert_array_equal(earned(everywhere, retained, COSTS), [nan, 0, -300, -150])
    np.testing.assert_array_equal(earned(Decisions(np.full(4, -1), np.zeros(4)), retained, COSTS), [nan, -6, nan, nan])


def test_costs_of_a_seed(toy_quality_seed: Seed) -> None:
    costs = Costs.of(toy_quality_seed)
    assert costs.value.tolist() == [0, -40, -150]
    assert (costs.assay, costs.claim, costs.intended) == (pytest.approx(150 / 25), 300, 0)


def test_where_an_assay_is_worth_no_more_a_lot_is_released() -> None:
    lot = ([0.0, 1.0, 1.0], [0.0, 1.0, 0.0])
    assert one(lot, 0.5, replace(COSTS, assay=0.0)) == (1, -40.0, "downgrade")
    assert one(lot, 0.5, replace(COSTS, assay=-0.5)) == (-1, -39.5, "laboratory")


def test_of_equal_grades_the_more_valuable_comes_first() -> None:
    """300 · 0.5 and 150 - 0: what breaks in half of the cases is worth as much as the last grade."""
    assert one(([0.5, 0.5, 1.0], [0.5, 0.0, 0.5]), 0.5, replace(COSTS, assay=900.0))[:2] == (0, -150.0)
