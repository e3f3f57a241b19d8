"""What became of lots, against values worked out by hand and exact bounds."""

import numpy as np
import pytest
from scipy.stats import binomtest

from models.interfaces.answers import Answer
from models.quality.decision import Costs, Decisions
from models.quality.grades import Limits
from models.quality.outcomes import AssayedLots, costs_of, covered, highest_share
from seeds import load_all

NAN = float("nan")
GRADED = {name: seed for name, seed in load_all().items() if seed.quality is not None}


def decided(*grades):
    return Decisions(np.array(grades, dtype=np.intp), np.zeros(len(grades)))


def test_an_interval_holds_a_content_below_a_limit_where_it_reaches_there():
    answer = Answer(np.full(6, 2.0), np.array([1.0, 1.0, 2.0, 0.4, 0.6, 0.5]), np.full(6, 3.0))
    assert covered(np.array([3.0, 3.1, 1.9, -0.5, -0.5, -0.5]), answer).tolist() == [
        True,
        False,
        False,
        True,
        False,
        True,
    ]


def test_costs_of_a_worked_example(toy_quality_seed):
    """Grades at 0, -40 and -150 $/t; an assay 6 $/t, a broken grade 300 $/t.

    A good lot released: 0. One that keeps the second released as prime: 300 - 40. A bad one assayed: 6. A good one
    downgraded: 40. One whose grade is unknown does not count. One that keeps the second released there: 0.
    """
    retained = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1], [NAN, 1, 1], [0, 1, 1]], dtype=float)
    result = costs_of(decided(0, 0, -1, 1, 0, 1), retained, Costs.of(toy_quality_seed))
    assert result["cost"] == pytest.approx((260 + 6 + 40) / 5, rel=1e-12)
    assert result["cost_assay_all"] == pytest.approx(6.0, rel=1e-12)
    assert result["cost_assay_none"] == pytest.approx((260 + 150 + 260) / 5, rel=1e-12)
    assert (result["released"], result["downgraded"], result["assayed_share"]) == pytest.approx((0.4, 0.4, 0.2))
    assert result["released_unassayed"] == 4
    assert result["false_release"] == 0.25
    assert result["false_release_high"] == pytest.approx(0.7514, abs=5e-5)  # tables of the exact bound for 1 of 4


def test_simple_rules_are_decisions_too(toy_quality_seed):
    costs, rng = Costs.of(toy_quality_seed), np.random.default_rng(6)
    within_grade = Limits.of(toy_quality_seed).kept(np.exp(rng.normal(1.4, 0.8, (200, 3))))
    all_assayed = costs_of(decided(*[-1] * 200), within_grade, costs)
    none_assayed = costs_of(decided(*[costs.intended] * 200), within_grade, costs)
    assert all_assayed["cost"] == pytest.approx(all_assayed["cost_assay_all"])
    assert none_assayed["cost"] == pytest.approx(none_assayed["cost_assay_none"])
    assert none_assayed["false_release"] == pytest.approx(1 - within_grade[:, costs.intended].mean())


def test_what_is_let_go_in_the_last_grade_breaks_nothing(toy_quality_seed):
    result = costs_of(decided(2, 2, 0), np.array([[0.0, 0, 1], [1, 1, 1], [1, 1, 1]]), Costs.of(toy_quality_seed))
    assert result["released_unassayed"] == 1
    assert result["false_release"] == 0.0
    assert result["downgraded"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", GRADED.values(), ids=GRADED.keys())
def test_no_decision_beats_the_oracle(seed):
    """Letting a lot go in a grade that it breaks costs more than the grades differ, in every seed."""
    costs, rng = Costs.of(seed), np.random.default_rng(7)
    typical = [np.log(element.typical.mean) for element in seed.elements]
    within_grade = Limits.of(seed).kept(np.exp(rng.normal(typical, 1.0, (500, len(typical)))))
    assert 0 < within_grade[:, costs.intended].mean() < 1
    for grade in range(-1, len(seed.grades)):
        for lot in within_grade:
            assert costs_of(decided(grade), lot[None], costs)["cost"] >= -1e-9
    random = costs_of(decided(*rng.integers(-1, len(seed.grades), 500)), within_grade, costs)
    assert 0 < min(random["cost_assay_all"], random["cost_assay_none"], random["cost"])


def test_nothing_let_go_has_no_share_of_broken_lots(toy_quality_seed):
    result = costs_of(decided(-1, -1), np.array([[1.0, 1, 1], [0, 0, 1]]), Costs.of(toy_quality_seed))
    assert result["released_unassayed"] == 0
    assert np.isnan(result["false_release"])
    assert np.isnan(result["false_release_high"])
    assert result["cost"] == pytest.approx(result["cost_assay_all"])


def test_lots_of_unknown_grades_alone_cost_nothing_that_is_known(toy_quality_seed):
    result = costs_of(decided(0, -1), np.array([[NAN, 1, 1], [NAN, NAN, 1]]), Costs.of(toy_quality_seed))
    assert result["released_unassayed"] == 0
    for name in ("cost", "cost_assay_none", "released", "downgraded", "assayed_share", "false_release"):
        assert np.isnan(result[name]), name


@pytest.mark.parametrize(("bad", "lots"), [(0, 299), (0, 1), (3, 200), (17, 18), (18, 18)])
def test_the_bound_on_a_share_is_the_exact_binomial_one(bad, lots):
    exact = binomtest(bad, lots, alternative="less").proportion_ci(0.95, method="exact").high
    assert highest_share(bad, lots) == pytest.approx(exact, rel=1e-9)


def test_no_bad_lot_among_299_shows_one_percent():
    assert highest_share(0, 299) < 0.01 < highest_share(0, 298)
    assert highest_share(5, 5) == 1.0
    assert np.isnan(highest_share(0, 0))


def test_lots_know_which_grades_they_keep_and_can_be_chosen_from(toy_quality_seed):
    """p at most 6 of the first grade, q at most 5 and both together at most 9; p at most 20 of the second."""
    reported = np.array([[5.0, 3.0, 1.0], [5.0, 4.5, 1.0], [21.0, 1.0, 1.0], [NAN, -5.0, 1.0]])
    lots = AssayedLots.of(toy_quality_seed, reported, np.array([[0.0], [1.0], [NAN], [0.0]]))
    np.testing.assert_array_equal(lots.kept, [[1, 1, 1], [0, 1, 1], [0, 0, 1], [NAN, NAN, 1]])
    subset = lots[np.array([True, False, True, False])]
    assert (subset.reported.tolist(), subset.kept.tolist()) == (reported[[0, 2]].tolist(), [[1, 1, 1], [0, 0, 1]])
    np.testing.assert_array_equal(subset.defects, [[0.0], [NAN]])


@pytest.mark.parametrize(("bad", "lots", "high"), [(0, 1, 0.95), (0, 2, 0.77639), (1, 2, 0.97468), (2, 3, 0.98305)])
def test_the_bound_on_a_share_of_few_lots_by_hand(bad, lots, high):
    """As many bad lots or fewer come with 5 %: 1 - s, (1 - s)², 1 - s² and 1 - s³ are 0.05."""
    expected = {(0, 1): 0.95, (0, 2): 1 - 0.05**0.5, (1, 2): 0.95**0.5, (2, 3): 0.95 ** (1 / 3)}
    assert highest_share(bad, lots) == pytest.approx(expected[bad, lots], rel=1e-9)
    assert highest_share(bad, lots) == pytest.approx(high, abs=1e-5)
    assert highest_share(1, 1) == 1.0
