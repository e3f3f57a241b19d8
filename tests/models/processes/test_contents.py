"""Laws of the contents that physics tells of lots; the processes are found, not listed."""

from types import ModuleType

import numpy as np
import pytest

from models.processes.lookup import physics_of
from models.quality.grades import Limits
from seeds import Seed, load_all

PHYSICS = {
    name: (seed, physics)
    for name, seed in load_all().items()
    if seed.quality is not None and hasattr(physics := physics_of(name), "contents")
}
pytestmark = pytest.mark.parametrize(("seed", "physics"), PHYSICS.values(), ids=PHYSICS.keys())


def typical(seed: Seed, n: int = 1) -> dict[str, np.ndarray]:
    """Inputs at their typical means, or with `n` rows about them."""
    rng, columns = np.random.default_rng(0), {}
    for column in seed.inputs:
        assert column.typical is not None
        around = column.typical.mean + column.typical.sd * (rng.standard_normal(n) if n > 1 else np.zeros(1))
        columns[column.name] = np.clip(around, *column.limits)
    return columns


def test_they_are_contents_of_elements_of_the_seed(seed: Seed, physics: ModuleType) -> None:
    found = physics.contents(typical(seed, 200))
    assert found
    assert set(found) <= {element.name for element in seed.elements}
    for name, content in found.items():
        assert content.shape == (200,), name
        assert content.dtype == np.float64, name
        assert (content > 0).mean() > 0.99, name


def test_at_the_typical_state_they_are_of_the_typical_size(seed: Seed, physics: ModuleType) -> None:
    """Within a factor of five: first principles with nominal constants, before any factor is fitted.

    What is typically reported as the laboratory's limit lies anywhere below it.
    """
    for name, content in physics.contents(typical(seed)).items():
        told = seed.column(name).typical
        assert told is not None
        limit = seed.plant.parameters.get(f"limit_{name}") if seed.plant else None
        seen = limit is None or told.mean > 2.0 * limit.value
        assert (0.2 if seen else 0.0) < content[0] / told.mean < 5.0, name


def test_a_row_does_not_depend_on_the_others_and_nothing_is_mutated(seed: Seed, physics: ModuleType) -> None:
    columns = typical(seed, 20)
    for values in columns.values():
        values.flags.writeable = False
    together = physics.contents(columns)
    for i in range(20):
        alone = physics.contents({name: values[i : i + 1] for name, values in columns.items()})
        for name, content in together.items():
            assert alone[name][0] == pytest.approx(content[i], rel=1e-12), name


def test_a_missing_input_leaves_out_what_needs_it_in_its_own_row(seed: Seed, physics: ModuleType) -> None:
    columns = typical(seed, 2)
    whole = physics.contents(columns)
    needed = set()
    for name, values in columns.items():
        with np.errstate(all="ignore"):
            holed = physics.contents(columns | {name: np.array([np.nan, values[1]])})
        assert set(holed) == set(whole)
        for element, content in holed.items():
            assert content[1] == whole[element][1], (name, element)
            if np.isnan(content[0]):
                needed.add(name)
            else:
                assert content[0] == whole[element][0], (name, element)
    assert needed


def test_a_knob_moves_a_content_that_a_grade_bounds(seed: Seed, physics: ModuleType) -> None:
    """Else no move could be a remedy."""
    columns, limits = typical(seed), Limits.of(seed)
    bounded = {e.name for e, used in zip(seed.elements, limits.elements.any(axis=0), strict=True) if used}
    before, moving = physics.contents(columns), set()
    for knob in seed.by_role("knob"):
        after = physics.contents(columns | {knob.name: columns[knob.name] + (knob.step or 0.0)})
        moving |= {knob.name for name in bounded & set(after) if after[name][0] != before[name][0]}
    assert moving
