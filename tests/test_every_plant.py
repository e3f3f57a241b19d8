"""Behaviours that every simulated plant shows; a new seed with a [plant] is tested by being there."""

import json
from datetime import timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest

from models.processes.lookup import needed_physics_of
from models.table.contract import check
from seeds import load, names
from synthetic_data import another_plant, replay, simulate
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.simulator import simulator_of
from tests.suite.processes import each
from training.core.dataset import read

ROWS = 5600  # some periods are those of a plant that stands still
SIMULATED = [name for name in names() if load(name).plant is not None]
EACH = pytest.mark.parametrize("name", each(SIMULATED, "simulates a plant"))


@EACH
def test_bytes_do_not_depend_on_the_workers(name, tmp_path):
    seed = load(name)
    files = ("table.parquet", "truth.parquet", "events.parquet", "simulation.json")
    units = 2 * simulator_of(seed).blocks(plan_run(seed, units=100_000))[0].count + 1
    for workers in (1, 2, 4):
        simulate(seed, tmp_path / str(workers), units=units, years=0.25, workers=workers)
    for file in files:
        alone = (tmp_path / "1" / file).read_bytes()
        assert alone == (tmp_path / "2" / file).read_bytes() == (tmp_path / "4" / file).read_bytes()


@EACH
def test_a_plant_streams_and_keeps_its_truth_apart(name, tmp_path):
    seed = load(name)
    units = simulator_of(seed).blocks(plan_run(seed, units=100_000))[0].count + 1  # more than are stepped side by side
    simulate(seed, tmp_path, units=units, years=0.25)
    table, truth = pq.ParquetFile(tmp_path / "table.parquet"), pq.ParquetFile(tmp_path / "truth.parquet")
    assert table.num_row_groups > 1
    assert table.metadata.num_rows == truth.metadata.num_rows
    made = {column.name for column in seed.columns if column.is_made}
    assert set(table.schema_arrow.names) == {column.name for column in seed.columns} - made
    target = seed.elements[0].name if seed.classes else seed.target.name
    measured = table.read().column(target).to_numpy()
    real = truth.read().column(target).to_numpy()
    assert np.isfinite(real).all()
    assert not (measured == real).any()
    if seed.classes:
        assert set(truth.read().column(seed.target.name).to_pylist()) == set(seed.classes)


@EACH
def test_a_simulated_plant_keeps_the_contract(name, tmp_path):
    seed = load(name)
    simulate(seed, tmp_path, years=1)
    data = read(tmp_path, seed)
    assert data.rejected_rows == 0
    assert data.truth is not None


@EACH
def test_another_plant_differs_where_its_seed_says_so(name):
    seed = load(name)
    other, again = another_plant(seed, 91), another_plant(seed, 91)
    assert other.plant == again.plant
    assert other.plant.rng_seed == 91
    for parameter, one in other.plant.parameters.items():
        own = seed.plant.parameters[parameter]
        assert (one.value == own.value) == (own.spread is None or own.value == 0), parameter
    spread = [parameter for parameter in seed.plant.parameters.values() if parameter.spread is not None]
    assert spread
    units = 20 if seed.classes else seed.plant.units
    assert len(replay(other, units=units, years=0.25).table) > 0


@pytest.mark.parametrize("number", [1, 2, 3])
@EACH
def test_another_plant_is_simulated_by_its_number(name, number, tmp_path):
    """Its parameters are drawn anew and listed; the random numbers of its number alone give the same plant no more."""
    seed = load(name)
    size = {"units": 20 if seed.classes else seed.plant.units, "years": 0.25}
    other = another_plant(seed, number)
    runs = {"another": (seed, {"another": number}), "drawn": (other, {}), "numbers": (seed, {"rng_seed": number})}
    for folder, (plant, options) in runs.items():
        simulate(plant, tmp_path / folder, **size, **options)
    tables = {folder: (tmp_path / folder / "table.parquet").read_bytes() for folder in runs}
    assert tables["another"] == tables["drawn"] != tables["numbers"]
    manifest = json.loads((tmp_path / "another" / "simulation.json").read_text(encoding="utf-8"))
    assert (manifest["another"], manifest["rng_seed"]) == (number, number)
    stated, drawn = ({parameter: one.value for parameter, one in it.plant.parameters.items()} for it in (seed, other))
    assert manifest["drawn"].keys() == {parameter for parameter in stated if drawn[parameter] != stated[parameter]}
    for parameter, one in manifest["drawn"].items():
        assert (one["stated"], one["drawn"]) == (stated[parameter], drawn[parameter])


@EACH
@pytest.mark.parametrize("rng_seed", [None, *each((2, 3, 4), "simulates another plant", ())])
def test_every_feature_lies_in_its_span(name, rng_seed):
    seed = load(name) if rng_seed is None else another_plant(load(name), rng_seed)
    years = ROWS / seed.plant.units * (seed.period / timedelta(days=365.25))
    table = replay(seed, units=42).table if seed.classes else check(replay(seed, years=years).table, seed).table
    assert len(table) >= 5000
    physics = needed_physics_of(load(name))
    inputs = {column.name: table[column.name].to_numpy() for column in seed.inputs if column.name in table}
    censored = {column.name for column in seed.inputs if column.censored}  # models see the limit itself
    features = physics.features(
        {name: np.abs(values) if name in censored else values for name, values in inputs.items()}
    )
    beyond = {}
    for feature in physics.FEATURES:
        values, (low, high) = features[feature.name], feature.span
        assert not np.isinf(values).any()
        if not ((values >= low) & (values <= high) | np.isnan(values)).all():
            beyond[feature.name] = (np.nanmin(values), np.nanmax(values))
    assert beyond == {}
