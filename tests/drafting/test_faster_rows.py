"""Rows that share a stamp: one label a stamp, read alike to learn from and to predict."""

import numpy as np
import pandas as pd
import pytest

from drafting.findings import DraftError
from models.table.reading import read_table

SILICA = "% Silica Concentrate"


def written(table, path, **options):
    table.to_csv(path, index=False, decimal=",", **options)
    return path


def test_rows_stamped_by_the_hour_become_hours(flotation, draft_of, suspected, tmp_path):
    """Commas between cells, decimal commas in quotes, and 180 rows with one stamp and one assay."""
    table = flotation()
    drafted = draft_of(written(table, tmp_path / "plant.csv"), SILICA)
    seed, read = drafted.seed, drafted.checked.table
    assert (seed.process.period.value, seed.process.period.unit) == (1, "h")
    assert (seed.table.every.value, seed.table.every.unit) == (20, "s")
    assert (seed.table.decimal, seed.table.separator) == (",", ",")
    assert suspected(drafted, "repeated labels") == [SILICA, "date"]
    hours = table.groupby("date")
    assert read["date"].tolist() == list(hours.groups)
    np.testing.assert_allclose(read["percent_silica_concentrate"], hours[SILICA].first(), rtol=1e-12)
    np.testing.assert_allclose(read["amina_flow"], hours["Amina Flow"].mean(), rtol=1e-12)


def test_rows_to_predict_are_read_as_those_to_learn_from(flotation, draft_of, tmp_path):
    table = flotation()
    drafted = draft_of(written(table, tmp_path / "plant.csv"), SILICA)
    later = written(table.drop(columns=SILICA), tmp_path / "later.csv")
    read = read_table(later, drafted.seed, labelled=False).table
    names = ["date", "amina_flow", "ore_pulp_ph"]
    pd.testing.assert_frame_equal(read[names], drafted.checked.table[names])


@pytest.mark.parametrize("rows", [2, 7, 179])
def test_stamps_of_any_number_of_rows(flotation, draft_of, tmp_path, rows):
    drafted = draft_of(written(flotation(rows=rows), tmp_path / "plant.csv", sep=";"), SILICA)
    assert len(drafted.checked.table) == 200
    assert drafted.seed.table.every.timedelta < drafted.seed.process.period.timedelta


def test_labels_that_are_interpolated_within_some_stamps_are_averaged(flotation, draft_of, tmp_path):
    table = flotation()
    hours = table.groupby("date")[SILICA].first()
    line = np.interp(np.arange(len(table)) / 180, np.arange(200) + 0.5, hours).round(4)
    subset = table["date"].dt.day.isin([12, 13]).to_numpy()
    table[SILICA] = np.where(subset, line, table[SILICA])
    read = draft_of(written(table, tmp_path / "plant.csv"), SILICA).checked.table
    np.testing.assert_allclose(read["percent_silica_concentrate"], table.groupby("date")[SILICA].mean(), rtol=1e-9)


def test_rows_of_one_stamp_with_labels_of_their_own_are_asked_for(plant, draft_of):
    """Four pots a day without a column of pots: a mean would be of no pot."""
    pots = [plant(rng_seed=i).drop(columns="time") for i in range(4)]
    table = pd.concat(pots).sort_index(kind="stable").reset_index(drop=True)
    table.insert(0, "time", np.repeat(plant()["time"].to_numpy(), 4))
    with pytest.raises(DraftError, match=r"4 rows share each time, and yield_pct differs.* --unit, or .* --period 1d"):
        draft_of(table)
    drafted = draft_of(table, period="1d")
    np.testing.assert_allclose(
        drafted.checked.table["yield_pct"], table.groupby("time")["yield_pct"].mean(), rtol=1e-12
    )


def test_rows_that_share_a_stamp_within_units(flotation, draft_of, tmp_path):
    lines = [flotation(rows=6, rng_seed=i).assign(line=f"L{i}") for i in range(3)]
    table = pd.concat(lines, ignore_index=True)
    read = draft_of(written(table, tmp_path / "plant.csv"), SILICA, unit="line").checked.table
    labels = table.groupby(["line", "date"])[SILICA].first()
    assert read.set_index(["line", "date"])["percent_silica_concentrate"].to_dict() == pytest.approx(labels.to_dict())
