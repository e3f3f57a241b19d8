"""Pieces that a sorter keeps for set-points of its line: the newest lots that it has not learnt from."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.learnings import learnt_by
from models.sorting.setpoints.recommender import LinePlan, recommend
from models.storage.model_files import load, save
from models.table.contract import check
from training.core.dataset import dataset_of
from training.core.splits import split
from training.sorting.setpoints import MOST_LOTS, NewestPieces

PLAN = LinePlan("L-1", pd.Timestamp("2026-11-01"), {})


@pytest.fixture(scope="module")
def pieces(toy_sorting_seed, toy_sorting_frame):
    return dataset_of(check(toy_sorting_frame(lots=160, pieces=30), toy_sorting_seed), toy_sorting_seed)


@pytest.fixture(scope="module")
def parts(pieces):
    return split(pieces)


def test_whole_lots_are_kept_that_nothing_has_learnt_from(pieces, parts):
    fitted = NewestPieces().fit(pieces, parts)
    lots = list(dict.fromkeys(fitted.lots))
    assert len(lots) == len(set(pieces.units[np.concatenate([parts.test, parts.holdout])])) >= 20
    assert set(lots).isdisjoint(pieces.units[parts.learnt])
    assert len(fitted.X) == 30 * len(lots)
    starts = pieces.table.groupby("lot")["passed_at"].min()
    assert starts[lots].is_monotonic_increasing
    assert starts[lots].min() >= parts.test_from
    one = pieces.table[pieces.table["lot"] == lots[3]]
    np.testing.assert_allclose(fitted.contents[fitted.lots == lots[3], 0], one["x"], rtol=1e-5)
    assert [pieces.seed.classes[i] for i in fitted.classes[fitted.lots == lots[3]]] == one["metal"].tolist()


def test_of_very_many_lots_the_newest_are_kept(pieces, parts, monkeypatch):
    monkeypatch.setattr("training.sorting.setpoints.MOST_LOTS", 22)
    assert MOST_LOTS == 200
    lots = list(dict.fromkeys(NewestPieces().fit(pieces, parts).lots))
    starts = pieces.table.groupby("lot")["passed_at"].min().sort_values()
    assert lots == starts.index[-22:].tolist()


def test_few_lots_and_pieces_without_time_are_refused_in_words(pieces, parts):
    few = replace(
        parts, test=parts.test[pieces.units[parts.test] == pieces.units[parts.test][0]], holdout=parts.holdout[:0]
    )
    reason = "1 latest lots outside the training rows, expected 20 or more to evaluate set-points on"
    assert NewestPieces().outcome(pieces, few) == (None, reason)
    timeless = SimpleNamespace(seed=SimpleNamespace(time=None))
    assert NewestPieces().outcome(timeless, parts).refusal.startswith("pieces have no time")


def test_a_stored_version_advises_as_it_did_before(pieces, parts, save_toy_sorter, tmp_path):
    whole = replace(save_toy_sorter(tmp_path / "without"), learnt={"set-points": NewestPieces().fit(pieces, parts)})
    save(whole, tmp_path / "with")
    again = load(tmp_path / "with")
    assert recommend(learnt_by(again, "set-points"), [PLAN]) == recommend(learnt_by(whole, "set-points"), [PLAN])
    assert learnt_by(load(tmp_path / "without"), "set-points") is None
    save(replace(whole, learnt={}, refusals={"set-points": "3 latest lots"}), tmp_path / "refused")
    refused = load(tmp_path / "refused")
    assert (refused.line_setpoints, refused.refusals) == (None, {"set-points": "3 latest lots"})


def test_the_card_says_what_set_points_are_weighed_on(pieces, parts, save_toy_sorter, tmp_path):
    model = replace(save_toy_sorter(tmp_path / "one"), learnt={"set-points": NewestPieces().fit(pieces, parts)})
    text, assayed = "\n".join(NewestPieces().section(model, pieces, parts)), model.learnt["set-points"]
    assert f"{len(assayed.X)} assayed pieces of the latest {len(set(assayed.lots))} lots" in text
    assert "| `least_gain.bin_a` | " in text
    model = SimpleNamespace(learnt={}, refusals={"set-points": "3 latest lots"})
    refused = NewestPieces().section(model, None, None)
    assert refused == ["## Set-points of the line", "", "None are recommended: 3 latest lots.", ""]
    assert NewestPieces().section(SimpleNamespace(learnt={}, refusals={}), None, None) == []
