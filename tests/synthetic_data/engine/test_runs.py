"""Running a plant: same bytes however it is cut, whole files or none, set-points set by hand, options checked."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from seeds import Seed, load
from synthetic_data import replay, simulate
from synthetic_data.engine import files, workers
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.simulator import simulator_of

KEYS = ["unit", "period_start"]
SMALL = {"units": 24, "years": 1.0}
FILES = ("table.parquet", "truth.parquet", "events.parquet", "simulation.json")


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load("aluminium_reduction")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def setpoints_of(seed: Seed, table: pd.DataFrame) -> pd.DataFrame:
    return table[[*KEYS, *(column.name for column in seed.by_role("setpoint"))]]


@dataclass(frozen=True)
class Fails:
    """Work unit that ends with an error in place of a block."""

    block: int

    def __call__(self, run: object, folder: object, step: object, /) -> None:
        raise ZeroDivisionError


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers begin however short the run is."""
    monkeypatch.setattr(workers, "_LOOK", 0.0)
    monkeypatch.setattr(workers, "_START", 0.0)


@pytest.mark.long("simulates with several workers")
@pytest.mark.usefixtures("eager")
def test_bytes_are_the_same_for_one_two_and_four_workers(seed: Seed, tmp_path: Path) -> None:
    size = {"units": 600, "years": 0.2}  # three blocks
    runs = [contents(simulate(seed, tmp_path / str(n), workers=n, **size)) for n in (1, 2, 4)]
    assert sorted(runs[0]) == sorted(FILES)
    assert runs[0] == runs[1] == runs[2]
    assert contents(simulate(seed, tmp_path / "cluster", cluster="local:2", **size)) == runs[0]


def test_rows_do_not_depend_on_where_row_groups_end(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pd.read_parquet(simulate(seed, tmp_path / "one", **SMALL) / "table.parquet")
    monkeypatch.setattr(files, "GROUP_PORTIONS", 5)
    cut = simulate(seed, tmp_path / "three", **SMALL) / "table.parquet"
    assert pq.ParquetFile(cut).num_row_groups == 3
    assert_frame_equal(pd.read_parquet(cut).sort_values(KEYS, ignore_index=True), whole)


def test_a_short_run_starts_no_worker(seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object) -> None:
        raise AssertionError("workers started")

    monkeypatch.setattr(workers._Crew, "call_helpers", refuse)
    simulate(seed, tmp_path, units=300, years=0.1, workers=2)


@pytest.mark.usefixtures("eager")
def test_an_error_of_a_worker_is_told(seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WritePart", Fails)
    with pytest.raises(ZeroDivisionError):
        simulate(seed, tmp_path, units=600, years=0.2, workers=2)
    assert not list(tmp_path.iterdir())


def test_memory_does_not_grow_with_the_years(seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "GROUP_PORTIONS", 3)

    def peak(years: float) -> int:
        tracemalloc.start()
        simulate(seed, tmp_path, units=160, years=years)
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    peak(0.25)  # what is loaded once
    assert peak(1.0) < 1.1 * peak(0.25)


def test_a_shorter_run_is_the_beginning_of_a_longer_one(seed: Seed) -> None:
    short, long = replay(seed, units=24, years=0.5), replay(seed, **SMALL)
    until = short.table["period_start"].max()
    assert_frame_equal(short.table, long.table[long.table["period_start"] <= until].reset_index(drop=True))


def test_another_rng_seed_makes_another_plant(seed: Seed) -> None:
    first, second = (replay(seed, units=24, years=0.2, rng_seed=n).table["current_efficiency"] for n in (1, 2))
    assert not first.equals(second)


def test_in_memory_and_on_disk_are_the_same(seed: Seed, tmp_path: Path) -> None:
    folder, memory = simulate(seed, tmp_path, **SMALL), replay(seed, **SMALL)
    for name in files.NAMES:
        assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), getattr(memory, name))


