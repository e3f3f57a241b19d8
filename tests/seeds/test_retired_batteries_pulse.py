"""The seeds of a real table of pulses, without that table: rows are drawn around the typical values, under its tags."""

import numpy as np
import pytest

from models.table.reading import read_table
from models.table.sources import TableError
from seeds import load
from tests.seeds.typical import ROWS_OF_A_UNIT, typical_table

PROCESSES = ("retired_batteries_pulse", "retired_batteries_chemistry")


@pytest.fixture(params=PROCESSES)
def seed(request):
    return load(request.param)


@pytest.fixture
def frame(seed):
    return typical_table(seed)


def read(frame, seed, folder):
    frame.to_csv(folder / "pulses.csv", index=False)
    return read_table(folder / "pulses.csv", seed)


def test_every_column_is_found_by_its_tag_and_cells_have_several_rows(seed, frame, tmp_path):
    checked = read(frame.assign(measurement=frame["cell"]), seed, tmp_path)
    assert checked.rejected.empty
    assert checked.ignored == ("measurement",)
    assert set(checked.table["cell"].value_counts()) == {ROWS_OF_A_UNIT}
    np.testing.assert_array_equal(np.sort(checked.table["charge_15c_rest"]), np.sort(frame["u21_v"]))


def test_no_model_sees_what_a_line_does_not_know(seed):
    assert seed.plant is None
    assert seed.time is None
    assert not seed.by_role("setpoint")
    assert [column.tag for column in seed.inputs] == [f"u{number}_v" for number in range(1, 22)]
    late = {column.tag for column in seed.by_role("late")}
    assert late >= {"soc_percent", "nominal_capacity_ah", "capacity_ah"}


def test_both_are_of_one_table():
    pulse, chemistry = (load(name) for name in PROCESSES)
    assert [column.name for column in pulse.inputs] == [column.name for column in chemistry.inputs]
    assert pulse.target.tag == chemistry.column("soh").tag == "soh"


@pytest.mark.parametrize(("tag", "value"), [("u1_v", 0.2), ("u3_v", 5.1), ("soh", 1.6)])
def test_what_cannot_be_is_rejected(seed, frame, tmp_path, tag, value):
    frame.loc[5, tag] = value
    assert read(frame, seed, tmp_path).rejected["row"].tolist() == [7]


def test_millivolts_are_noticed(seed, frame, tmp_path):
    frame["u2_v"] *= 1000.0
    with pytest.raises(TableError, match="column u2_v: got median 3"):
        read(frame, seed, tmp_path)
