"""The class of a process on its simulated plant: all that the engine requests of it, and how it is found."""

import re
import sys
import types
from pathlib import Path

import pandas as pd
import pytest

import seeds
from seeds.format.loader import parse
from synthetic_data import begin, economic_value, outcome, piece_mass, replay, simulate
from synthetic_data.engine import simulator as looked_up
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.parameters import ScalarParameters, ShareFloat
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import Simulator, simulator_of
from tests.synthetic_data.stated import SIMULATED, with_parameters

OFFERED = {  # method by the part of a seed that it is there for
    "begin": lambda seed: bool(seed.by_role("setpoint")),
    "economic_value": lambda seed: seed.process.task == "regression",
    "outcome": lambda seed: bool(seed.bins),
}


@pytest.mark.parametrize("process", SIMULATED)
def test_a_simulator_has_all_that_the_engine_needs(process):
    seed = seeds.load(process)
    simulator, plan = simulator_of(seed), plan_run(seed)
    assert simulator.block_units >= 1
    assert simulator.streams_together >= 1
    assert simulator.parameters
    assert simulator.steps(plan) >= plan.units
    assert len({simulator.unit_name(unit) for unit in range(plan.units)}) == plan.units


@pytest.mark.parametrize("process", SIMULATED)
@pytest.mark.parametrize("method", OFFERED)
def test_a_simulator_offers_what_its_seed_is_for_and_refuses_the_rest_by_name(process, method):
    seed = seeds.load(process)
    assert simulator_of(seed).offers(method) == OFFERED[method](seed)
    if OFFERED[method](seed):
        return
    lacking = {
        "begin": (lambda: begin(seed, units=2, years=0.01), "its plant has no set-points to step it with"),
        "economic_value": (lambda: economic_value(seed, pd.DataFrame()), "its simulator has no margin"),
        "outcome": (lambda: outcome(seed, pd.DataFrame(), [], 1), "its simulator has no outcome of decisions"),
    }
    request, words = lacking[method]
    with pytest.raises(SimulationError, match=rf"^{process}: {words}: expected a process "):
        request()
    if method == "outcome":
        with pytest.raises(SimulationError, match=rf"^{process}: {words}: expected a process that sorts pieces$"):
            piece_mass(seed, pd.DataFrame())


@pytest.mark.parametrize("process", [name for name in SIMULATED if OFFERED["begin"](seeds.load(name))])
def test_what_begins_is_a_block_of_the_interface(process):
    plan = plan_run(seeds.load(process), units=1, years=0.1)
    (place,) = simulator_of(plan.seed).blocks(plan)
    block = simulator_of(plan.seed).begin(plan, place)
    assert isinstance(block, RunningBlock)
    assert block.first < 0


# ---------------------------------------------------------------- found by the type of a seed's process


class ToyParameters(ScalarParameters):
    """Parameters of a toy."""

    share: ShareFloat


class Toy(Simulator):
    """A toy with no plant of its own."""

    block_units = 2
    parameters = (ToyParameters,)

    def unit_name(self, unit):
        """Name of a unit."""
        return f"T-{unit}"

    def seed_parameters(self, seed):
        """A parameter that a column states."""
        return {"named": ""}


def toy(monkeypatch, **content):
    module = types.ModuleType("synthetic_data.toy_works")
    vars(module).update(content)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    seed = seeds.load("copper_cathode")
    process = seed.process.model_copy(update={"name": "works", "type": "toy_works"})
    plant = seed.plant.model_copy(update={"parameters": {}, "regimes": []})
    return seed.model_copy(update={"process": process, "plant": plant})


def test_a_process_that_nothing_simulates_is_named(monkeypatch):
    seed = toy(monkeypatch)
    monkeypatch.delitem(sys.modules, "synthetic_data.toy_works")
    with pytest.raises(SimulationError, match=r"^works: no simulator called toy_works in synthetic_data$"):
        simulator_of(seed)


@pytest.mark.parametrize(
    ("content", "got"),
    [({}, "none"), ({"SIMULATOR": 3}, "3"), ({"SIMULATOR": Toy}, "<class .*Toy'>"), ({"simulator": Toy()}, "none")],
)
def test_a_module_without_a_simulator_is_named(monkeypatch, content, got):
    expected = (
        rf"^synthetic_data\.toy_works\.SIMULATOR: got {got}: "
        r"expected an object of a class derived from synthetic_data\.engine\.simulator\.Simulator$"
    )
    with pytest.raises(SimulationError, match=expected):
        simulator_of(toy(monkeypatch, **content))


def test_folders_of_plants_are_no_simulators():
    seed = seeds.load("copper_cathode")
    process = seed.process.model_copy(update={"type": "tankhouse"})
    with pytest.raises(SimulationError, match=r"^synthetic_data\.tankhouse\.SIMULATOR: got none: "):
        simulator_of(seed.model_copy(update={"process": process}))


def test_an_error_of_a_simulators_own_imports_is_not_hidden(monkeypatch, tmp_path):
    (tmp_path / "toy_works.py").write_text("import no_such_module\n", encoding="utf-8")
    seed = toy(monkeypatch)
    monkeypatch.delitem(sys.modules, "synthetic_data.toy_works")
    package = sys.modules["synthetic_data"]
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        simulator_of(seed)


def test_a_class_without_a_name_for_its_units_cannot_be_made():
    class Nameless(Simulator):
        """A simulator that lacks an abstract method."""

    with pytest.raises(TypeError, match="unit_name"):
        Nameless()


