"""Classes that a seed's process states, its physics at the seed's plant, and what is raised where one cannot be had."""

import copy
import importlib
import pkgutil
import sys
from types import ModuleType, SimpleNamespace

import pytest

import models.processes
from models.interfaces.energy import EnergyPhysics
from models.interfaces.process import ProcessModels
from models.interfaces.response import Response
from models.interfaces.schedule import SchedulePhysics
from models.processes import lookup
from models.processes.lookup import (
    energy_of,
    needed_physics_of,
    physics_of,
    process_of,
    process_of_type,
    response_of,
    schedule_of,
)
from seeds import Seed, load, load_all
from tests.suite.physics import physics_of_functions, state_process

FOLDERS = [module.name for module in pkgutil.iter_modules(models.processes.__path__) if module.ispkg]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_states_its_process_and_is_the_type_of_a_seed(folder: str) -> None:
    process = process_of_type(folder)
    assert isinstance(process, ProcessModels)
    assert folder in {seed.process_type for seed in load_all().values()}
    files = {file.name for file in pkgutil.iter_modules([f"{models.processes.__path__[0]}/{folder}"])}
    stated = {name for name in ("response", "energy", "schedule") if getattr(process, name) is not None}
    assert stated == files - {"physics"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_classes_leave_nothing_out_that_their_interface_asks_for(folder: str) -> None:
    process = process_of_type(folder)
    assert process is not None
    parts = ((process.response, Response), (process.energy, EnergyPhysics), (process.schedule, SchedulePhysics))
    for one, interface in parts:
        if one is not None:
            assert not one.__abstractmethods__
            constants = {name for name in interface.__annotations__ if name.isupper()}
            assert constants <= set(dir(one)), sorted(constants - set(dir(one)))


def test_parts_are_bound_to_the_physics_of_the_plant() -> None:
    seed = load("zinc_electrowinning")
    for part in (response_of(seed), energy_of(seed), schedule_of(seed)):
        assert part is not None
        assert part.physics == physics_of(seed)


def test_a_process_without_folder_has_nothing(toy_seed: Seed) -> None:
    for find in (process_of, physics_of, response_of, energy_of, schedule_of):
        assert find(toy_seed) is None


def test_a_part_that_a_process_does_not_state_is_none() -> None:
    seed = load("lead_refining")
    assert physics_of(seed) is not None
    assert schedule_of(seed) is None


@pytest.mark.parametrize("file", ["lookup", "causes", "refining"])
def test_a_file_beside_the_folders_is_no_process(file: str) -> None:
    importlib.import_module(f"models.processes.{file}")
    assert process_of_type(file) is None


@pytest.mark.parametrize("stated", [{}, {"PROCESS": ProcessModels}, {"PROCESS": SimpleNamespace(physics=None)}])
def test_a_folder_that_states_no_process_is_told(
    toy_seed: Seed, stated: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("models.processes.toy_cells")
    vars(module).update(stated, __path__=[])
    monkeypatch.setitem(sys.modules, module.__name__, module)
    expected = r"expected a models\.interfaces\.process\.ProcessModels$"
    with pytest.raises(TypeError, match=rf"^models\.processes\.toy_cells\.PROCESS: got .*: {expected}"):
        physics_of(toy_seed)


def test_physics_that_cannot_be_imported_is_told(toy_seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'missing_library'", name="missing_library")

    monkeypatch.setattr(lookup, "importlib", SimpleNamespace(import_module=broken))
    with pytest.raises(ModuleNotFoundError, match="missing_library"):
        physics_of(toy_seed)


def test_nothing_is_imported_once_a_process_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = load("zinc_electrowinning")
    assert process_of(seed) is not None
    monkeypatch.setattr(lookup, "importlib", None)
    assert needed_physics_of(seed).gives("derived")


@pytest.mark.parametrize("name", ["copper_cathode", "lead_refining"])
def test_physics_is_an_equal_one_when_it_is_copied(name: str) -> None:
    for find in (physics_of, needed_physics_of):
        physics = find(load(name))
        assert physics is not None
        other = copy.deepcopy(physics)
        assert other == physics
        assert other.FEATURES == physics.FEATURES


def test_physics_that_is_needed_and_absent_is_told(toy_seed: Seed) -> None:
    with pytest.raises(ValueError, match=r"process toy_cells has no folder models\.processes\.toy_cells"):
        needed_physics_of(toy_seed)


def test_physics_gives_what_its_class_computes_and_refuses_the_rest(
    toy_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    physics = physics_of_functions(contents=lambda columns: {"ag": columns["a"]})
    given = [
        name for name in ("first_principles", "derived", "contents", "class_scores", "money") if physics.gives(name)
    ]
    assert given == ["contents"]
    assert physics.contents({"a": 1.0}) == {"ag": 1.0}
    for call in (physics.first_principles, physics.class_scores):
        with pytest.raises(NotImplementedError, match=rf"^ToyPhysics does not give {call.__name__}$"):
            call({})
    for call, more in ((physics.derived, (0.0, {})), (physics.money, ({},))):
        with pytest.raises(NotImplementedError, match=rf"^ToyPhysics does not give {call.__name__}$"):
            call({}, *more)
    state_process(monkeypatch, "toy_cells", physics=type(physics))
    assert physics_of(toy_seed) == type(physics).of(toy_seed)
