"""Laws of the physics of every process; a new folder models/processes/<process>/ is tested by being there."""

import numpy as np
import pytest

from models.interfaces.physics import AnyPhysics
from models.processes.lookup import physics_of
from seeds import Seed, load_all
from seeds.format.units import is_unit
from tests.models.processes.rows import Recording, evaluated, locked, needed, typical

PHYSICS = {name: (seed, physics) for name, seed in load_all().items() if (physics := physics_of(seed))}
pytestmark = pytest.mark.parametrize(("seed", "physics"), PHYSICS.values(), ids=PHYSICS.keys())
ROWS, NEAR = 100, 0.3  # and how wide they lie, in standard deviations of the seed
NO_PIECES = ("aluminium_scrap", "heavy_scrap")


def fills_gaps(physics: AnyPhysics) -> bool:
    """Whether other signals stand in for one that a sorter's sensor lacks."""
    return physics.gives("class_scores")


def test_features_are_those_announced(seed: Seed, physics: AnyPhysics) -> None:
    names = [feature.name for feature in physics.FEATURES]
    assert sorted(physics.features(typical(seed))) == sorted(set(names)) == sorted(names)
    assert not set(names) & {column.name for column in seed.columns}
    for feature in physics.FEATURES:
        assert is_unit(feature.unit), feature.name
        assert feature.sign in (-1, 0, 1), feature.name
        assert feature.description, feature.name
        assert feature.span[0] < feature.span[1], feature.name


def test_causes_name_every_input_and_feature_once(seed: Seed, physics: AnyPhysics) -> None:
    named = [name for names in physics.CAUSES.values() for name in names]
    assert sorted(named) == sorted([*seed.input_names, *(feature.name for feature in physics.FEATURES)])


def test_all_that_is_said_of_typical_rows_is_finite_and_changes_no_input(seed: Seed, physics: AnyPhysics) -> None:
    for name, values in evaluated(seed, physics, locked(typical(seed, ROWS, NEAR))).items():
        assert values.shape == (ROWS,), name
        assert values.dtype == np.float64, name
        assert np.isfinite(values).all(), name


@pytest.mark.parametrize("end", [0, 1], ids=["low", "high"])
def test_all_that_is_said_of_rows_at_the_ends_of_the_ranges_is_finite(
    seed: Seed, physics: AnyPhysics, end: int
) -> None:
    # a piece of no area and no mass shows nothing: of these the least that lies on a belt
    part = 0.01 if end == 0 and seed.process.name in NO_PIECES else end
    columns = {
        column.name: np.array([(1 - part) * column.limits[0] + part * column.limits[1]]) for column in seed.inputs
    }
    for name, values in evaluated(seed, physics, columns).items():
        assert np.isfinite(values).all(), name


def test_a_row_does_not_depend_on_the_others(seed: Seed, physics: AnyPhysics) -> None:
    columns = typical(seed, 5, NEAR)
    together = evaluated(seed, physics, columns)
    for i in range(5):
        alone = evaluated(seed, physics, {name: values[i : i + 1] for name, values in columns.items()})
        for name, values in together.items():
            assert alone[name][0] == pytest.approx(values[i], rel=1e-9, abs=1e-12), name


def test_inputs_alone_are_read_and_each_that_is_read_is_needed(seed: Seed, physics: AnyPhysics) -> None:
    columns = Recording(typical(seed, 2, NEAR))
    evaluated(seed, physics, columns)
    assert columns.read <= set(seed.input_names)
    if not fills_gaps(physics):
        assert columns.read == needed(lambda rows: evaluated(seed, physics, rows), typical(seed, 2, NEAR))


def test_a_missing_input_leaves_a_gap_where_it_counts_in_its_own_row(seed: Seed, physics: AnyPhysics) -> None:
    columns = typical(seed, 2, NEAR)
    whole = evaluated(seed, physics, columns)
    for column in seed.inputs:
        values, step = columns[column.name], 0.01 * column.typical.sd
        with np.errstate(all="ignore"):
            holed = evaluated(seed, physics, columns | {column.name: np.array([np.nan, values[1]])})
        assert holed.keys() == whole.keys()
        assert all(one[1] == whole[name][1] for name, one in holed.items()), column.name
        if fills_gaps(physics):
            continue
        moved = evaluated(seed, physics, columns | {column.name: values + np.array([step, 0.0])})
        for name, one in holed.items():
            counts = moved[name][0] != whole[name][0]
            assert np.isnan(one[0]) or (not counts and one[0] == whole[name][0]), (column.name, name)
