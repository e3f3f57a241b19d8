"""Which module speaks for a process, and what is raised where it cannot be imported."""

from types import SimpleNamespace

import pytest

from models.processes import lookup
from models.processes.lookup import needed_physics_of, physics_of


def test_physics_of_a_process_without_module_is_none() -> None:
    assert physics_of("no_such_process") is None


def test_physics_that_cannot_be_imported_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'missing_library'", name="missing_library")

    monkeypatch.setattr(lookup, "importlib", SimpleNamespace(import_module=broken))
    with pytest.raises(ModuleNotFoundError, match="missing_library"):
        physics_of("toy_cells")


def test_physics_is_the_module_of_its_name() -> None:
    for find in (physics_of, needed_physics_of):
        found = find("copper_cathode")
        assert found is not None
        assert found.__name__ == "models.processes.copper_cathode"


def test_physics_that_is_needed_and_absent_is_told() -> None:
    with pytest.raises(ValueError, match=r"process nowhere has no module models\.processes\.nowhere"):
        needed_physics_of("nowhere")
