"""Energy grades reached and distances, by the limits of the documents."""

import numpy as np
import pytest

from models.energy.grades import NormCompliance, Norms
from physics.arrays import FloatArray
from seeds import Norm, load


def norm(process: str, name: str) -> Norm:
    return next(one for one in load(process).norms if one.name == name)


def standing(norm: Norm, *ends: FloatArray) -> NormCompliance:
    """Where energies with their low and high ends stand under one norm."""
    (result,) = Norms([norm]).standings(np.array([ends]))
    return result


@pytest.fixture(scope="module")
def liquid() -> Norm:
    """GB 21346-2022 for liquid aluminium: 12,950, 13,000 and 13,350 kWh/t of alternating current."""
    return norm("aluminium_reduction", "gb_liquid_alternating")


@pytest.mark.parametrize(
    ("energy", "grade"),
    [(12000, "1"), (12950, "1"), (12950.1, "2"), (13000, "2"), (13001, "3"), (13350, "3"), (13350.5, None)],
)
def test_a_limit_itself_keeps_the_grade(liquid: Norm, energy: float, grade: str | None) -> None:
    one = np.array([energy], dtype=np.float64)
    assert standing(liquid, one, one, one).grade == [grade]


def test_distance_is_to_the_next_better_grade() -> None:
    copper = norm("copper_electrorefining", "gb_electrolysis")  # 70, 85 and 110 kgce/t
    value = np.array([60.0, 72.0, 100.0, 150.0, np.nan])
    result = standing(copper, value, value - 3, value + 30)
    assert result.grade == ["1", "2", "3", None, None]
    assert result.following == [None, "1", "2", "3", None]
    np.testing.assert_allclose(result.distance.value, [np.nan, 2, 15, 40, np.nan])
    # The interval of the distance is that of the energy; a negative end reaches into the better grade.
    np.testing.assert_allclose(result.distance.low, [np.nan, -1, 12, 37, np.nan])
    np.testing.assert_allclose(result.distance.high, [np.nan, 32, 45, 70, np.nan])
    assert result.best == ["1", "1", "3", None, None]
    assert result.worst == ["3", "3", None, None, None]


def test_grades_never_get_better_with_more_energy(liquid: Norm) -> None:
    (places,) = Norms([liquid]).reached(np.linspace(12000, 14000, 500)[None, None])
    assert (np.diff(places[0]) >= 0).all()
    assert set(places[0]) == {0, 1, 2, 3}


def test_norms_together_give_what_each_gives_alone() -> None:
    """Also where they have different numbers of grades, and where energy is not known."""
    norms = load("aluminium_reduction").norms
    assert len({len(norm.grades) for norm in norms}) > 1
    value = np.array([[12900.0, 13100, 13400, 15000, np.nan, np.inf, 1600, 1675, 1700, 2000]] * len(norms))
    energy = np.stack([value, value - 60, value + 400], axis=1)
    together = Norms(norms).standings(energy)
    for norm, ends, result in zip(norms, energy, together, strict=True):
        one = standing(norm, *ends)
        limits = [grade.at_most for grade in norm.grades]
        retained = [[grade.name for grade in norm.grades if at <= grade.at_most] for at in ends[0]]
        assert result.grade == one.grade == [names[0] if names else None for names in retained]
        assert (result.best, result.worst, result.following) == (one.best, one.worst, one.following)
        np.testing.assert_array_equal(result.distance, one.distance)
        better = [max((limit for limit in limits if at > limit), default=np.nan) for at in ends[0]]
        np.testing.assert_array_equal(result.distance.value, ends[0] - better)


def test_a_process_without_norms_stands_nowhere() -> None:
    assert Norms([]).standings(np.empty((0, 3, 2))) == []
