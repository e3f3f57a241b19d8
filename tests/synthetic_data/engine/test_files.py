"""Files of a plant: instants from days, to the microsecond."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from seeds import load
from synthetic_data import simulate
from synthetic_data.engine.files import NAMES, PartWriter, PlantWriter, _event_table, _times, group_tables, groups
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import PlantEvent, RowGrid
from synthetic_data.engine.simulator import simulator_of


def test_instants_are_so_many_days_after_the_start():
    plan = plan_run(load("aluminium_reduction"), units=1, years=0.5)
    start = plan.period_start(0)
    result = _times(plan, np.array([0.0, 1.5, 30.0 + 1.0 / 86400.0])).to_pylist()
    expected = [start, start + dt.timedelta(days=1.5), start + dt.timedelta(days=30, seconds=1)]
    assert [instant.replace(tzinfo=None) for instant in result] == expected


def test_only_columns_to_pick_rows_by_have_statistics_and_none_has_nulls(tmp_path):
    folder = simulate(load("aluminium_reduction"), tmp_path, units=2, years=0.2)
    for name in ("table", "truth"):
        file = pq.ParquetFile(folder / f"{name}.parquet")
        assert not any(field.nullable for field in file.schema_arrow)
        columns = [file.metadata.row_group(0).column(k) for k in range(file.metadata.num_columns)]
        described = {column.path_in_schema for column in columns if column.statistics is not None}
        assert described == {"unit", "period_start"}


def test_parts_are_appended_as_if_written_at_once(tmp_path):
    plan = plan_run(load("aluminium_reduction"), units=3, years=0.2)
    tables = [
        group_tables(plan, block, group)
        for block in simulator_of(plan.seed).blocks(plan)
        for group in groups(simulator_of(plan.seed).rows(plan, block))
    ]
    result = []
    for place in ("whole", "parts"):
        folder = tmp_path / place
        folder.mkdir()
        with PlantWriter(folder) as writer:
            for number, table in enumerate(tables):
                if place == "whole":
                    writer.write(table)
                    continue
                with PartWriter(folder, number) as part:
                    part.write(table)
                writer.append_part(number)
            result.append(writer.digests())
        assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.parquet.partial" for name in NAMES)
    assert result[0] == result[1]


def test_events_stand_with_unit_kind_and_instants():
    plan = plan_run(load("aluminium_reduction"), units=2, years=0.5)
    start = plan.period_start(0)
    events = [PlantEvent(1, "spike", 1.0, 2.0, 3.0), PlantEvent(None, "curtailment", 0.25, 0.5, 4.0)]
    table = _event_table(plan, ["A-001", "A-002"], events).to_pylist()
    assert [row["unit"] for row in table] == ["A-002", None]
    assert [row["kind"] for row in table] == ["spike", "curtailment"]
    assert table[1]["detected"].replace(tzinfo=None) == start + dt.timedelta(days=0.5)
    assert table[0]["end"].replace(tzinfo=None) == start + dt.timedelta(days=3)


@pytest.mark.parametrize(("process", "by_period"), [("copper_cathode", True), ("high_purity_gallium", False)])
def test_rows_of_whole_grids_stand_as_sorted_by_unit_and_time(process, by_period):
    plan = plan_run(load(process), units=35, years=0.9)
    for block in simulator_of(plan.seed).blocks(plan):
        rows = list(simulator_of(plan.seed).rows(plan, block))
        assert len(rows) > 1
        assert {one.grid for one in rows} == {RowGrid(block.count, by_period)}
        result = group_tables(plan, block, rows)
        expected = group_tables(plan, block, [replace(one, grid=None) for one in rows])
        for name in NAMES:
            assert_frame_equal(result[name].to_pandas(), expected[name].to_pandas(), check_exact=True)
        assert (
            result["table"].to_pandas().groupby(plan.seed.key.name)[plan.seed.clock.name].is_monotonic_increasing.all()
        )


def test_a_row_group_has_60_portions_or_the_rows_at_which_it_is_full():
    portion = replace(rows_of(load("aluminium_reduction")), units=np.zeros(50_000, dtype=np.intp))
    assert [len(group) for group in groups(iter([portion] * 7))] == [3, 3, 1]
    portion = replace(portion, units=np.zeros(10, dtype=np.intp))
    assert [len(group) for group in groups(iter([portion] * 61))] == [60, 1]


def rows_of(seed):
    plan = plan_run(seed, units=1, years=0.1)
    return next(iter(simulator_of(seed).rows(plan, simulator_of(plan.seed).blocks(plan)[0])))
