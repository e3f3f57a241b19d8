"""Every range of practice that a seed states works at its low end, its middle and its high end."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest

from models.processes.lookup import physics_of
from models.table.contract import check
from models.table.inputs import by_name, medians
from seeds import Seed, load, load_all
from synthetic_data import replay
from synthetic_data.engine.plan import plant_of
from tests.models.processes.rows import typical
from tests.suite.practice_ranges import PracticeRange, by_topic, exceptions, of_inputs, of_parameters
from training.core.dataset import dataset_of

POSITIONS = (0.0, 0.5, 1.0)
SEEDS = load_all()
SIMULATED = [name for name, seed in SEEDS.items() if seed.plant is not None]
COMPUTED = [name for name, seed in SEEDS.items() if physics_of(seed) is not None]
UNITS, LOTS, YEARS = 4, 40, 0.5  # of the small plants of these tests

Ranges = Callable[[Seed], dict[str, PracticeRange]]
Numbers = dict[str, float]


def alone(process: str, ranges: Ranges) -> Iterator[Numbers]:
    """One number of a seed at a time, at each position of its range."""
    for name, one in ranges(load(process)).items():
        yield from ({name: one.at(position)} for position in POSITIONS)


def together(process: str, ranges: Ranges) -> Iterator[Numbers]:
    """All numbers of a topic at a time, at each position of their ranges."""
    of_seed = ranges(load(process))
    for members in by_topic(of_seed).values():
        yield from ({name: of_seed[name].at(position) for name in members} for position in POSITIONS)


def cases(processes: list[str], changes: Callable[[str, Ranges], Iterator[Numbers]], ranges: Ranges) -> list[object]:
    """Parameters of a test: process and changed numbers."""
    return [
        pytest.param(
            process, change, id=f"{process}-" + "-".join(f"{name}={value:g}" for name, value in change.items())
        )
        for process in processes
        for change in changes(process, ranges)
    ]


def changed(seed: Seed, numbers: Mapping[str, float]) -> Seed:
    """Return the seed with other values of the simulated plant."""
    plant = plant_of(seed)
    own = plant.parameters
    parameters = own | {name: own[name].model_copy(update={"value": value}) for name, value in numbers.items()}
    return seed.model_copy(update={"plant": plant.model_copy(update={"parameters": parameters})})


def impossible(seed: Seed, columns: Mapping[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """Lowest and highest value of each column that leaves the possible values; below detection counts as possible."""
    result = {}
    for column in seed.columns:
        if column.name not in columns or not column.is_number:
            continue
        values = np.asarray(columns[column.name], dtype=np.float64)
        low, high = column.limits
        below = (values < low) & ~(column.censored & (values < 0.0))
        if np.any(below | (values > high)):
            result[column.name] = float(np.nanmin(values)), float(np.nanmax(values))
    return result


def simulated(process: str, numbers: Mapping[str, float]) -> None:
    """Assert that a plant with other values has a history that keeps the contract, and possible true targets."""
    seed = load(process)
    run = replay(changed(seed, numbers), units=LOTS if seed.classes else UNITS, years=YEARS)
    data = dataset_of(check(run.table, seed), seed, run.truth)
    assert data.rejected.empty, data.rejected
    targets = {name: run.truth[name].to_numpy() for name in seed.targets if name in run.truth and not seed.classes}
    assert impossible(seed, targets) == {}
    assert all(np.isfinite(values).all() for values in targets.values())
    if physics_of(seed) is not None:
        filled = np.where(np.isnan(data.X), medians(data.X, [column.typical_value for column in seed.inputs]), data.X)
        computed(seed, by_name(filled, seed.input_names))


def computed(seed: Seed, inputs: Mapping[str, np.ndarray]) -> None:
    """Assert that first principles, derived targets and contents of inputs are possible values."""
    physics = physics_of(seed)
    assert physics is not None
    columns: dict[str, np.ndarray] = {}
    if physics.gives("contents"):
        columns |= physics.contents(inputs)
    if physics.gives("first_principles"):
        columns[seed.target.name] = physics.first_principles(inputs)
    if physics.gives("derived"):
        economics = {name: quantity.value for name, quantity in seed.economics.items()}
        columns |= physics.derived(inputs, columns[seed.target.name], economics)
    assert impossible(seed, columns) == {}


@pytest.mark.parametrize(("process", "numbers"), cases(SIMULATED, together, of_parameters))
def test_a_plant_works_at_the_ends_of_all_ranges_of_a_topic(process: str, numbers: Numbers) -> None:
    simulated(process, numbers)


@pytest.mark.long("simulates three plants a range")
@pytest.mark.parametrize(("process", "numbers"), cases(SIMULATED, alone, of_parameters))
def test_a_plant_works_at_the_ends_of_each_range(process: str, numbers: Numbers) -> None:
    simulated(process, numbers)


@pytest.mark.parametrize(
    ("process", "numbers"), cases(COMPUTED, alone, of_inputs) + cases(COMPUTED, together, of_inputs)
)
def test_physics_gives_possible_values_at_the_ends_of_inputs(process: str, numbers: Numbers) -> None:
    seed = load(process)
    computed(seed, typical(seed) | {name: np.array([value]) for name, value in numbers.items()})


def test_each_stated_range_contains_the_mean_over_plants() -> None:
    """A range of practice holds most plants of a type: its mean lies inside, a drawn plant may lie a little outside."""
    outside = [
        f"{process}.{name}: {mean:g} outside {one.low:g} to {one.high:g}"
        for process in SIMULATED
        for name, one in of_parameters(SEEDS[process]).items()
        if not one.low <= (mean := plant_of(SEEDS[process]).parameters[name].mean) <= one.high
    ]
    assert not outside, "\n".join(outside)


def test_each_exception_names_a_number_of_a_seed() -> None:
    for process, reasons in exceptions().items():
        seed = load(process)
        known = {column.name for column in seed.columns} | set(seed.plant.parameters if seed.plant else ())
        assert set(reasons) <= known, process