def test_manifest_tells_seed_options_and_digests(seed: Seed, tmp_path: Path) -> None:
    manifest = json.loads((simulate(seed, tmp_path, **SMALL) / "simulation.json").read_text())
    assert manifest["seed"] == seed.digest
    assert (manifest["units"], manifest["years"], manifest["periods"], manifest["rng_seed"]) == (
        24,
        1.0,
        12,
        seed.plant.rng_seed,
    )
    assert manifest["files"].keys() == set(FILES[:3])
    assert all(digest.startswith("sha256:") for digest in manifest["files"].values())


def test_progress_ends_at_all_unit_days(seed: Seed, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    simulate(seed, tmp_path, progress=lambda done, total: seen.append((done, total)), **SMALL)
    assert [done for done, _ in seen] == [24 * 30 * n for n in range(1, 13)]
    assert {total for _, total in seen} == {24 * 360}


@pytest.mark.parametrize(("workers", "units"), [(1, 24), (2, 300)])
@pytest.mark.usefixtures("eager")
def test_stopping_leaves_no_file_that_looks_whole(seed: Seed, tmp_path: Path, workers: int, units: int) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(seed, tmp_path, units=units, years=1.0, workers=workers, progress=stop)
    assert all(path.name.endswith(".partial") for path in tmp_path.iterdir())
    simulate(seed, tmp_path, units=24, years=0.2)
    assert sorted(contents(tmp_path)) == sorted(FILES)


def test_stopping_keeps_the_plant_that_was_there(seed: Seed, tmp_path: Path) -> None:
    before = contents(simulate(seed, tmp_path, units=24, years=0.2))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(seed, tmp_path, progress=stop, **SMALL)
    assert before.items() <= contents(tmp_path).items()


def test_replay_with_the_operators_own_setpoints_changes_no_byte(seed: Seed, tmp_path: Path) -> None:
    history = contents(simulate(seed, tmp_path / "a", **SMALL))
    table = pd.read_parquet(tmp_path / "a" / "table.parquet")
    again = contents(simulate(seed, tmp_path / "b", setpoints=setpoints_of(seed, table), **SMALL))
    for name in FILES[:3]:
        assert history[name] == again[name]


def test_a_setpoint_moved_in_one_period_leaves_the_past_alone(seed: Seed) -> None:
    history = replay(seed, **SMALL)
    when = sorted(history.table["period_start"].unique())[6]
    setpoints = setpoints_of(seed, history.table[history.table["period_start"] == when]).copy()
    setpoints["voltage_setpoint"] += 0.04
    other = replay(seed, setpoints=setpoints, **SMALL)
    for was, is_now in ((history.table, other.table), (history.truth, other.truth)):
        assert_frame_equal(was[was["period_start"] < when], is_now[is_now["period_start"] < when])
    was, is_now = (plant.truth[plant.truth["period_start"] == when] for plant in (history, other))
    assert (is_now["acd"] > was["acd"]).all()


def test_a_setpoint_left_nan_stays_with_the_operators(seed: Seed) -> None:
    history = replay(seed, units=24, years=0.3)
    setpoints = setpoints_of(seed, history.table).assign(voltage_setpoint=float("nan"))
    assert_frame_equal(replay(seed, units=24, years=0.3, setpoints=setpoints).truth, history.truth)


def test_every_fault_of_a_setpoint_table_is_told(seed: Seed) -> None:
    good = pd.DataFrame({"unit": ["A-001"], "period_start": pd.to_datetime(["2022-01-01"]), "voltage_setpoint": [4.0]})
    with pytest.raises(ValueError, match=r"setpoints\.bath_temperature: expected one of line_current_target"):
        replay(seed, setpoints=good.assign(bath_temperature=960.0), **SMALL)
    with pytest.raises(ValueError, match="set-points: column unit is missing"):
        replay(seed, setpoints=good.drop(columns="unit"), **SMALL)
    with pytest.raises(ValueError, match=r"setpoints.unit: got A-099: this run has no such value"):
        replay(seed, setpoints=good.assign(unit="A-099"), **SMALL)
    with pytest.raises(ValueError, match=r"setpoints.voltage_setpoint: got 40: expected 3.6 to 4.6"):
        replay(seed, setpoints=good.assign(voltage_setpoint=40.0), **SMALL)
    with pytest.raises(ValueError, match="set-points: the same unit and period_start stand in two rows"):
        replay(seed, setpoints=pd.concat([good, good]), **SMALL)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"units": 0}, "units: got 0: expected 1 or more"),
        ({"years": 0.0}, "years: got 0.0: expected more than 0"),
        ({"years": float("nan")}, "years: got nan"),
        ({"rng_seed": -1}, "rng_seed: got -1: expected 0 or more"),
    ],
)
def test_options_out_of_range_are_refused(seed: Seed, option: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replay(seed, **option)


def test_workers_below_one_are_refused_before_anything_is_written(seed: Seed, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="workers: got 0: expected 1 or more"):
        simulate(seed, tmp_path / "plant", workers=0)
    assert not (tmp_path / "plant").exists()


def test_a_seed_without_plant_or_simulator_is_refused(seed: Seed, toy_seed: Seed) -> None:
    with pytest.raises(ValueError, match=r"toy_cells: the seed has no \[plant\]"):
        replay(toy_seed)
    other = seed.model_copy(update={"process": seed.process.model_copy(update={"name": "copper_wishing"})})
    with pytest.raises(ValueError, match="copper_wishing: no simulator called copper_wishing"):
        replay(other)


def test_blocks_share_no_stream_and_cover_all_units(seed: Seed) -> None:
    run = plan_run(seed, units=600)
    blocks = simulator_of(run.seed).blocks(run)
    assert [unit for block in blocks for unit in range(block.first, block.first + block.count)] == list(range(600))
    assert len({run.block_stream(block).random() for block in blocks} | {run.plant_stream().random()}) == 4


def test_a_longer_run_begins_earlier_and_ends_no_later() -> None:
    seed = load("aluminium_reduction")
    assert seed.plant is not None
    typical, longer = (replay(seed, units=4, years=years).table["period_start"] for years in (seed.plant.years, 5.0))
    assert typical.min() == pd.Timestamp(seed.plant.start)
    assert longer.max() == typical.max()
    assert longer.nunique() == int(5 * 365.25 / 30)


@pytest.mark.parametrize("number", [0, -1])
def test_other_plants_are_numbered_from_1(seed: Seed, number: int, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=f"^another: got {number}: expected 1 or more$"):
        simulate(seed, tmp_path, another=number, **SMALL)
    assert not list(tmp_path.iterdir())


def test_a_process_whose_plants_do_not_differ_has_no_other(seed: Seed, tmp_path: Path) -> None:
    assert seed.plant is not None
    alike = {name: one.model_copy(update={"spread": None}) for name, one in seed.plant.parameters.items()}
    plant = seed.plant.model_copy(update={"parameters": alike})
    with pytest.raises(SimulationError, match=r"^another: got 3: .*aluminium_reduction states no spread"):
        simulate(seed.model_copy(update={"plant": plant}), tmp_path, another=3, **SMALL)
    with pytest.raises(SimulationError, match="the seed has no "):
        simulate(seed.model_copy(update={"plant": None}), tmp_path, another=3)


def test_another_plant_may_have_other_random_numbers(seed: Seed, tmp_path: Path) -> None:
    own, other = (simulate(seed, tmp_path / str(n), another=4, rng_seed=n, **SMALL) for n in (None, 9))
    manifests = [json.loads((folder / "simulation.json").read_text(encoding="utf-8")) for folder in (own, other)]
    assert [one["rng_seed"] for one in manifests] == [4, 9]
    assert manifests[0]["drawn"] == manifests[1]["drawn"] != {}
    assert (own / "table.parquet").read_bytes() != (other / "table.parquet").read_bytes()
