"""Folds of whole units: no unit in two of them, and pages that hold what was measured on the seeds that are there."""

import json

import numpy as np
import pytest

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.whole_units.folds import FOLDS, folds
from benchmarks.whole_units.page import RESULTS, lines, name_of, page_of
from seeds import load
from tests.seeds.typical import typical_table
from training.core.dataset import read

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("process", KEPT)
def test_the_page_holds_what_was_measured_on_the_seed_as_it_is(process):
    text = page_of(process).read_text(encoding="utf-8")
    command = f"python -m benchmarks.whole_units {process} FILE"
    assert filled(text, name_of(process), lines(process, KEPT[process])) == text, command
    assert KEPT[process]["seed_digest"] == seed_digest(load(process)), command


def test_every_row_is_in_one_fold_and_no_unit_in_two(tmp_path):
    seed = load("retired_batteries_pulse")
    typical_table(seed).to_csv(tmp_path / "history.csv", index=False)
    data = read(tmp_path, seed)
    result = list(folds(data))
    assert len(result) == FOLDS
    assert np.array_equal(np.sort(np.concatenate(result)), np.arange(len(data.table)))
    units = [set(data.units[rows]) for rows in result]
    assert sum(map(len, units)) == len(set.union(*units)) == 60
    assert {len(one) for one in units} == {12}
