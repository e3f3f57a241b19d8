"""What is seen of processes that grade lots, sort pieces or name a class."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import COVERAGE
from models.table.contract import check
from models.table.inputs import matrix
from monitoring.drift.check import watch
from monitoring.drift.history import DriftReference
from monitoring.drift.page import page
from monitoring.drift.residuals import ALL_CONTENTS
from monitoring.drift.rows import Answered


def parted(table, seed, at):
    """A champion's table, and what comes after."""
    table = table.sort_values(seed.time.name, kind="stable")
    start = pd.DatetimeIndex(table[seed.time.name])
    return (table[rows].reset_index(drop=True) for rows in (start < at, start >= at))


def with_info(model, training_cutoff, held_out=()):
    return replace(model, info={"training_cutoff": training_cutoff, "held_out_units": list(held_out)})


@pytest.fixture
def grader(save_toy_grader, tmp_path):
    return with_info(save_toy_grader(tmp_path / "grader"), "2024-03-16T00:00:00")


def lots(grader, seed, frame):
    none = np.full(len(frame), None, dtype=object)
    assessed = grader.assess(matrix(frame, seed))
    names = np.array([grade.name for grade in seed.grades] + [""], dtype=object)
    message = grader.contents(assessed.logs, COVERAGE)
    return Answered(
        frame, np.ones(len(frame), int), message, np.full(len(frame), COVERAGE), none, names[assessed.decided.grade]
    )


@pytest.fixture
def lot_tables(toy_quality_seed, toy_quality_frame):
    return parted(check(toy_quality_frame(), toy_quality_seed).table, toy_quality_seed, "2024-04-20")


def test_lots_have_costs_and_a_chart_of_all_contents(grader, toy_quality_seed, lot_tables):
    before, later = lot_tables
    seen = watch(lots(grader, toy_quality_seed, later), DriftReference.of(grader, before))
    assert not seen.drifted_errors
    assert ALL_CONTENTS in {one.quantity for one in seen.charts}
    whole, *others = seen.costs
    assert (whole.of, whole.unit) == ("all", "$/t")
    assert whole.mean >= 0
    assert sum(one.rows for one in others) == whole.rows
    assert {one.quantity for one in seen.by_version} == {column.name for column in toy_quality_seed.elements}
    assert 'aria-label="cost of decisions [$/t]"' in page(seen, toy_quality_seed)


def test_a_spectrometer_that_reads_higher_is_a_lean_of_its_element_alone(grader, toy_quality_seed, lot_tables):
    before, later = lot_tables
    moved = later.assign(p=later["p"] * 1.5)
    seen = watch(lots(grader, toy_quality_seed, moved), DriftReference.of(grader, before))
    leans = {one.quantity: one.size for one in seen.drifted_errors if one.kind == "bias"}
    assert set(leans) == {"p"}
    assert leans["p"] > 0


def test_pieces_are_watched_by_the_day_and_by_lot(save_toy_sorter, toy_sorting_seed, toy_sorting_frame, tmp_path):
    seed, model = toy_sorting_seed, save_toy_sorter(tmp_path / "sorter")
    table = check(toy_sorting_frame(lots=400, pieces=20, rng_seed=4), seed).table
    before, later = parted(table, seed, "2024-01-12")
    model = with_info(model, "2024-01-07T00:00:00")
    decided = model.sort(matrix(later, seed))
    bins = np.array([one.name for one in seed.bins], dtype=object)[decided.bin]
    label = np.array(seed.classes, dtype=object)[np.argmax(decided.p, axis=1)]
    rows = Answered(later, np.ones(len(later), int), {}, np.full(len(later), COVERAGE), label, bins)
    seen = watch(rows, DriftReference.of(model, before))
    (whole,) = seen.by_version
    assert whole.error == pytest.approx(np.mean(label != later["metal"].to_numpy()))
    assert (whole.coverage, whole.bias) == (None, None)
    assert seen.costs[0].unit == "$/kg"
    assert {one.quantity for one in seen.charts} == {"metal"}
    assert not seen.drifted_errors


def test_classes_that_are_mixed_up_are_seen(save_toy_classifier, toy_class_seed, toy_class_frame, tmp_path):
    seed = toy_class_seed
    model = with_info(save_toy_classifier(tmp_path / "classifier"), "2024-01-26T00:00:00")
    before, later = parted(check(toy_class_frame(periods=80, rng_seed=7), seed).table, seed, "2024-02-20")
    mixed = later.assign(ore=later["ore"].map({"oxide": "sulfide", "sulfide": "oxide", "rare": "rare"}))
    none = np.full(len(later), None, dtype=object)
    label = np.array(seed.classes, dtype=object)[np.argmax(model.probabilities(matrix(later, seed)), axis=1)]
    history = DriftReference.of(model, before)
    for table, drifted in ((later, False), (mixed, True)):
        rows = Answered(table, np.ones(len(table), int), {}, np.full(len(table), COVERAGE), label, none)
        assert bool(watch(rows, history).drifted_errors) is drifted
