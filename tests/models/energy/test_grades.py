"""Energy grades reached and distances, by the limits of the documents."""

import numpy as np
import pytest

from models.answers import Answer
from models.energy.grades import reached, standing
from seeds import Norm, load


def norm(process: str, name: str) -> Norm:
    return next(one for one in load(process).norms if one.name == name)


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
    assert standing(liquid, Answer(one, one, one)).grade == [grade]


def test_distance_is_to_the_next_better_grade() -> None:
    copper = norm("copper_electrorefining", "gb_electrolysis")  # 70, 85 and 110 kgce/t
    value = np.array([60.0, 72.0, 100.0, 150.0, np.nan])
    found = standing(copper, Answer(value, value - 3, value + 30))
    assert found.grade == ["1", "2", "3", None, None]
    assert found.following == [None, "1", "2", "3", None]
    np.testing.assert_allclose(found.distance.value, [np.nan, 2, 15, 40, np.nan])
    # The interval of the distance is that of the energy; a negative end reaches into the better grade.
    np.testing.assert_allclose(found.distance.low, [np.nan, -1, 12, 37, np.nan])
    np.testing.assert_allclose(found.distance.high, [np.nan, 32, 45, 70, np.nan])
    assert found.best == ["1", "1", "3", None, None]
    assert found.worst == ["3", "3", None, None, None]


def test_grades_never_get_better_with_more_energy(liquid: Norm) -> None:
    places = reached(liquid, np.linspace(12000, 14000, 500))
    assert (np.diff(places) >= 0).all()
    assert set(places) == {0, 1, 2, 3}