def test_a_class_states_its_parameters_and_the_check_is_that_of_all(monkeypatch):
    seed = toy(monkeypatch, SIMULATOR=Toy())
    with pytest.raises(SimulationError, match=r"^works: plant\.parameters: named, share missing: expected an entry"):
        plan_run(seed)
    like = seeds.load("copper_cathode").plant.parameters["bleed"]
    plant = seed.plant.model_copy(update={"parameters": {"named": like, "share": like}})
    seed = seed.model_copy(update={"plant": plant})
    with pytest.raises(SimulationError, match=r"^works: plant\.parameters\.share: got 2: expected 0 to 1$"):
        plan_run(with_parameters(seed, share=2.0))
    plan = plan_run(with_parameters(seed, share=0.5, named=-3.0), units=5)
    simulator = simulator_of(plan.seed)
    assert [(one.index, one.first, one.count) for one in simulator.blocks(plan)] == [(0, 0, 2), (1, 2, 2), (2, 4, 1)]
    assert simulator.steps(plan) == 5 * plan.periods
    with pytest.raises(SimulationError, match=r"^works: its plant has no set-points to step it with"):
        next(iter(simulator.rows(plan, simulator.blocks(plan)[0])))


# ---------------------------------------------------------------- what a seed's other sections must state


def without(seed, section, name):
    return seed.model_copy(
        update={section: {other: one for other, one in getattr(seed, section).items() if other != name}}
    )


def with_quantity(seed, section, name, **changes):
    stated = getattr(seed, section)
    return seed.model_copy(update={section: stated | {name: stated[name].model_copy(update=changes)}})


ECONOMICS = [(process, name) for process in SIMULATED for name in seeds.load(process).economics]


@pytest.mark.parametrize(("process", "name"), ECONOMICS)
def test_a_price_that_rows_need_is_missed_before_any_work_and_no_other_is(process, name, tmp_path):
    seed = seeds.load(process)
    broken, needed = without(seed, "economics", name), simulator_of(seed).economics.get(name)
    if needed is None:
        assert plan_run(broken, units=1).units == 1
        return
    expected = (
        f'{process}: economics.{name}: missing: expected {{ value = ..., unit = "{needed.unit}", source = "..." }}'
    )
    for run in (plan_run, begin, replay, lambda seed: simulate(seed, tmp_path / "plant")):
        with pytest.raises(SimulationError) as raised:
            run(broken)
        assert str(raised.value) == expected
    assert not (tmp_path / "plant").exists()
    with pytest.raises(SimulationError) as raised:
        plan_run(with_quantity(seed, "economics", name, unit="pcs"))
    assert str(raised.value) == f'{process}: economics.{name}: got unit "pcs": expected "{needed.unit}"'


@pytest.mark.parametrize("process", [name for name in SIMULATED if seeds.load(name).economics])
def test_rows_need_no_price_but_those_that_their_simulator_states(process):
    seed = seeds.load(process)
    needed = simulator_of(seed).economics
    alone = seed.model_copy(update={"economics": {name: seed.economics[name] for name in needed}})
    assert len(replay(alone, units=1, years=0.2).table) == len(replay(seed, units=1, years=0.2).table)


def test_a_limit_that_cannot_be_is_refused():
    seed = with_quantity(seeds.load("lead_refining"), "economics", "highest_bismuth", value=0.0)
    with pytest.raises(SimulationError, match=r"^lead_refining: economics\.highest_bismuth: got 0: expected above 0$"):
        plan_run(seed)


@pytest.mark.parametrize("process", SIMULATED)
def test_facts_of_a_simulator_are_those_that_its_seed_states(process):
    seed = seeds.load(process)
    assert simulator_of(seed).facts == {name: one.unit for name, one in seed.equipment.items()}


FACTS = [(process, name) for process in SIMULATED for name in seeds.load(process).equipment]


def with_line(process, name, change):
    """The seed with the line of a fact of [equipment] changed."""
    before, section = seeds.load(process).text.split("[equipment]\n")
    text, count = re.subn(rf"^{name} = .*\n", lambda line: change(line[0]), section, count=1, flags=re.MULTILINE)
    assert count == 1
    return parse(f"{before}[equipment]\n{text}", Path(f"{process}.toml"))


@pytest.mark.parametrize(("process", "name"), FACTS)
def test_a_fact_that_the_text_of_a_seed_lacks_is_named_in_its_section(process, name):
    unit = seeds.load(process).equipment[name].unit
    missing = f'{process}: equipment.{name}: missing: expected {{ value = ..., unit = "{unit}", source = "..." }}'
    referred = f"plant.parameters.{name}.fact: got '{name}': expected a fact of [equipment]"
    with pytest.raises(ValueError, match=name) as raised:
        plan_run(with_line(process, name, lambda line: ""))
    assert str(raised.value) == missing or referred in str(raised.value)
    with pytest.raises(SimulationError) as raised:
        plan_run(with_line(process, name, lambda line: line.replace(f'unit = "{unit}"', 'unit = "pcs"')))
    assert str(raised.value) == f'{process}: equipment.{name}: got unit "pcs": expected "{unit}"'


def test_one_function_imports_by_name():
    folder = Path(looked_up.__file__).parents[1]
    result = {path.relative_to(folder) for path in folder.rglob("*.py") if "import_module(" in path.read_text("utf-8")}
    assert result == {Path("engine/simulator.py")}
