"""Labels of sorted pieces, of which some have a class alone: honest lots of another mix pass, forged ones do not."""

import numpy as np
import pandas as pd
import pytest

from models.table.contract import check
from training.core.dataset import dataset_of, period_of
from training.labels.job import check_labels
from training.tasks import task_of

LOTS, PIECES, FIRST_NEW = 60, 40, 40  # a piece is a period of its own; the last 20 lots are new


@pytest.fixture(scope="module")
def lots(toy_sorting_frame):
    """Table of a sorter whose laboratory reports the contents of every second piece."""
    frame = toy_sorting_frame(LOTS, PIECES)
    return frame.assign(**{name: frame[name].where(np.arange(len(frame)) % 2 == 0) for name in ("x", "z")})


def checks_of(lots, seed):
    """What is found of the labels of the new lots."""
    data = dataset_of(check(lots, seed), seed)
    is_new = np.asarray(period_of(data.table, seed) >= lots["passed_at"].iloc[FIRST_NEW * PIECES])
    return check_labels(data, task_of(seed).labels.quantities(data), is_new)


def new(frame):
    return frame.index >= FIRST_NEW * PIECES


def test_new_lots_of_which_the_laboratory_reports_fewer_pieces_pass(lots, toy_sorting_seed):
    """That classes of pieces without contents agree, and more of them do than before, says nothing."""
    fewer = np.asarray(new(lots)) & (np.arange(len(lots)) % 10 != 0)
    known = checks_of(lots.assign(**{name: lots[name].mask(fewer) for name in ("x", "z")}), toy_sorting_seed)
    assert known.reasons == []


def test_a_class_that_is_hardly_ever_seen_may_be_absent(lots, toy_sorting_seed):
    """Of class c every third piece is known in the past, and none in the new lots."""
    rare = (lots["metal"] == "c") & (np.asarray(new(lots)) | (np.arange(len(lots)) % 3 != 0))
    known = checks_of(lots.assign(metal=lots["metal"].mask(rare)), toy_sorting_seed)
    assert known.reasons == []


@pytest.mark.parametrize(
    ("forged", "subject"),
    [
        (lambda old, size: old.iloc[np.full(size, 2)], "most common labels"),
        (lambda old, size: old.iloc[-size:], "copied labels"),
        (lambda old, size: old.iloc[np.random.default_rng(5).integers(0, len(old), size)], "link to the inputs"),
    ],
    ids=["constant", "of the lots before", "of any lots"],
)
def test_forged_labels_of_pieces_are_named(lots, toy_sorting_seed, forged, subject):
    names = ["metal", "x", "z"]
    labels = lots[names].copy()
    labels[new(lots)] = forged(labels[~new(lots)], int(new(lots).sum())).to_numpy()
    known = checks_of(
        pd.concat([lots.drop(columns=names), labels.astype(lots[names].dtypes)], axis=1), toy_sorting_seed
    )
    assert any(line.startswith(f"labels, {subject}") for line in known.reasons)
