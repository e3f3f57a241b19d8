"""Physics that a seed's process has, and what is raised where it cannot be imported."""

import copy
from types import SimpleNamespace

import pytest

from models.processes import lookup
from models.processes.lookup import needed_physics_of, physics_of
from seeds import Seed, load


def test_physics_of_a_process_without_module_is_none(toy_seed: Seed) -> None:
    assert physics_of(toy_seed) is None


def test_physics_that_cannot_be_imported_is_told(toy_seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'missing_library'", name="missing_library")

    monkeypatch.setattr(lookup, "importlib", SimpleNamespace(import_module=broken))
    with pytest.raises(ModuleNotFoundError, match="missing_library"):
        physics_of(toy_seed)


@pytest.mark.parametrize("name", ["copper_cathode", "lead_refining"])
def test_physics_is_an_equal_one_when_it_is_copied(name: str) -> None:
    for find in (physics_of, needed_physics_of):
        physics = find(load(name))
        assert physics is not None
        other = copy.deepcopy(physics)
        assert other == physics
        assert other.FEATURES == physics.FEATURES


def test_physics_that_is_needed_and_absent_is_told(toy_seed: Seed) -> None:
    with pytest.raises(ValueError, match=r"process toy_cells has no module models\.processes\.toy_cells\.physics"):
        needed_physics_of(toy_seed)
