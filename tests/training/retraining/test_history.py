"""What a retraining learns from: a training's table, accepted batches in order, later ones first in case of doubt."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from models.table.contract import Checked, check
from training.retraining import history as module
from training.retraining.history import are_in, history_of, without


def table(toy_seed, toy_frame, **more):
    return check(toy_frame(**more), toy_seed).table


def test_batches_stand_on_the_table_of_the_training_and_the_later_one_wins(toy_seed, toy_frame, monkeypatch):
    whole = table(toy_seed, toy_frame, units=3, periods=4)
    starts = np.sort(whole["period_start"].unique())
    first = whole[whole["period_start"] >= starts[2]].assign(y=80.0)
    second = whole[whole["period_start"] == starts[3]].assign(y=81.0)
    retained = {("base", "table.parquet"): whole[whole["period_start"] < starts[3]]}
    retained |= {("one", "batch.parquet"): first, ("two", "batch.parquet"): second}
    store = SimpleNamespace(table=lambda run, name: retained[run, name], has=lambda run, name: (run, name) in retained)
    monkeypatch.setattr(module, "base_of", lambda *given: "base")
    monkeypatch.setattr(
        module,
        "accepted",
        lambda *given: [SimpleNamespace(run="one", shift=None), SimpleNamespace(run="two", shift=None)],
    )
    result = history_of(toy_seed, [], store)
    assert (result.base, result.batches, result.tests) == ("base", 2, None)
    assert len(result.table) == 12
    assert not result.table.duplicated(["unit", "period_start"]).any()
    by_period = result.table.groupby("period_start")["y"].agg(["min", "max"])
    assert by_period.loc[starts[2]].tolist() == [80.0, 80.0]
    assert by_period.loc[starts[3]].tolist() == [81.0, 81.0]
    assert by_period["min"].iloc[:2].tolist() == whole.groupby("period_start")["y"].min().iloc[:2].tolist()


def test_rows_since_a_person_accepted_are_those_that_later_batches_brought_or_changed(toy_seed, toy_frame, monkeypatch):
    """Two batches after the training, of which the first was accepted by a person; the second sends all rows again."""
    whole = table(toy_seed, toy_frame, units=3, periods=4)
    starts = np.sort(whole["period_start"].unique())
    first = whole[whole["period_start"] == starts[2]]
    second = whole.assign(y=whole["y"].where(whole["period_start"] != starts[0], 80.0))
    retained = {("base", "table.parquet"): whole[whole["period_start"] < starts[2]]}
    retained |= {("one", "batch.parquet"): first, ("two", "batch.parquet"): second}
    store = SimpleNamespace(table=lambda run, name: retained[run, name], has=lambda run, name: (run, name) in retained)
    monkeypatch.setattr(module, "base_of", lambda *given: "base")

    def since(shift):
        batches = [SimpleNamespace(run="one", shift=shift), SimpleNamespace(run="two", shift=None)]
        monkeypatch.setattr(module, "accepted", lambda *given: batches)
        return history_of(toy_seed, [], store)

    accepted, not_accepted = since("another line"), since(None)
    assert sorted(accepted.since["period_start"].unique()) == [starts[0], starts[3]]
    assert sorted(not_accepted.since["period_start"].unique()) == [starts[0], starts[2], starts[3]]
    assert not len(accepted.brought(whole[whole["period_start"] > starts[0]], toy_seed))
    assert len(accepted.brought(whole, toy_seed)) == 3


def test_rows_that_are_set_aside_are_listed_with_what_the_contract_turned_away(toy_seed, toy_frame):
    frame = toy_frame(units=3, periods=4)
    frame.loc[0, "z"] = 9.5
    new = check(frame, toy_seed)
    excluded = new.table.iloc[[4]][["unit", "period_start"]].assign(column="y", value=75.0, reason="suspicious")
    result = without(new, excluded.reset_index(drop=True), toy_seed, "new.csv", 100, "their labels are odd")
    assert (len(new.table), len(result.table), new.rejected_rows, result.rejected_rows) == (11, 10, 1, 2)
    assert not are_in(result.table, excluded, toy_seed).any()
    assert result.rejected.columns.tolist() == new.rejected.columns.tolist()
    listed = result.rejected[["file", "row", "unit", "column", "value", "reason"]].iloc[-1].tolist()
    assert listed == ["new.csv", 105, excluded["unit"].iloc[0], "y", 75.0, "suspicious"]
    assert result.cautions[-1] == "1 rows were excluded: their labels are odd"
    none = pd.DataFrame()
    assert without(new, none, toy_seed, "new.csv", 100, "") is new
    assert isinstance(result, Checked)
