"""Whether a champion's seed names the same elements, defects and grades."""

from types import SimpleNamespace

import pytest

from registry.agreement import check_names
from registry.versions import RegistryError


def test_a_champion_of_the_same_seed_agrees(toy_quality_seed):
    assert check_names(SimpleNamespace(seed=toy_quality_seed), toy_quality_seed) is None


def test_other_grades_are_named_with_what_was_expected(toy_quality_seed):
    other = toy_quality_seed.model_copy(update={"grades": toy_quality_seed.grades[1:]})
    told = "^toy_lots: .* its grades are second, remelt; expected prime, second, remelt$"
    with pytest.raises(RegistryError, match=told):
        check_names(SimpleNamespace(seed=other), toy_quality_seed)


def test_a_champion_without_elements_and_defects_is_refused(toy_quality_seed, toy_seed):
    with pytest.raises(RegistryError, match=r"its elements are none; expected p, q, r$"):
        check_names(SimpleNamespace(seed=toy_seed), toy_quality_seed)
