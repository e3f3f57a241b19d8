"""Whether a champion's seed names the same classes, bins, elements, defects and grades."""

import pytest

from registry.loading.agreement import check_names
from registry.versions import RegistryError


def test_a_champion_of_the_same_seed_agrees(toy_quality_seed):
    assert check_names(toy_quality_seed, toy_quality_seed) is None


def test_other_grades_are_named_with_what_was_expected(toy_quality_seed):
    other = toy_quality_seed.model_copy(update={"grades": toy_quality_seed.grades[1:]})
    message = "^toy_lots: .* its grades are second, remelt; expected prime, second, remelt$"
    with pytest.raises(RegistryError, match=message):
        check_names(other, toy_quality_seed)


def test_other_classes_and_bins_are_named_too(toy_sorting_seed, toy_quality_seed):
    fewer = toy_sorting_seed.model_copy(update={"bins": toy_sorting_seed.bins[1:]})
    with pytest.raises(RegistryError, match=r"its bins are bin_bc, rest; expected bin_a, bin_bc, rest$"):
        check_names(fewer, toy_sorting_seed)
    with pytest.raises(RegistryError, match=r"^toy_scrap: .* its classes are none; expected a, b, c, other$"):
        check_names(toy_quality_seed, toy_sorting_seed)


def test_a_champion_without_elements_and_defects_is_refused(toy_quality_seed, toy_seed):
    with pytest.raises(RegistryError, match=r"its elements are none; expected p, q, r$"):
        check_names(toy_seed, toy_quality_seed)
