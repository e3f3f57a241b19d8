"""Laws of the contents that physics predicts of lots; the processes are found, not listed.

Which way set-points take them stands in tests/levers/<process>.toml.
"""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from models.interfaces.physics import AnyPhysics
from models.processes.lookup import physics_of
from models.quality.grades import Limits
from seeds import Seed, load_all
from tests.models.processes.rows import typical

LEVERS = Path(__file__).parents[2] / "levers"
PHYSICS = {
    name: (seed, physics)
    for name, seed in load_all().items()
    if seed.quality is not None and (physics := physics_of(seed)) is not None and physics.gives("contents")
}
pytestmark = pytest.mark.parametrize(("seed", "physics"), PHYSICS.values(), ids=PHYSICS.keys())
ROWS = 50


def test_they_are_contents_of_elements_of_the_seed(seed: Seed, physics: AnyPhysics) -> None:
    contents = physics.contents(typical(seed, 200))
    assert contents
    assert set(contents) <= {element.name for element in seed.elements}
    for name, content in contents.items():
        assert content.shape == (200,), name
        assert content.dtype == np.float64, name
        assert (content > 0).mean() > 0.99, name


def test_near_the_typical_state_they_are_within_their_ranges(seed: Seed, physics: AnyPhysics) -> None:
    for name, content in physics.contents(typical(seed, ROWS, 0.3)).items():
        assert ((content > 0.0) & (content < seed.column(name).limits[1])).all(), name


def test_at_the_typical_state_they_are_of_the_typical_size(seed: Seed, physics: AnyPhysics) -> None:
    """Within a factor of five: first principles with nominal constants, before any factor is fitted.

    What is typically reported as the laboratory's limit lies anywhere below it.
    """
    for name, content in physics.contents(typical(seed)).items():
        statistics = seed.column(name).typical
        assert statistics is not None
        limit = seed.plant.parameters.get(f"limit_{name}") if seed.plant else None
        seen = limit is None or statistics.mean > 2.0 * limit.value
        assert (0.2 if seen else 0.0) < content[0] / statistics.mean < 5.0, name


def test_a_missing_input_leaves_out_the_contents_that_it_moves_and_no_others(seed: Seed, physics: AnyPhysics) -> None:
    columns = typical(seed, ROWS, 3.0)  # some of them strange, so that what counts there alone does
    whole, moving = physics.contents(columns), set()
    for name, values in columns.items():
        moved = physics.contents(columns | {name: np.roll(values, 1)})
        holed = physics.contents(columns | {name: np.full(ROWS, np.nan)})
        for element, content in whole.items():
            missing = np.isnan(holed[element])
            assert missing.all() == missing.any() == (moved[element] != content).any(), (name, element)
            assert missing.all() or np.array_equal(holed[element], content), (name, element)
            moving |= {name} if missing.all() else set()
    assert moving


def test_a_setpoint_moves_a_content_that_a_grade_bounds(seed: Seed, physics: AnyPhysics) -> None:
    """Else no move could be a remedy."""
    columns, limits = typical(seed), Limits.of(seed)
    bounded = {e.name for e, used in zip(seed.elements, limits.elements.any(axis=0), strict=True) if used}
    before, moving = physics.contents(columns), set()
    for setpoint in seed.by_role("setpoint"):
        after = physics.contents(columns | {setpoint.name: columns[setpoint.name] + (setpoint.step or 0.0)})
        moving |= {setpoint.name for name in bounded & set(after) if after[name][0] != before[name][0]}
    assert moving


def test_setpoints_take_them_the_right_way_and_readings_of_the_finished_lot_nowhere(
    seed: Seed, physics: AnyPhysics
) -> None:
    stated = tomllib.loads((LEVERS / f"{seed.process.name}.toml").read_text(encoding="utf-8"))
    columns = typical(seed, ROWS, 0.3)
    columns |= {name: np.full(ROWS, float(value)) for name, value in stated["physics"].get("at", {}).items()}
    before = physics.contents(columns)
    for lever in stated["levers"]:
        setpoint, ways = lever["setpoint"], lever.get("physics", {})
        after = physics.contents(columns | {setpoint: columns[setpoint] + lever["by"]})
        for name in ways.get("falls", ()):
            assert (after[name] < before[name]).all(), (setpoint, name)
        for name in ways.get("rises", ()):
            assert (after[name] > before[name]).all(), (setpoint, name)
        for name in ways.get("same", ()):
            assert np.array_equal(after[name], before[name]), (setpoint, name)
    for name in stated["physics"]["moves_nothing"]:
        after = physics.contents(columns | {name: columns[name] + 0.1 * seed.column(name).typical.sd})
        for element, content in after.items():
            assert np.array_equal(content, before[element]), (name, element)
